use std::ffi::OsString;

use clap::{Args, Subcommand};

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
    /// Do what Portage asks /usr/bin/sandbox for: run a phase in its view, pass on anything else
    Shim {
        /// What bash is to carry out, as Portage gives it: "BIN/ebuild.sh compile"
        #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
}
