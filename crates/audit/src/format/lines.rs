use std::fmt::Write as _;

use super::{Shown, ending};
use crate::Report;

/// One finding a line: severity, id, package with its version, path, what to do; between them a tab, and `-` for what there
/// is not. No field holds a tab or a line's end.
///
/// Before the findings a line whose id is `command` tells that the command failed, and one whose id is `warning` what could not be looked
/// at; ids of findings have a colon in them.
pub fn lines(report: &Report) -> String {
    let mut text = String::new();
    if let Some(outcome) = report.failure() {
        // Writing to a string does not fail.
        let _ = writeln!(text, "error\tcommand\t-\t-\t{}", ending::failed(outcome));
    }
    for warning in &report.warnings {
        // Writing to a string does not fail.
        let _ = writeln!(text, "warning\twarning\t-\t-\t{}", Shown(warning));
    }
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
