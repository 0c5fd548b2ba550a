use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use hermitage_mountns::parse_size;

use super::{BackendName, ClosureArgs, RunArgs, SourceArgs, TargetArgs, TextOrJson, ViewArgs};

/// `hermitage deps`.
#[derive(Debug, Args)]
pub(crate) struct DepsArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: DepsFormat,
}

/// How to print a closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DepsFormat {
    /// A tree, with the atom that brought each package in
    Text,
    /// {"schema":1,"packages":[{"cpv":...,"why":[...]}...]}
    Json,
    /// A graph for Graphviz
    Dot,
    /// A line for each reason: package, who asks, class, atom
    Tsv,
}

/// `hermitage files`.
#[derive(Debug, Args)]
pub(crate) struct FilesArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    /// How to print it
    #[arg(long, value_enum, default_value = "tsv")]
    pub(crate) format: FilesFormat,
}

/// How to print a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FilesFormat {
    /// A line for each path: path, tab, owners or in parentheses why it is visible without one
    Tsv,
    /// {"schema":1,"files":[{"path":...,"kind":...,"owners":[...]}...]}
    Json,
    /// Only the paths as they are, a NUL after each
    Null,
}

/// `hermitage why`.
#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// An absolute path, or a package: =cat/pkg-1.2, cat/pkg, or pkg where that is unique
    #[arg(value_name = "PATH|ATOM")]
    pub(crate) subject: OsString,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
}

/// `hermitage owner`.
#[derive(Debug, Args)]
pub(crate) struct OwnerArgs {
    /// The paths, as seen from ROOT
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TextOrJson,
}

/// `hermitage plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// How to print it; `exec` takes JSON. Both hold the whole environment; --clear-env cuts it down
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TextOrJson,
}

/// `hermitage run`.
#[derive(Debug, Args)]
pub(crate) struct RunVerbArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) start: StartArgs,
    #[command(flatten)]
    pub(crate) memo: MemoArgs,
}

/// What is kept of a command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "How it is run")]
pub(crate) struct MemoArgs {
    /// Keep what the command leaves in the --write directories in this store, and with the same command and the same things to see
    /// put it there again instead of running it. Standard input is empty then; what ends with another code than 0 is not
    /// kept
    #[arg(id = "memo", long = "memo", value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// How much the store may hold, before what was not used for longest goes [default: 2G]
    #[arg(long, value_name = "SIZE", value_parser = parse_size, requires = "memo")]
    pub(crate) memo_size: Option<u64>,
    /// The process that stores the result
    #[arg(long, value_name = "PID", hide = true)]
    pub(crate) memo_child: Option<i32>,
}

/// How a view is made, and what is run in it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "How it is run")]
pub(crate) struct StartArgs {
    /// How the view is put together [default: auto]
    #[arg(long, value_enum, value_name = "BACKEND")]
    pub(crate) backend: Option<BackendName>,
    /// Make the view anew, and leave the cache alone
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Go on, with a warning, when visible files of the host changed while the command ran
    #[arg(long)]
    pub(crate) allow_changed: bool,
    /// Write how long each step took to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) timings: Option<PathBuf>,
    /// Abilities of the kernel to do without, for tests
    #[arg(long, value_name = "ABILITY", hide = true)]
    pub(crate) pretend_without: Vec<String>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

/// `hermitage exec`.
#[derive(Debug, Args)]
pub(crate) struct ExecArgs {
    /// The plan, as `plan --format json` prints it; "-" is stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: PathBuf,
    #[command(flatten)]
    pub(crate) start: StartArgs,
}

/// `hermitage import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(subcommand)]
    pub(crate) from: ImportFrom,
}

/// Which package manager's.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportFrom {
    /// dpkg's database, of Debian and its like
    Dpkg(ImportDpkgArgs),
}

/// `hermitage import dpkg`.
#[derive(Debug, Args)]
pub(crate) struct ImportDpkgArgs {
    /// Where to write: gets var/db/pkg and etc/portage; an earlier import there is replaced
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The system that dpkg manages
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
    /// dpkg's directory [default: ROOT/var/lib/dpkg]
    #[arg(long, value_name = "DIR")]
    pub(crate) admindir: Option<PathBuf>,
    /// Don't read programs and libraries for what they need: faster, but without --closure loadable
    #[arg(long)]
    pub(crate) no_elf: bool,
}

/// `hermitage cache`.
#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    #[command(subcommand)]
    pub(crate) verb: CacheVerb,
}

/// What to do with the cache.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheVerb {
    /// List views, digests of views and sums of files, what was not used for longest first
    List {
        /// How to print it
        #[arg(long, value_enum, default_value = "text")]
        format: TextOrJson,
    },
    /// Remove the views and digests that were not used for longest, and the sums of files if that is not enough
    Prune {
        /// Until no more than this many bytes are left [default: cache-limit of the configuration, or 512 MiB]
        #[arg(long, value_name = "BYTES", conflicts_with = "all")]
        size: Option<u64>,
        /// Remove all of them
        #[arg(long)]
        all: bool,
    },
    /// Read every file and check it; exit with 1 when one is damaged (it would be made anew when it is needed)
    Verify {
        /// How to print it
        #[arg(long, value_enum, default_value = "text")]
        format: TextOrJson,
    },
}

/// `hermitage doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Abilities of the kernel to do without, for tests
    #[arg(long, value_name = "ABILITY", hide = true)]
    pub(crate) pretend_without: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TextOrJson,
}

/// `hermitage demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Which package database to show it on
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) database: DemoDatabase,
    /// How the view is put together
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) backend: BackendName,
    /// Build in this directory, and leave it, instead of one that goes away
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
}

/// What the demonstration takes for the machine's packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DemoDatabase {
    /// The machine's own packages, or else a database made up for the occasion
    Auto,
    /// The machine's own packages
    Machine,
    /// A small database made up over what is there
    Embedded,
}

/// `hermitage completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// For which shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}
