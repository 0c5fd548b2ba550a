use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `hermitage portage`.
#[derive(Debug, Args)]
pub(crate) struct PortageArgs {
    #[command(subcommand)]
    pub(crate) verb: PortageVerb,
}

/// `hermitage emerge`.
#[derive(Debug, Args)]
pub(crate) struct EmergeArgs {
    /// emerge's own arguments
    #[arg(value_name = "ARGUMENTS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<OsString>,
}

/// What to do with Portage.
#[derive(Debug, Subcommand)]
pub(crate) enum PortageVerb {
    /// Run a program of Portage's, such as ebuild, that builds in views: "hermitage emerge ..." is "hermitage portage with emerge ..."
    With {
        /// The program and its arguments
        #[arg(
            value_name = "PROGRAM",
            required = true,
            trailing_var_arg = true,
            allow_hyphen_values = true
        )]
        command: Vec<OsString>,
    },
    /// Have the machine's Portage call us for good; says what it does before it does it
    Setup(SetupArgs),
    /// Say what is set up; 1 when Portage does not call us
    Status(StatusArgs),
    /// Undo what setup did, and nothing else
    Remove(StatusArgs),
    /// Do what Portage asks /usr/bin/sandbox for: run a phase in its view, pass on anything else
    Shim {
        /// What bash is to carry out, as Portage gives it: "BIN/ebuild.sh compile"
        #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
}

/// `hermitage portage setup`.
#[derive(Debug, Args)]
pub(crate) struct SetupArgs {
    /// What is replaced
    #[arg(long, value_enum, default_value = "file")]
    pub(crate) way: SetupWay,
    /// Where Portage is: the system's root, or EPREFIX
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
    /// What Portage is to call [default: this program]
    #[arg(long, value_name = "FILE")]
    pub(crate) program: Option<PathBuf>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `hermitage portage status` and `remove`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Where Portage is: the system's root, or EPREFIX
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
}

/// What is replaced to have Portage call us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SetupWay {
    /// /usr/bin/sandbox becomes a link to us; the original stays beside it
    File,
    /// /etc/portage/bashrc has each phase executed anew by us, whatever FEATURES say
    Bashrc,
}
