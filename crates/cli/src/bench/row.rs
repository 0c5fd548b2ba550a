//! What was found out about one candidate with one view.

use std::collections::BTreeMap;
use std::path::Path;

use super::agenda::{Diary, Run};
use super::candidate::Kind;
use super::clock;
use super::sample::{End, Response};
use super::stats::Summary;
use crate::timing::Record;

/// The figures, and the reason where there are none.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) outcome: Outcome,
    /// What could not be measured, and why.
    pub(super) problems: Vec<String>,
    /// The steps before the command that the candidate tells of, in order.
    pub(super) steps: Vec<String>,
    samples: BTreeMap<String, Vec<f64>>,
}

/// Whether there are figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Measured,
    /// It does not do it, by its own words.
    Refused(String),
    /// It took longer than it may.
    TimedOut,
    /// It is not there.
    Absent,
}

impl Row {
    pub(super) fn new(name: impl Into<String>, kind: Kind, outcome: Outcome) -> Self {
        let (problems, steps, samples) = Default::default();
        Self { name: name.into(), kind, outcome, problems, steps, samples }
    }

    /// The figures that there are, in the order of their names.
    pub(super) fn figures(&self) -> impl Iterator<Item = (&str, Summary)> {
        self.samples
            .iter()
            .filter_map(|(name, samples)| Some((name.as_str(), Summary::of(samples)?)))
    }

    pub(super) fn figure(&self, name: &str) -> Option<Summary> {
        Summary::of(self.samples.get(name)?)
    }

    /// A figure in proportion to that of another row.
    pub(super) fn ratio(&self, name: &str, base: &Self) -> Option<Summary> {
        Summary::of_ratios(self.samples.get(name)?, base.samples.get(name)?)
    }

    pub(super) fn add(&mut self, name: &str, value: f64) {
        self.samples.entry(name.to_owned()).or_default().push(value);
    }

    /// Takes down why a sample did not come about.
    pub(super) fn refuse(&mut self, response: &Response) {
        self.outcome = match &response.end {
            End::TimedOut => Outcome::TimedOut,
            End::NotStarted(why) => Outcome::Refused(format!("can't be started: {why}")),
            End::Signaled(signal) => {
                Outcome::Refused(format!("ended by signal {signal}; {}", response.said))
            }
            End::Exited(_) | End::Interrupted if !response.said.is_empty() => {
                Outcome::Refused(response.said.clone())
            }
            End::Exited(code) => Outcome::Refused(format!("exit code {code}, without a word")),
            End::Interrupted => Outcome::Refused("interrupted".into()),
        };
    }

    /// The whole process for a command that does nothing.
    pub(super) fn add_whole(&mut self, response: &Response) {
        self.add("whole", clock::between(response.began, response.ended));
        self.add("whole.cpu", response.cpu);
        self.add("peak", as_float(response.peak));
    }

    /// What a command found inside.
    pub(super) fn add_inside(
        &mut self,
        response: &Response,
        diary: &Diary,
        record: Option<&Record>,
    ) {
        let start = record.map_or(response.began, |record| self.add_steps(record));
        self.add("set-up", clock::between(start, diary.began));
        self.add("teardown", clock::between(diary.ended, response.ended));
        if let Some(kernel) = response.kernel {
            self.add("kernel", kernel);
        }
        for task in &diary.tasks {
            self.add_task(&task.name, diary.runs(&task.name));
            if let Some(problem) = &task.problem {
                self.problem(format!("{}: {problem}", task.name));
            }
        }
        if let Some((first, others)) = diary.opens.split_first() {
            self.add("open.first", *first);
            self.add_median("open", others);
        }
        if let Some(problem) = &diary.closed {
            self.problem(format!("not all files could be opened: {problem}"));
        }
    }

    /// With cold caches.
    pub(super) fn add_cold(&mut self, response: &Response, diary: &Diary, record: Option<&Record>) {
        let start = record.map_or(response.began, command_began);
        self.add("cold.set-up", clock::between(start, diary.began));
        self.add("cold.whole", clock::between(response.began, response.ended));
    }

    fn add_task(&mut self, name: &str, runs: &[Run]) {
        let Some((first, others)) = runs.split_first() else { return };
        self.add(&format!("{name}.first"), first.wall);
        let others = if others.is_empty() { std::slice::from_ref(first) } else { others };
        self.add_median(name, &others.iter().map(|run| run.wall).collect::<Vec<_>>());
        self.add_median(
            &format!("{name}.cpu"),
            &others.iter().map(|run| run.cpu).collect::<Vec<_>>(),
        );
    }

    fn add_median(&mut self, name: &str, values: &[f64]) {
        if let Some(summary) = Summary::of(values) {
            self.add(name, summary.median);
        }
    }

    /// Adds the steps before that which mounts and runs; returns when that one began.
    fn add_steps(&mut self, record: &Record) -> u64 {
        for (name, time) in record.steps.iter().take_while(|(name, _)| name != COMMAND) {
            if !self.steps.contains(name) {
                self.steps.push(name.clone());
            }
            self.add(&format!("step.{name}"), *time);
        }
        command_began(record)
    }

    fn problem(&mut self, text: String) {
        if !self.problems.contains(&text) {
            self.problems.push(text);
        }
    }
}

/// The step in which `run` and `exec` mount, run and wait.
const COMMAND: &str = "command";

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "durations are positive and far from the largest numbers"
)]
fn command_began(record: &Record) -> u64 {
    let before = record.steps.iter().take_while(|(name, _)| name != COMMAND);
    let milliseconds: f64 = before.map(|(_, time)| time).sum();
    record.began + (milliseconds * 1e6) as u64
}

/// What a candidate wrote down of its steps.
pub(super) fn read_record(path: &Path) -> Option<Record> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

#[allow(clippy::cast_precision_loss, reason = "2^53 bytes are more than there are")]
fn as_float(bytes: u64) -> f64 {
    bytes as f64
}
