//! Many reports as one.

mod html;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::format::pretty;
use crate::report::{Finding, Kind, Report, Severity};

/// Who declares too little, who declares too much, and what.
///
/// ```
/// use hermitage_audit::{Audit, Class, MemoryInventory, Package, Summary, Trace};
///
/// let mut machine = MemoryInventory::default();
/// machine.package(Package::new("dev-util/flex", "2.6").declared_in(&[Class::Bdepend]));
/// let report = Audit::new("app-misc/viewer-1", &machine).report(Trace::default())?;
///
/// let summary = Summary::of(&[report]);
/// assert_eq!(summary.packages[0].too_much, 1);
/// assert_eq!(summary.declared_too_often[0].package, "dev-util/flex");
/// # Ok::<(), hermitage_audit::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The version of this form: 1.
    pub schema: u32,
    /// What was built, those that declare too little before the others, then by name.
    pub packages: Vec<Row>,
    /// Packages that others use without declaring them, the most frequent first.
    pub declared_too_rarely: Vec<Often>,
    /// Packages that others declare and do not use, the most frequent first.
    pub declared_too_often: Vec<Often>,
    /// What could not be looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Failed>,
}

/// The findings about something that was built, in numbers. A finding that is in several reports of it, such as those of its phases,
/// counts once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// How what was built is called.
    pub target: String,
    /// How many findings say that it declares too little: all but notes that something is used without being declared, or that it is
    /// declared in the wrong variable.
    pub too_little: usize,
    /// How many findings say that it declares too much: what is declared and unused.
    pub too_much: usize,
    /// Findings by kind; kinds that have none are absent.
    pub kinds: BTreeMap<Kind, usize>,
    /// Findings by severity; severities that have none are absent.
    pub severities: BTreeMap<Severity, usize>,
    /// How many findings the user put up with.
    pub suppressed: usize,
    /// How the command ended that was watched, of several the worst; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The page about it, as a path relative to that of the summary; whoever writes the pages sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

/// A package, and by whom it is not declared as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Often {
    /// Its category and name.
    pub package: String,
    /// By what was built.
    pub targets: Vec<String>,
}

/// Something that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// How it is called.
    pub target: String,
    /// Why.
    pub why: String,
}

impl Summary {
    /// The summary of reports, in whatever order they are.
    pub fn of(reports: &[Report]) -> Self {
        let mut by_target: BTreeMap<&str, Vec<&Report>> = BTreeMap::new();
        for report in reports {
            by_target.entry(&report.target).or_default().push(report);
        }
        let mut packages: Vec<Row> =
            by_target.iter().map(|(target, reports)| Row::of(target, reports)).collect();
        packages.sort_by(|a, b| {
            let worse = |row: &Row| (row.too_little, row.too_much);
            worse(b).cmp(&worse(a)).then_with(|| a.target.cmp(&b.target))
        });
        Self {
            schema: 1,
            packages,
            declared_too_rarely: often(reports, is_too_little),
            declared_too_often: often(reports, is_too_much),
            failed: Vec::new(),
        }
    }

    /// Adds what could not be looked at.
    #[must_use]
    pub fn failed(mut self, failed: impl IntoIterator<Item = Failed>) -> Self {
        self.failed.extend(failed);
        self
    }

    /// How many declare too little.
    pub fn too_little(&self) -> usize {
        self.packages.iter().filter(|row| row.too_little > 0).count()
    }

    /// How many declare too much.
    pub fn too_much(&self) -> usize {
        self.packages.iter().filter(|row| row.too_much > 0).count()
    }

    /// Of how many the command failed.
    pub fn commands_failed(&self) -> usize {
        self.packages.iter().filter(|row| row.has_failed()).count()
    }

    /// As a table for people, with what is most often wrong below it. The last line counts.
    pub fn text(&self) -> String {
        text::text(self)
    }

    /// As JSON.
    pub fn json(&self) -> String {
        pretty(self)
    }

