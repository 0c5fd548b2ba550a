use std::path::PathBuf;

use clap::Args;

use super::{ClosureArgs, RunArgs, StartArgs, TargetArgs, TextOrJson, ViewArgs};
use crate::rebuild::Condition;

/// `hermitage rebuild`.
#[derive(Debug, Args)]
pub(crate) struct RebuildArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    #[command(flatten)]
    pub(crate) comparison: ComparisonArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) start: StartArgs,
}

/// What is varied, compared and told.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "What is varied and compared")]
pub(crate) struct ComparisonArgs {
    /// Vary these alone, separated by commas [default: all; with --pure those it does not hold: order, date, clock, place]
    #[arg(long, value_enum, value_name = "CONDITION", value_delimiter = ',')]
    pub(crate) vary: Vec<Condition>,
    /// Leave these as they are
    #[arg(long, value_enum, value_name = "CONDITION", value_delimiter = ',')]
    pub(crate) keep: Vec<Condition>,
    /// Compare what the build leaves here, below what --write shows, and nothing else; may be repeated [default: all of it]
    #[arg(long, value_name = "PATH")]
    pub(crate) result: Vec<PathBuf>,
    /// Times of modification count too
    #[arg(long)]
    pub(crate) times: bool,
    /// When the results differ, build again with nothing varied, and with each condition alone, to prove what it is due to
    #[arg(long)]
    pub(crate) bisect: bool,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TextOrJson,
    /// Do without a file system in memory, for tests
    #[arg(long, hide = true)]
    pub(crate) pretend_without_memory: bool,
}
