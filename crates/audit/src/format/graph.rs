//! A picture of the packages that a report is about.
//!
//! On the left stands what was built, and beside it a lane for each kind of finding with the packages in it. A package that came in by way
//! of others stands at the end of that way.

mod chain;
mod draw;
mod lanes;

use crate::{Finding, Report};

/// The picture as an SVG element.
pub(super) fn svg(report: &Report) -> String {
    draw::svg(&report.target, &lanes::lanes(report))
}

/// What a finding is about, in a word: a package, several, or a path.
pub(super) fn subject(finding: &Finding) -> String {
    match (&finding.package, &finding.candidates[..], finding.evidence.first()) {
        (Some(package), ..) => package.shown().to_owned(),
        (None, [], Some(shown)) => shown.path.to_string(),
        (None, [], None) => finding.id.clone(),
        (None, [one], _) => one.clone(),
        (None, [first, rest @ ..], _) => format!("{first} or {} more", rest.len()),
    }
}
