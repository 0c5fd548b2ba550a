use std::path::PathBuf;

use clap::Args;

/// Where packages are installed.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Where packages are")]
pub(crate) struct SourceArgs {
    /// The system to look at [default: /]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// Where DEPEND is installed, if not in ROOT
    #[arg(long, value_name = "DIR")]
    pub(crate) sysroot: Option<PathBuf>,
    /// Where BDEPEND is installed and the build runs, if not in ROOT
    #[arg(long, value_name = "DIR")]
    pub(crate) broot: Option<PathBuf>,
    /// Gentoo Prefix: the directory below ROOT that everything is installed in
    #[arg(long, value_name = "DIR")]
    pub(crate) eprefix: Option<PathBuf>,
    /// The package database of ROOT: var/db/pkg itself, or a directory that holds var/db/pkg
    /// [default: ROOT/EPREFIX/var/db/pkg; without one ROOT/var/lib/dpkg, imported into the cache]
    #[arg(long, value_name = "DIR")]
    pub(crate) db: Option<PathBuf>,
}
