//! `JUnit` XML, as continuous integration reads it.

use std::fmt::{self, Write as _};

use super::lineage::lineage;
use super::{Xml, comparison, ending};
use crate::{Finding, Kind, Report, Severity};

/// Reports as `JUnit` XML: a suite for each report, with a test case for each finding, and one for each kind of which there is no finding,
/// which passed. Where it is known how the command ended, there is one more, `command`, which is an error if it failed.
///
/// Findings that are at least `fail_on` are failures; less severe ones passed, with their text as output; suppressed ones are skipped, with
/// the reason.
pub fn junit(reports: &[Report], fail_on: Severity) -> String {
    let mut xml = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut xml, reports, fail_on);
    xml
}

#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of(report: &Report, fail_on: Severity) -> Self {
        let skipped = report.suppressed.len();
        let command = usize::from(report.outcome.is_some());
        let tests = command + report.findings.len() + skipped + clean(report).count();
        let errors = usize::from(report.failure().is_some());
        Self { tests, failures: report.count(fail_on), errors, skipped }
    }

    fn and(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tests, failures, errors, skipped } = self;
        write!(
            f,
            "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\""
        )
    }
}

/// The kinds of which there is no finding, not even one that is put up with.
fn clean(report: &Report) -> impl Iterator<Item = Kind> {
    let is_found = |kind: &Kind| {
        let suppressed = report.suppressed.iter().map(|suppressed| &suppressed.finding);
        report.findings.iter().chain(suppressed).any(|finding| finding.kind == *kind)
    };
    Kind::ALL.into_iter().filter(move |kind| !is_found(kind))
}

fn write(to: &mut String, reports: &[Report], fail_on: Severity) -> fmt::Result {
    let all = reports.iter().map(|report| Counts::of(report, fail_on));
    let all = all.fold(Counts::default(), Counts::and);
    writeln!(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(to, "<testsuites name=\"hermitage check\" {all}>")?;
    for report in reports {
        write_suite(to, report, fail_on)?;
    }
    writeln!(to, "</testsuites>")
}

fn write_suite(to: &mut String, report: &Report, fail_on: Severity) -> fmt::Result {
    let counts = Counts::of(report, fail_on);
    writeln!(to, "  <testsuite name=\"{}\" {counts}>", Xml(&report.target))?;
    write_command(to, report)?;
    for finding in &report.findings {
        open(to, report, &finding.id)?;
        let text = text(finding);
        if finding.severity >= fail_on {
            let (kind, message) = (finding.kind.as_str(), Xml(&finding.message));
            writeln!(to, "      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>")?;
        } else {
            writeln!(to, "      <system-out>{text}</system-out>")?;
        }
        writeln!(to, "    </testcase>")?;
    }
    for suppressed in &report.suppressed {
        open(to, report, &suppressed.finding.id)?;
        writeln!(to, "      <skipped message=\"{}\"/>", Xml(&suppressed.reason))?;
        writeln!(to, "    </testcase>")?;
    }
    for kind in clean(report) {
        let (target, name) = (Xml(&report.target), kind.as_str());
        writeln!(to, "    <testcase classname=\"{target}\" name=\"{name}\"/>")?;
    }
    if let Some(compared) = &report.comparison {
        let lines = [vec![comparison::title(compared).to_owned()], comparison::lines(compared)];
        writeln!(to, "    <system-out>{}</system-out>", joined(&lines.concat()))?;
    }
    if !report.warnings.is_empty() {
        writeln!(to, "    <system-err>{}</system-err>", joined(&report.warnings))?;
    }
    writeln!(to, "  </testsuite>")
}

/// Whether the command did what it was to do.
fn write_command(to: &mut String, report: &Report) -> fmt::Result {
    let Some(outcome) = report.outcome else { return Ok(()) };
    let target = Xml(&report.target);
    if outcome.is_success() {
        return writeln!(to, "    <testcase classname=\"{target}\" name=\"command\"/>");
    }
    open(to, report, "command")?;
    let (message, told) = (ending::failed(outcome), ending::lines(report));
    writeln!(to, "      <error type=\"command\" message=\"{message}\">{}</error>", joined(&told))?;
    writeln!(to, "    </testcase>")
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| Xml(line).to_string()).collect::<Vec<_>>().join("\n")
}

fn open(to: &mut String, report: &Report, id: &str) -> fmt::Result {
    writeln!(to, "    <testcase classname=\"{}\" name=\"{}\">", Xml(&report.target), Xml(id))
}

/// What shows a finding, a look a line, and what to do.
fn text(finding: &Finding) -> String {
    let mut lines = vec![format!("{}: {}", finding.severity.as_str(), Xml(&finding.message))];
    for shown in &finding.evidence {
        let path = shown.path.to_string();
        let answer = shown.answer.map_or("", crate::Answer::as_str);
        let by = lineage(shown).unwrap_or_default();
        lines.push(format!("{answer:8} {} {}", Xml(&path), Xml(&by)).trim_end().to_owned());
    }
    if let Some(suggestion) = &finding.suggestion {
        lines.push(format!("=> {}", Xml(&suggestion.text)));
    }
    lines.join("\n")
}
