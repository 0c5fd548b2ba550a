//! The same for programs. The form is documented in the README of the crate; its number is [`SCHEMA`].

use std::collections::BTreeMap;

use serde::Serialize;

use super::machine::Machine;
use super::{Estimate, Measured, Report};
use crate::bench::candidate::Kind;
use crate::bench::files::Origin;
use crate::bench::row::{Outcome, Row};
use crate::bench::stats::Summary;

/// To be raised when a field changes its meaning or goes.
const SCHEMA: u32 = 1;

#[derive(Debug, Serialize)]
pub(super) struct Document<'r> {
    schema: u32,
    hermitage: &'static str,
    machine: &'r Machine,
    rounds: u32,
    timeout_ms: f64,
    views: Vec<View<'r>>,
}

#[derive(Debug, Serialize)]
struct View<'r> {
    title: &'r str,
    files: usize,
    directories: usize,
    links: usize,
    origin: Option<Origin>,
    candidates: Vec<Candidate<'r>>,
}

#[derive(Debug, Serialize)]
struct Candidate<'r> {
    name: &'r str,
    kind: Kind,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<Estimate>,
    steps: &'r [String],
    figures: BTreeMap<&'r str, Summary>,
    ratios: BTreeMap<&'r str, Summary>,
    problems: &'r [String],
}

pub(super) fn of(report: &Report) -> Document<'_> {
    Document {
        schema: SCHEMA,
        hermitage: env!("CARGO_PKG_VERSION"),
        machine: &report.machine,
        rounds: report.rounds,
        timeout_ms: f64::from(report.timeout) * 1e3,
        views: report.measured.iter().map(|measured| view(report, measured)).collect(),
    }
}

fn view<'r>(report: &'r Report, measured: &'r Measured) -> View<'r> {
    let candidate = |row| candidate(report, measured, row);
    View {
        title: &measured.title,
        files: measured.files,
        directories: measured.directories,
        links: measured.links,
        origin: measured.origin,
        candidates: measured.rows.iter().map(candidate).collect(),
    }
}

fn candidate<'r>(report: &Report, measured: &'r Measured, row: &'r Row) -> Candidate<'r> {
    let (outcome, reason) = match &row.outcome {
        Outcome::Measured => ("measured", None),
        Outcome::Refused(why) => ("refused", Some(why.as_str())),
        Outcome::TimedOut => ("timed-out", None),
        Outcome::Absent => ("absent", None),
    };
    let ratio = |name: &'r str| Some((name, row.ratio(name, measured.plain()?)?));
    let ratios = row.figures().map(|(name, _)| name).filter(|name| is_time(name)).filter_map(ratio);
    Candidate {
        name: &row.name,
        kind: row.kind,
        outcome,
        reason,
        estimate: report.estimate(row, measured),
        steps: &row.steps,
        figures: row.figures().collect(),
        ratios: ratios.collect(),
        problems: &row.problems,
    }
}

/// Everything but sizes.
fn is_time(name: &str) -> bool {
    !["peak", "kernel"].contains(&name)
}
