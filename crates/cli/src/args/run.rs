use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hermitage_mountns::{Backend, Limit, parse_size};

use crate::pure::Processors;

/// What is visible besides the packages.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What else is visible")]
pub(crate) struct ViewArgs {
    /// Show a file or a whole directory of the host, read-only; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) read: Vec<PathBuf>,
    /// The same, writable; everything else but /tmp and /dev/shm is read-only
    #[arg(long, value_name = "PATH")]
    pub(crate) write: Vec<PathBuf>,
    /// Hide a path with everything below it, whoever owns it; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) hide: Vec<PathBuf>,
    /// Rules for files that no package owns, in TOML, to go before those that come with hermitage
    #[arg(long, value_name = "FILE")]
    pub(crate) generated: Option<PathBuf>,
    /// Go on, with a warning, when a package's CONTENTS is damaged or not there: the damaged lines are not shown
    #[arg(long)]
    pub(crate) allow_damaged: bool,
    /// Whether the names of users and the like are those of `--pure`, and not the machine's.
    #[arg(skip)]
    pub(crate) pure_names: bool,
}

/// How a command is run.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "How it is run")]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct RunArgs {
    /// Set a variable, or keep this one with --clear-env or --pure; may be repeated
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    pub(crate) env: Vec<OsString>,
    /// Start from an environment of PATH, HOME, LANG and TERM only
    #[arg(long)]
    pub(crate) clear_env: bool,
    /// Make what the command sees besides files the same on every machine: a fixed environment, names of users and groups, time
    /// zone, locale and so on; README.md lists what, and what can't be had
    #[arg(long)]
    pub(crate) pure: bool,
    /// With --pure: SOURCE_DATE_EPOCH [default: when the target was built, or its ebuild changed; else the start of 1980]
    #[arg(long, value_name = "SECONDS", requires = "pure")]
    pub(crate) epoch: Option<u64>,
    /// Run on so many processors only, and with --pure seem to have no more [default: all; with --pure 1]
    #[arg(long, value_name = "N|all", value_parser = str::parse::<Processors>)]
    pub(crate) cpus: Option<Processors>,
    /// Have programs lie at the same addresses each time they are started
    #[arg(long)]
    pub(crate) no_aslr: bool,
    /// The working directory inside [default: the current one if it is visible, else /]
    #[arg(long, value_name = "DIR")]
    pub(crate) chdir: Option<PathBuf>,
    /// Leave the host's network reachable; without it there is only a loopback device
    #[arg(long)]
    pub(crate) share_net: bool,
    /// Stay in the terminal's session: job control works, and so does signalling the processes beside hermitage
    #[arg(long)]
    pub(crate) share_session: bool,
    /// As root: keep the capabilities that an install phase needs to own files (chown, fowner, ...)
    #[arg(long)]
    pub(crate) keep_ownership: bool,
    /// Bound a resource: address-space, core, cpu (seconds), data, file-size, open-files, processes or stack, in bytes where
    /// it is a size (K, M, G, T: powers of 1024), or unlimited; one bound is both. What is not bounded is as outside
    #[arg(long, value_name = "NAME=SOFT[:HARD]")]
    pub(crate) limit: Vec<Limit>,
    /// How much /tmp and /dev/shm may hold, each [default: half of the memory]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) tmp_size: Option<u64>,
    /// Which system calls the command may make [default: build]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) syscalls: Option<SyscallLevel>,
    /// With the backend bind: mount a directory whole when all that is in it is visible anyway. That is fewer mounts; what
    /// is created there while the command runs is seen as well, and the directory has the time it has outside
    #[arg(long)]
    pub(crate) collapse: bool,
}

/// What the filter of system calls lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SyscallLevel {
    /// As build, and no calls of other architectures: 32-bit programs do not run
    Native,
    /// Whatever builds do: no mounts, namespaces, keyrings, io_uring, bpf and the like
    Build,
    /// As build, and containers inside: mounts in user namespaces of their own
    Nested,
    /// Everything that a process without capabilities may
    Any,
}

/// How a view is put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BackendName {
    /// The best that works here
    #[default]
    Auto,
    /// An overlay whose names a process of our own answers for
    Served,
    /// An overlay over a tree of metadata in memory
    Skeleton,
    /// A bind mount for each file
    Bind,
    /// No view: what is not declared is refused, not hidden. Needs no namespaces, and is never chosen by auto
    Landlock,
}

impl BackendName {
    /// The backend that is asked for; none when the best is.
    pub(crate) fn backend(self) -> Option<Backend> {
        match self {
            // It is none of those that make views; whoever can take it asks first.
            Self::Auto | Self::Landlock => None,
            Self::Served => Some(Backend::Served),
            Self::Skeleton => Some(Backend::Skeleton),
            Self::Bind => Some(Backend::Bind),
        }
    }
}
