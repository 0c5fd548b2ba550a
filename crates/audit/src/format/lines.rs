use std::fmt::Write as _;

use super::Shown;
use crate::Report;

/// One finding a line: severity, id, package with its version, path, what to do; between them a tab, and `-` for what there
/// is not. No field holds a tab or a line's end.
pub fn lines(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let package = finding.package.as_ref().map_or("-", |package| &package.cpv);
        let path = finding.evidence.first().map_or("-".to_owned(), |shown| shown.path.to_string());
        let suggestion = finding.suggestion.as_ref().map_or("-", |suggestion| &suggestion.text);
        text.push_str(finding.severity.as_str());
        for field in [&finding.id[..], package, &path, suggestion] {
            // Writing to a string does not fail.
            let _ = write!(text, "\t{}", Shown(field));
        }
        text.push('\n');
    }
    text
}
