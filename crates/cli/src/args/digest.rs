use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ClosureArgs, RunArgs, TargetArgs, ViewArgs};

/// `hermitage digest`.
#[derive(Clone, Debug, Args)]
pub(crate) struct DigestArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Say what tells two of them apart, by package and then by path: each is a file of --format json, or an installed package;
    /// exit with 1 when they differ
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["target", "ebuild_metadata", "output"])]
    pub(crate) explain: Option<Vec<String>>,
    /// With --explain, list every path and not ten of each package
    #[arg(long, requires = "explain")]
    pub(crate) all: bool,
    /// Read every file anew, whatever is recorded or remembered of it; warns of each file that is not what would have been
    /// believed, and exits with 1 when there is one
    #[arg(long)]
    pub(crate) verify: bool,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: DigestFormat,
    /// Write to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The command that is to run: then it counts, and so do the environment and the working directory it would get
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

/// How to print an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DigestFormat {
    /// The identity alone: sha256: and 64 digits
    Text,
    /// All that it is the sum of: facts (with a command also the whole environment), packages with their own digests, paths
    Json,
}
