//! What is said of a command that failed, and of what could not be looked at.

use crate::{Outcome, Report};

/// What a report lacks when its command failed.
const LACKS: &str = "what is declared and unused is not told, for the build has ended early";

/// That the command failed.
pub(super) fn failed(outcome: Outcome) -> String {
    format!("the command {outcome}")
}

/// What is said before the findings, a line each.
pub(super) fn lines(report: &Report) -> Vec<String> {
    let failed = report.failure().map(|outcome| format!("{}: {LACKS}", failed(outcome)));
    failed.into_iter().chain(report.warnings.iter().cloned()).collect()
}
