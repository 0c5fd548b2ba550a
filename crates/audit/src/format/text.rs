use std::fmt::{self, Write as _};

use super::count::totals;
use super::lineage::lineage;
use super::{Shown, comparison, counted, ending};
use crate::{Evidence, Finding, Report, Severity};

/// How text for people looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextOptions {
    /// Whether colours are used, by the escape sequences that terminals know.
    pub colour: bool,
    /// How many looks of a finding are shown.
    pub looks: usize,
}

impl Default for TextOptions {
    /// No colours, and three looks.
    fn default() -> Self {
        Self { colour: false, looks: 3 }
    }
}

/// A report for people: the findings by severity, each with what shows it and what to do about it; then how the result differs from that of a build that
/// saw all of the host, where one was made. The last line counts.
pub fn text(report: &Report, options: &TextOptions) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, report, options);
    text
}

fn write(to: &mut String, report: &Report, options: &TextOptions) -> fmt::Result {
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let findings: Vec<_> =
            report.findings.iter().filter(|finding| finding.severity == severity).collect();
        if let Some(first) = findings.first() {
            let title = counted(findings.len(), first.severity.as_str());
            writeln!(to, "{}", options.paint(colour(severity), &title))?;
        }
        for finding in findings {
            write_finding(to, finding, options)?;
        }
    }
    if let Some(compared) = &report.comparison {
        writeln!(to, "{}", comparison::title(compared))?;
        for line in comparison::lines(compared) {
            writeln!(to, "  {}", Shown(&line))?;
        }
        writeln!(to)?;
    }
    let endings = ending::lines(report);
    for line in &endings {
        writeln!(to, "{}", options.paint(colour(Severity::Warning), &Shown(line).to_string()))?;
    }
    if !endings.is_empty() {
        writeln!(to)?;
    }
    let phase = report.phase.iter().map(|phase| format!(", {}", Shown(phase)));
    let phase = phase.collect::<String>();
    writeln!(to, "{}{phase}: {}", Shown(&report.target), totals(report))
}

fn write_finding(to: &mut String, finding: &Finding, options: &TextOptions) -> fmt::Result {
    writeln!(to, "  {}", options.paint(BOLD, &Shown(&finding.id).to_string()))?;
    writeln!(to, "    {}", Shown(&finding.message))?;
    if !finding.chain.is_empty() {
        writeln!(to, "      by way of {}", Shown(&finding.chain))?;
    }
    for shown in finding.evidence.iter().take(options.looks) {
        writeln!(to, "      {}", look(shown))?;
    }
    let more = finding.looks.saturating_sub(options.looks.min(finding.evidence.len()));
    if more > 0 && !finding.evidence.is_empty() {
        writeln!(to, "      and {more} more")?;
    }
    if let Some(suggestion) = &finding.suggestion {
        let text = Shown(&suggestion.text).to_string();
        writeln!(to, "    => {}", options.paint(GREEN, &text))?;
    }
    writeln!(to)
}

fn look(shown: &Evidence) -> String {
    let mut text = format!("{} ({}", Shown(&shown.path.to_string()), shown.role.as_str());
    if let Some(answer) = shown.answer {
        text.push_str(", ");
        text.push_str(answer.as_str());
    }
    text.push(')');
    if let Some(lineage) = lineage(shown) {
        // Writing to a string does not fail.
        let _ = write!(text, " by {}", Shown(&lineage));
    }
    text
}

const BOLD: &str = "1";
const GREEN: &str = "32";

fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Note => "1;36",
    }
}

impl TextOptions {
    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
