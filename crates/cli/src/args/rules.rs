use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ClosureArgs, TargetArgs, ViewArgs};

/// How each consumer is given its rules; the end of `hermitage help rules`.
const USE: &str = "\
How each is used:
  sandbox   hermitage rules T --format sandbox > /etc/portage/hermitage.bashrc, and in /etc/portage/bashrc:
              source /etc/portage/hermitage.bashrc
            It holds in every phase but depend, where ebuild.sh has allowed reading everything. Without Portage:
            hermitage rules T --format sandbox --as variables | xargs -0 sh -c 'exec env \"$@\" sandbox \"make\"' sh
  landlock  hermitage run T --backend landlock -- make applies them. The text is for reading and comparing.
  bwrap     hermitage rules T --format bwrap --bundle B; bwrap --unshare-all --args 9 9<B/args 10<B/10 make
            (a descriptor for each of B's numbered files, which hold what the host has otherwise).
  nsjail    hermitage rules T --format nsjail > n.cfg; nsjail --config n.cfg -- /usr/bin/make
  oci       hermitage rules T --format oci --bundle B -- make; crun run --bundle B ID, or runc; as a user with --rootless
  nspawn    hermitage rules T --format nspawn --bundle B; as root: systemd-nspawn --settings=trusted
              --directory=B/rootfs --as-pid2 /usr/bin/make
  syd       hermitage rules T --format syd > view.syd-3; syd -P ./view.syd-3 make

What they are worth is said on stderr: exactly the view, stricter (visible paths that are refused), or wider (below which
paths the host's own content shows). gentoo/sandbox and Landlock refuse, they don't hide: stat and readlink answer as
always. What can't be written or doesn't fit is an error that says what would fit; nothing is cut.";

/// `hermitage rules`.
#[derive(Debug, Args)]
#[command(after_long_help = USE)]
pub(crate) struct RulesArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
    #[command(flatten)]
    pub(crate) rules: FormatArgs,
    /// The command that a configuration for oci starts [default: sh]
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

/// For whom the rules are, and how they are put.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Which rules")]
pub(crate) struct FormatArgs {
    /// For which sandbox
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: RulesFormat,
    /// Fail unless the consumer will allow exactly what the view shows
    #[arg(long)]
    pub(crate) require_exact: bool,
    /// Write the rules and what goes with them (a root directory, made files) into this new directory, nothing to stdout
    #[arg(long, value_name = "DIR")]
    pub(crate) bundle: Option<PathBuf>,
    /// sandbox: how the lists are put [default: the first of deny, least and allow that fits]
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) form: Option<FormName>,
    /// sandbox: as what the lists are printed
    #[arg(long = "as", value_enum, value_name = "TEXT", default_value = "bashrc")]
    pub(crate) text: SandboxText,
    /// sandbox: deny whole trees, visible or not, to get along with fewer rules: doc,man,locale,info
    #[arg(long, value_enum, value_name = "TREES", value_delimiter = ',')]
    pub(crate) leave_out: Vec<BulkName>,
    /// sandbox: how many bytes each variable has already, from sandbox.d and from Portage
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    pub(crate) inherited: usize,
    /// landlock: also allow to list every directory; names are no secret there, and many programs need it
    #[arg(long)]
    pub(crate) allow_listing: bool,
    /// oci: in a user namespace, for runtimes without root
    #[arg(long)]
    pub(crate) rootless: bool,
}

/// For which sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesFormat {
    /// gentoo/sandbox: a fragment for Portage's bashrc, or variables
    Sandbox,
    /// Landlock: a rule a line
    Landlock,
    /// bubblewrap: arguments, a NUL after each
    Bwrap,
    /// nsjail: a configuration
    Nsjail,
    /// systemd-nspawn: settings
    Nspawn,
    /// crun, runc: config.json
    Oci,
    /// syd: a profile
    Syd,
}

/// How lists for gentoo/sandbox are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormName {
    /// Everything may be read but what is named
    Deny,
    /// As few entries as there can be, in both lists
    Least,
    /// Only what is named may be read
    Allow,
}

/// As what lists for gentoo/sandbox are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SandboxText {
    /// A text that bash reads in every phase
    Bashrc,
    /// NAME=value, a NUL after each
    Variables,
}

/// Trees that few builds read and that take many rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BulkName {
    /// /usr/share/doc and /usr/share/gtk-doc
    Doc,
    /// /usr/share/man
    Man,
    /// /usr/share/locale
    Locale,
    /// /usr/share/info
    Info,
}
