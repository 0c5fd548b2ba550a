//! `hermitage bench`: how long it takes, on the user's own machine.
//!
//! What does not know what is measured is for every subject: [`stats`], [`units`], [`table`], [`chart`], [`progress`],
//! [`interrupt`], [`clock`]. Views, the usual subject, are measured by [`views`]: a [`subject`] is a view, a
//! [`candidate`] something that can show it, a [`sample`] one run in a process of its own, an [`agenda`] what is done
//! [`inside`], and a [`row`] what came of all samples of a candidate.

mod agenda;
mod candidate;
pub(crate) mod chart;
pub(crate) mod clock;
mod covers;
mod digest;
mod files;
mod inside;
pub(crate) mod interrupt;
mod measure;
pub(crate) mod progress;
mod report;
mod row;
mod rules;
mod sample;
mod scratch;
pub(crate) mod stats;
mod subject;
pub(crate) mod table;
pub(crate) mod units;
mod views;
mod within;

use crate::args::{BenchArgs, BenchSubject};
use crate::failure::Failure;
use crate::verbs::Context;

/// Measures what was asked for, or is one of the processes that this takes.
pub(crate) fn bench(args: BenchArgs, context: &Context) -> Result<u8, Failure> {
    match args.subject {
        Some(BenchSubject::Sample) => sample::sample(),
        Some(BenchSubject::Inside { agenda }) => inside::inside(&agenda),
        Some(BenchSubject::Covers(args)) => covers::covers(*args, context),
        Some(BenchSubject::Digest(args)) => digest::digest(&args, context),
        Some(BenchSubject::Rules(args)) => rules::rules(&args, context),
        Some(BenchSubject::Within { file, program }) => within::within(&file, &program),
        None => views::views(args.views, context),
    }
}
