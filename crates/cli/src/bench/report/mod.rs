//! What was found out, as a table, as JSON and as a chart.

mod chart;
mod json;
mod machine;
mod text;

use crate::args::{BenchCommonArgs, BenchViewsArgs, TextOrJson};
use crate::failure::Failure;
use crate::output::Output;

use super::candidate::Kind;
use super::files::Origin;
use super::row::{Outcome, Row};
use super::stats::PowerLaw;
use super::subject::Subject;
pub(super) use machine::Machine;

/// Everything that was measured.
#[derive(Debug)]
pub(super) struct Report {
    measured: Vec<Measured>,
    machine: Machine,
    rounds: u32,
    /// In seconds.
    timeout: u32,
    cold: bool,
}

/// What was measured with one view.
#[derive(Debug)]
pub(super) struct Measured {
    title: String,
    origin: Option<Origin>,
    files: usize,
    directories: usize,
    links: usize,
    rows: Vec<Row>,
}

/// What something that takes too long would take.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
struct Estimate {
    /// In milliseconds, to the first instruction of the command.
    set_up: f64,
    /// The power of the number of files with which it grew between the last two views that were measured.
    exponent: f64,
}

impl Measured {
    /// The names of those that took longer than they may.
    pub(super) fn late(&self) -> impl Iterator<Item = String> {
        let late = self.rows.iter().filter(|row| row.outcome == Outcome::TimedOut);
        late.map(|row| row.name.clone())
    }

    pub(super) fn new(subject: &Subject<'_>, rows: Vec<Row>) -> Self {
        let [files, directories, links] = subject.counts();
        let (title, origin) = (subject.title.clone(), subject.origin);
        Self { title, origin, files, directories, links, rows }
    }

    fn plain(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.kind == Kind::Plain)
    }

    #[allow(clippy::cast_precision_loss, reason = "they fit into memory")]
    fn size(&self) -> f64 {
        self.files as f64
    }
}

impl Report {
    pub(super) fn new(
        measured: Vec<Measured>,
        common: &BenchCommonArgs,
        args: &BenchViewsArgs,
    ) -> Self {
        let (rounds, timeout) = (common.rounds, common.timeout);
        Self { measured, machine: Machine::here(), rounds, timeout, cold: args.cold }
    }

    /// Prints it, and writes the chart if there is to be one.
    pub(super) fn publish(&self, args: &BenchCommonArgs) -> Result<u8, Failure> {
        if let Some(path) = &args.chart {
            let text = super::chart::render(&chart::of(self));
            std::fs::write(path, text)
                .map_err(|error| Failure::file(path, "the chart can't be written", &error))?;
        }
        let mut out = Output::new();
        match args.format {
            TextOrJson::Text => out.raw(text::of(self).as_bytes())?,
            TextOrJson::Json => out.json(&json::of(self))?,
        }
        out.finish()?;
        Ok(0)
    }

    /// What a candidate would take for a view it was not waited for with, by the smaller views it was measured with.
    fn estimate(&self, row: &Row, at: &Measured) -> Option<Estimate> {
        let known = self.measured.iter().filter(|measured| measured.files < at.files);
        let points: Vec<_> = known
            .filter_map(|measured| {
                let row = measured.rows.iter().find(|other| other.name == row.name)?;
                Some((measured.size(), row.figure("set-up")?.median))
            })
            .collect();
        let law = PowerLaw::through(&points).filter(|_| row.outcome == Outcome::TimedOut)?;
        Some(Estimate { set_up: law.value(at.size()), exponent: law.exponent })
    }
}
