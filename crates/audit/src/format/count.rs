//! How many, in words.

use super::ending;
use crate::{Report, Severity};

/// A number with its thousands apart, and a noun that fits it.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = match (count, noun) {
        (1, noun) => noun.to_owned(),
        (_, "process") => "processes".to_owned(),
        (_, noun) => format!("{noun}s"),
    };
    format!("{} {plural}", apart(count))
}

/// A report in numbers.
pub(super) fn totals(report: &Report) -> String {
    let suppressed = match report.suppressed.len() {
        0 => String::new(),
        count => format!("; {} suppressed", apart(count)),
    };
    let failed = report.failure().map(|outcome| format!("{}; ", ending::failed(outcome)));
    let observer = report.observer.map(|observer| format!(", seen by {}", observer.as_str()));
    format!(
        "{}{} in {} of {}{}{suppressed}",
        failed.unwrap_or_default(),
        severities(report),
        counted(report.accesses, "look"),
        counted(report.processes, "process"),
        observer.unwrap_or_default()
    )
}

/// How many findings there are of each severity.
fn severities(report: &Report) -> String {
    let count = |severity: Severity| {
        report.findings.iter().filter(|finding| finding.severity == severity).count()
    };
    let each = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| counted(count(severity), severity.as_str()));
    each.join(", ")
}

fn apart(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
