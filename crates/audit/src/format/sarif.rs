//! SARIF 2.1.0, the format of code scanners (OASIS standard, with errata 01).

mod model;
mod place;

use super::ending;
use super::json::pretty;
use super::lineage::lineage;
use crate::{Evidence, Finding, Kind, Outcome, Report, Severity};
use model::{
    Configuration, Driver, Invocation, Level, Location, Log, LogicalLocation, Message,
    Notification, Run, SarifResult, SarifRule, SarifSuppression, Tool,
};

/// What [`sarif`] can be told besides the report.
#[derive(Clone, Debug, Default)]
pub struct SarifOptions<'a> {
    /// The ebuild of what was built: findings are placed in it then, else at the file that was looked for.
    pub ebuild: Option<EbuildFile<'a>>,
}

/// An ebuild as it is on disk.
#[derive(Clone, Copy, Debug)]
pub struct EbuildFile<'a> {
    /// Its path, relative to the root of the repository that the results are shown for.
    pub path: &'a [u8],
    /// Its text, in which the line of a variable is looked for.
    pub text: &'a [u8],
}

/// A report as a SARIF 2.1.0 log of one run.
///
/// The rules are the [kinds](Kind) of findings. A result is at the line of the ebuild that sets the variable to change, and where there
/// is no ebuild, at the file that was looked for; what else was looked for are its related locations. Its fingerprint is the
/// finding's id, so that a result is known again after any change of the ebuild. Suppressed findings are results with a
/// suppression. How the command ended stands in the run's invocation, with what could not be looked at. A result without an ebuild and without a file has a package for its location.
pub fn sarif(report: &Report, options: &SarifOptions<'_>) -> String {
    log(vec![run(report, options)])
}

/// Reports as one SARIF 2.1.0 log, a run for each, with the results at the files that were looked for.
pub fn sarif_all(reports: &[Report]) -> String {
    log(reports.iter().map(|report| run(report, &SarifOptions::default())).collect())
}

fn log(runs: Vec<Run<'_>>) -> String {
    pretty(&Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs,
    })
}

fn run<'a>(report: &'a Report, options: &SarifOptions<'_>) -> Run<'a> {
    let open = report.findings.iter().map(|finding| result(finding, None, options));
    let suppressed = report
        .suppressed
        .iter()
        .map(|known| result(&known.finding, Some(&known.reason[..]), options));
    let phase = report.phase.as_deref().unwrap_or("all");
    let id = format!("hermitage/check/{}/{phase}", report.target);
    Run {
        tool: Tool { driver: driver() },
        automation_details: model::Automation { id },
        invocations: invocation(report).into_iter().collect(),
        column_kind: "unicodeCodePoints",
        results: open.chain(suppressed).collect(),
        properties: model::RunProperties {
            observer: report.observer,
            comparison: report.comparison.as_ref(),
        },
    }
}

/// How the command ended, where that is known or there is something to tell.
fn invocation(report: &Report) -> Option<Invocation> {
    let lines = ending::lines(report);
    if report.outcome.is_none() && lines.is_empty() {
        return None;
    }
    let level = |at| match (at, report.failure()) {
        (0, Some(_)) => Severity::Error,
        _ => Severity::Warning,
    };
    let notification = |(at, line): (usize, &String)| Notification {
        level: Level::of(level(at)),
        message: Message::plain(line),
    };
    let (exit_code, exit_signal_number) = match report.outcome {
        Some(Outcome::Exited(code)) => (Some(code), None),
        Some(Outcome::Signaled(signal)) => (None, Some(signal)),
        None => (None, None),
    };
    Some(Invocation {
        execution_successful: report.failure().is_none(),
        exit_code,
        exit_signal_number,
        tool_execution_notifications: lines.iter().enumerate().map(notification).collect(),
    })
}

fn driver() -> Driver {
    Driver {
        name: "hermitage",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: Kind::ALL.map(rule).into(),
    }
}

fn rule(kind: Kind) -> SarifRule {
    SarifRule {
        id: kind.as_str(),
        short_description: Message::plain(kind.meaning()),
        full_description: Message::plain(kind.meaning()),
        help: Message::plain(kind.advice()),
        default_configuration: Configuration { level: Level::of(kind.usual_severity()) },
    }
}

fn result<'a>(
    finding: &'a Finding,
    reason: Option<&str>,
    options: &SarifOptions<'_>,
) -> SarifResult<'a> {
    let mut text = finding.message.clone();
    if let Some(suggestion) = &finding.suggestion {
        text.push_str("; ");
        text.push_str(&suggestion.text);
    }
    let (location, related) = places(finding, options);
    SarifResult {
        rule_id: finding.kind.as_str(),
        rule_index: Kind::ALL.iter().position(|kind| *kind == finding.kind),
        level: Level::of(finding.severity),
        message: Message::plain(&text),
        locations: location.into_iter().collect(),
        related_locations: related,
        partial_fingerprints: model::Fingerprints { id: &finding.id },
        suppressions: reason.map(SarifSuppression::external).into_iter().collect(),
        properties: model::Properties {
            looks: finding.looks,
            candidates: &finding.candidates,
            chain: &finding.chain,
            suggestion: finding.suggestion.as_ref(),
        },
    }
}

/// Where a finding is, and where else to look.
fn places(finding: &Finding, options: &SarifOptions<'_>) -> (Option<Location>, Vec<Location>) {
    let package = finding.package.as_ref().map(|package| LogicalLocation {
        fully_qualified_name: package.cpv.clone(),
        kind: "package",
    });
    let mut looks = finding.evidence.iter();
    let physical = match options.ebuild {
        Some(ebuild) => Some(place::in_ebuild(&ebuild, finding)),
        None => looks.next().map(|shown| place::of_file(shown.path.as_bytes())),
    };
    let location = (physical.is_some() || package.is_some()).then(|| Location {
        physical_location: physical,
        logical_locations: package.into_iter().collect(),
        ..Location::default()
    });
    let related = looks.enumerate().map(|(at, shown)| related(at + 1, shown)).collect();
    (location, related)
}

fn related(id: usize, shown: &Evidence) -> Location {
    let answer = shown.answer.map(|answer| format!(", {}", answer.as_str()));
    let by = lineage(shown).map(|lineage| format!(", by {lineage}"));
    let text = [shown.role.as_str(), &answer.unwrap_or_default(), &by.unwrap_or_default()].concat();
    Location {
        id: Some(id),
        physical_location: Some(place::of_file(shown.path.as_bytes())),
        message: Some(Message::plain(&text)),
        ..Location::default()
    }
}

impl Level {
    fn of(severity: Severity) -> Self {
        Self(severity.as_str())
    }
}
