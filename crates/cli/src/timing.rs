//! How long the steps of a run took.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::failure::Failure;
use crate::report::Reporter;

/// A stopwatch.
#[derive(Debug)]
pub(crate) struct Timings {
    last: Instant,
    record: Record,
}

/// What is written down, in milliseconds.
#[derive(Debug, Default, Serialize, serde::Deserialize)]
pub(crate) struct Record {
    pub(crate) schema: u32,
    /// Visible paths.
    pub(crate) files: usize,
    pub(crate) backend: String,
    pub(crate) steps: Vec<(String, f64)>,
    /// When the first step began, in nanoseconds of `CLOCK_MONOTONIC`, which other processes can compare with.
    #[serde(default)]
    pub(crate) began: u64,
}

impl Timings {
    pub(crate) fn start() -> Self {
        let record = Record { schema: 1, began: crate::bench::clock::now(), ..Record::default() };
        Self { last: Instant::now(), record }
    }

    /// What was done since the last step.
    pub(crate) fn step(&mut self, name: &str) {
        let now = Instant::now();
        self.record.steps.push((name.to_owned(), milliseconds(now - self.last)));
        self.last = now;
    }

    /// Forgets the steps, which came to nothing, but not when the first of them began.
    pub(crate) fn restart(&mut self) {
        self.record.steps.clear();
    }

    pub(crate) fn files(&mut self, count: usize) {
        self.record.files = count;
    }

    pub(crate) fn backend(&mut self, name: &str) {
        name.clone_into(&mut self.record.backend);
    }

    /// Tells the steps, and writes them to a file if there is to be one.
    pub(crate) fn finish(&self, file: Option<&Path>, reporter: Reporter) -> Result<(), Failure> {
        let steps = self.record.steps.iter().map(|(name, time)| format!("{name} {time:.1} ms"));
        reporter.detail(format_args!("took: {}", steps.collect::<Vec<_>>().join(", ")));
        let Some(path) = file else { return Ok(()) };
        let text = serde_json::to_string(&self.record).map_err(|error| Failure::caused(&error))?;
        std::fs::write(path, text + "\n")
            .map_err(|error| Failure::file(path, "can't be written", &error))
    }
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
