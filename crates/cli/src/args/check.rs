use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hermitage_audit::Severity;
use hermitage_mountns::Observer;

use super::{ClosureArgs, RunArgs, StartArgs, TargetArgs, ViewArgs};

/// `hermitage check`.
#[derive(Debug, Args)]
#[command(mut_arg("command", |command| command.required(false).required_unless_present("sandbox_log")))]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    #[command(flatten)]
    pub(crate) audit: AuditArgs,
    #[command(flatten)]
    pub(crate) batch: BatchArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) start: StartArgs,
}

/// What is reported, and how.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What is reported")]
pub(crate) struct AuditArgs {
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: CheckFormat,
    /// Write it to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// How it is found out what the command looks for [default: lookups with the backend served, calls with others]
    #[arg(long, value_enum, value_name = "OBSERVER", conflicts_with = "sandbox_log")]
    pub(crate) observer: Option<ObserverName>,
    /// Exit with 1 when there is a finding that is at least this bad, unless the command failed: then with its code [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<SeverityName>,
    /// What the build installs into: programs and libraries there are read for the libraries they need, which must be in RDEPEND; where that is not known
    /// (it may be given with --rdepend), the report only says whose they are
    #[arg(long, value_name = "DIR")]
    pub(crate) image: Option<PathBuf>,
    /// The project's sources, to tell what it uses itself from what others use on its behalf [default: what --write shows]
    #[arg(long, value_name = "DIR")]
    pub(crate) sources: Vec<PathBuf>,
    /// The ebuild: suggestions come with a patch of its dependencies
    #[arg(long, value_name = "FILE")]
    pub(crate) ebuild: Option<PathBuf>,
    /// USE flags the package has, on or off; installed packages and metadata have their own list
    #[arg(long, value_name = "FLAGS")]
    pub(crate) iuse: Option<String>,
    /// Show these packages too, but for the package manager alone: that the build uses one is a finding; may be repeated
    #[arg(long, value_name = "ATOM")]
    pub(crate) package_manager: Vec<String>,
    /// Run nothing: make findings of what gentoo/sandbox refused, by its log; the view is what it should have allowed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["compare", "command", "all", "targets"])]
    pub(crate) sandbox_log: Option<PathBuf>,
    /// Findings to put up with, in TOML: schema = 1, and tables "suppress" with id, reason, and if wanted target, package, until (a date without quotes); may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) suppress: Vec<PathBuf>,
    /// A report of before, as JSON: what it has found is put up with; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Vec<PathBuf>,
    /// Build twice, on copies of what --write shows: with all of the host in view, and with what is declared; tell how the results differ
    #[arg(long)]
    pub(crate) compare: bool,
    /// Rules for what looks mean, in TOML, to go before those that come with hermitage
    #[arg(long, value_name = "FILE")]
    pub(crate) audit_rules: Option<PathBuf>,
}

/// Who tells what a command looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ObserverName {
    /// The view itself, whose server is asked for each name once: costs next to nothing, needs the backend served
    Lookups,
    /// The kernel, of every system call that looks at a path: with any backend, sees what is executed, and takes longer
    Calls,
}

impl ObserverName {
    pub(crate) fn observer(self) -> Observer {
        match self {
            Self::Lookups => Observer::Lookups,
            Self::Calls => Observer::Calls,
        }
    }
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people
    #[default]
    Text,
    /// A line for each finding: severity, id, package, path, suggestion
    Lines,
    /// For programs; the form is report.schema.json of the crate hermitage-audit
    Json,
    /// For code hosts and editors: SARIF 2.1.0
    Sarif,
    /// For continuous integration: JUnit's XML
    Junit,
    /// One page to sort and filter, with a graph of the packages
    Html,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SeverityName {
    /// Worth knowing: a declared package was not touched
    Note,
    /// Works by luck: a package is there for another one's sake
    Warning,
    /// The declared dependencies are wrong
    Error,
    /// Nothing: only failures of the command and of hermitage count
    Never,
}

impl SeverityName {
    /// The severity; none is never.
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
            Self::Never => None,
        }
    }
}

/// Many packages in a row.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Many packages")]
pub(crate) struct BatchArgs {
    /// Check every installed package; {} in other arguments stands for its name, such as cat/pkg-1.2
    #[arg(long, requires = "results", conflicts_with = "target")]
    pub(crate) all: bool,
    /// Check the installed packages that this file names, one a line
    #[arg(long, value_name = "FILE", requires = "results", conflicts_with = "target")]
    pub(crate) targets: Option<PathBuf>,
    /// How many at a time
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) jobs: usize,
    /// Where each package's report and log go; packages that have a report there already are not checked again, if it was made with the same
    /// options, files, command and version
    #[arg(long, value_name = "DIR")]
    pub(crate) results: Option<PathBuf>,
    /// The process that this check is one of a batch of
    #[arg(long, value_name = "PID", hide = true)]
    pub(crate) batch_of: Option<i32>,
}