    /// As a page of HTML that loads nothing, with a table that can be sorted and filtered.
    pub fn html(&self) -> String {
        html::html(self)
    }

    /// The kinds of which there is a finding.
    fn kinds(&self) -> BTreeSet<Kind> {
        self.packages.iter().flat_map(|row| row.kinds.keys().copied()).collect()
    }

    /// What is said in the end.
    fn conclusion(&self) -> String {
        let failed: Vec<String> = [
            (self.commands_failed(), "failed to build"),
            (self.failed.len(), "could not be checked"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("; {count} {what}"))
        .collect();
        let failed = failed.concat();
        format!(
            "{}: {} declare too little, {} too much{failed}",
            crate::format::counted(self.packages.len(), "package"),
            self.too_little(),
            self.too_much()
        )
    }
}

impl Row {
    fn of(target: &str, reports: &[&Report]) -> Self {
        let all = reports.iter().flat_map(|report| &report.findings);
        let mut findings: BTreeMap<&str, &Finding> = BTreeMap::new();
        for finding in all {
            let known = findings.entry(&finding.id).or_insert(finding);
            if finding.severity > known.severity {
                *known = finding;
            }
        }
        let suppressed = reports.iter().flat_map(|report| &report.suppressed);
        let suppressed: BTreeSet<&str> =
            suppressed.map(|suppressed| &suppressed.finding.id[..]).collect();
        let mut row = Self {
            target: target.to_owned(),
            too_little: findings.values().filter(|finding| is_too_little(finding)).count(),
            too_much: findings.values().filter(|finding| is_too_much(finding)).count(),
            kinds: BTreeMap::new(),
            severities: BTreeMap::new(),
            suppressed: suppressed.len(),
            outcome: outcome(reports),
            page: None,
        };
        for finding in findings.values() {
            *row.kinds.entry(finding.kind).or_default() += 1;
            *row.severities.entry(finding.severity).or_default() += 1;
        }
        row
    }

    fn has_failed(&self) -> bool {
        self.outcome.is_some_and(|outcome| !outcome.is_success())
    }

    /// How the command ended, in a word or two.
    fn ending(&self) -> String {
        match self.outcome {
            None => "-".to_owned(),
            Some(Outcome::Exited(0)) => "ok".to_owned(),
            Some(Outcome::Exited(code)) => format!("exit {code}"),
            Some(Outcome::Signaled(signal)) => format!("signal {signal}"),
        }
    }

    fn kind(&self, kind: Kind) -> usize {
        self.kinds.get(&kind).copied().unwrap_or(0)
    }

    fn severity(&self, severity: Severity) -> usize {
        self.severities.get(&severity).copied().unwrap_or(0)
    }
}

/// Of several the worst: one that failed, and of those the one that sorts last, so that the order of the reports makes no difference.
fn outcome(reports: &[&Report]) -> Option<Outcome> {
    reports.iter().filter_map(|report| report.outcome).max()
}

fn is_too_little(finding: &Finding) -> bool {
    let is_lack = !matches!(finding.kind, Kind::Unused | Kind::Unowned);
    is_lack && finding.severity > Severity::Note
}

fn is_too_much(finding: &Finding) -> bool {
    finding.kind == Kind::Unused
}

fn often(reports: &[Report], is_meant: fn(&Finding) -> bool) -> Vec<Often> {
    let mut packages: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for report in reports {
        for finding in report.findings.iter().filter(|finding| is_meant(finding)) {
            if let Some(package) = &finding.package {
                packages.entry(&package.name).or_default().insert(&report.target);
            }
        }
    }
    let mut often: Vec<Often> = packages
        .into_iter()
        .map(|(package, targets)| Often {
            package: package.to_owned(),
            targets: targets.into_iter().map(str::to_owned).collect(),
        })
        .collect();
    // The sort keeps packages of the same number in the order of their names.
    often.sort_by_key(|often| std::cmp::Reverse(often.targets.len()));
    often
}
