//! The command line: what can be asked for. Nothing in here does anything.
#![allow(clippy::doc_markdown, reason = "these comments are the text of --help")]
#![allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]

mod bench;
mod check;
mod digest;
mod portage;
mod rebuild;
mod rules;
mod run;
mod source;
mod target;
mod verb;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use bench::{
    BenchArgs, BenchCommonArgs, BenchCoversArgs, BenchDigestArgs, BenchRulesArgs, BenchSubject,
    BenchViewsArgs, FileCount, Words,
};
pub(crate) use check::{AuditArgs, BatchArgs, CheckArgs, CheckFormat, ObserverName, SeverityName};
pub(crate) use digest::{DigestArgs, DigestFormat};
pub(crate) use portage::{EmergeArgs, PortageArgs, PortageVerb, SetupArgs, SetupWay, StatusArgs};
pub(crate) use rebuild::{ComparisonArgs, RebuildArgs};
pub(crate) use rules::{BulkName, FormName, FormatArgs, RulesArgs, RulesFormat, SandboxText};
pub(crate) use run::{BackendName, RunArgs, SyscallLevel, ViewArgs};
pub(crate) use source::SourceArgs;
pub(crate) use target::{BranchName, ClosureArgs, ClosureName, PhaseName, TargetArgs};
pub(crate) use verb::{
    CacheArgs, CacheVerb, CompletionsArgs, DemoArgs, DemoDatabase, DepsArgs, DepsFormat,
    DoctorArgs, ExecArgs, FilesArgs, FilesFormat, ImportArgs, ImportDpkgArgs, ImportFrom, MemoArgs,
    OwnerArgs, PlanArgs, RunVerbArgs, StartArgs, WhyArgs,
};

/// Hermetic builds for Gentoo: a build sees exactly what its package declares.
///
/// Data goes to stdout, everything else to stderr. The exit code is the command's own; 125 when hermitage itself
/// fails, 126 when the command can't be executed, 127 when it is not in the view, 128+N when signal N ended it.
#[derive(Debug, Parser)]
#[command(name = "hermitage", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What every verb takes.
#[derive(Debug, clap::Args)]
pub(crate) struct CommonArgs {
    /// Settings in TOML instead of $XDG_CONFIG_HOME/hermitage.toml; options of the command line win
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Say more on stderr: what is missing, what was taken for what, how long it took
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Show what a target needs, and why
    Deps(DepsArgs),
    /// List the paths that a build of the target sees, with their owners
    Files(FilesArgs),
    /// Say why a path or package is visible, or what would have to be declared for it
    Why(WhyArgs),
    /// Name the packages that own a path; 1 when one of the paths has no owner
    Owner(OwnerArgs),
    /// Print what `run` would carry out
    Plan(PlanArgs),
    /// Run a command that sees nothing but what the target declares
    Run(RunVerbArgs),
    /// Run a command in a view that was saved with `plan --format json`
    Exec(ExecArgs),
    /// Run a command that sees nothing but what the target declares, and report what else it reached for
    Check(Box<CheckArgs>),
    /// Run a command twice under other circumstances, and compare what it leaves; 1 when that differs
    Rebuild(Box<RebuildArgs>),
    /// Print one name for all that a build of the target can see: equal where that is equal
    Digest(Box<DigestArgs>),
    /// Write what a build of the target sees as rules for another sandbox
    Rules(RulesArgs),
    /// Turn another package manager's database into one that hermitage reads
    Import(ImportArgs),
    /// Look after what is kept from run to run: views, digests, sums of files
    Cache(CacheArgs),
    /// Run Portage's emerge with each build in the view of what its package declares; everything behind is emerge's own
    #[command(disable_help_flag = true)]
    Emerge(EmergeArgs),
    /// Build with Portage in views: be its sandbox, and see to it that it calls us
    Portage(PortageArgs),
    /// Say what this machine's kernel and settings allow, and what stands in the way
    Doctor(DoctorArgs),
    /// Build a small C program thrice, and see an undeclared library come and go
    Demo(DemoArgs),
    /// Measure how long making views takes on this machine, also with other programs that are installed
    Bench(BenchArgs),
    /// Print a shell's completion script
    Completions(CompletionsArgs),
    /// Print the manual page, or with a directory write one for each verb there
    Man {
        /// Write hermitage.1, hermitage-run.1 and so on into this directory
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
    },
}

/// How to print data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextOrJson {
    /// For people
    Text,
    /// For programs
    Json,
}
