use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use hermitage_atom::is_use_flag;

use super::SourceArgs;

/// What is to be built.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What is built")]
pub(crate) struct TargetArgs {
    /// An installed package: =cat/pkg-1.2, cat/pkg, or pkg where that is unique; its recorded dependencies count
    #[arg(value_name = "TARGET", conflicts_with_all = ["ebuild_metadata", "depend", "bdepend", "rdepend", "pdepend", "idepend", "eapi"])]
    pub(crate) target: Option<String>,
    /// TARGET is not an installed package but the best ebuild of this repository that it matches, as its
    /// metadata/md5-cache describes it; flags come from --use
    #[arg(long, value_name = "DIR", requires = "target")]
    pub(crate) repository: Option<PathBuf>,
    /// A package that is not installed: its entry in a repository's metadata/md5-cache, or its ebuild beside such a cache
    #[arg(long, value_name = "FILE", conflicts_with_all = ["depend", "bdepend", "rdepend", "pdepend", "idepend", "eapi"])]
    pub(crate) ebuild_metadata: Option<PathBuf>,
    /// USE flags that are on, for --repository, --ebuild-metadata and dependencies given as text; "-X" takes X back
    #[arg(long = "use", value_name = "FLAGS", allow_hyphen_values = true, value_parser = use_flags)]
    pub(crate) use_flags: Option<String>,
    /// Dependencies as in an ebuild, all in one argument ("cat/pkg >=cat/other-2"): libraries to build against
    #[arg(long, value_name = "DEPS")]
    pub(crate) depend: Option<String>,
    /// The same: tools to build with
    #[arg(long, value_name = "DEPS")]
    pub(crate) bdepend: Option<String>,
    /// The same: needed to run
    #[arg(long, value_name = "DEPS")]
    pub(crate) rdepend: Option<String>,
    /// The same: needed to run, possibly later
    #[arg(long, value_name = "DEPS")]
    pub(crate) pdepend: Option<String>,
    /// The same: needed to install
    #[arg(long, value_name = "DEPS")]
    pub(crate) idepend: Option<String>,
    /// The EAPI of dependencies given as text [default: 9]
    #[arg(long, value_name = "EAPI")]
    pub(crate) eapi: Option<String>,
    /// Declare one more package than the target does, to try it; may be repeated
    #[arg(long, value_name = "ATOM")]
    pub(crate) with: Vec<String>,
}

/// Refuses what is no list of flags, as `X,png` or an option whose place this is.
fn use_flags(text: &str) -> Result<String, String> {
    let is_flag =
        |word: &&str| *word == "-*" || is_use_flag(word.strip_prefix('-').unwrap_or(word));
    match text.split_ascii_whitespace().find(|word| !is_flag(word)) {
        Some(word) => Err(format!(
            "\"{word}\" is not a USE flag; flags are separated by spaces, as in \"ssl -X\""
        )),
        None => Ok(text.to_owned()),
    }
}

/// Which packages belong to it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What belongs to it")]
pub(crate) struct ClosureArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// @system: "all" as the profile says, "none", or a file with an atom a line [default: all]
    #[arg(long, value_name = "all|none|FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) system: Option<String>,
    /// Keep a package out of @system; what the target declares can still bring it in; may be repeated; also cat/*, */pkg
    #[arg(long, value_name = "ATOM")]
    pub(crate) without: Vec<String>,
    /// Show a package too if it is installed, with what it needs to run, as if it were in @system; may be repeated; also cat/*, */pkg
    #[arg(long, value_name = "ATOM")]
    pub(crate) also: Vec<String>,
    /// Leave a package out whoever asks for it, with what only it needs, as if it were not there; may be repeated; also cat/*, */pkg
    #[arg(long, value_name = "ATOM")]
    pub(crate) withhold: Vec<String>,
    /// How far to go from the declared packages [default: runtime]
    #[arg(long, value_enum, value_name = "POLICY")]
    pub(crate) closure: Option<ClosureName>,
    /// Which satisfied branches of || count [default: first]
    #[arg(long, value_enum, value_name = "BRANCH")]
    pub(crate) branch: Option<BranchName>,
    /// The ebuild phase, which decides on the classes of dependencies that count [default: build]
    #[arg(long, value_enum, value_name = "PHASE")]
    pub(crate) phase: Option<PhaseName>,
    /// Go on, with a warning, when a dependency is not installed or can't be parsed
    #[arg(long)]
    pub(crate) allow_unsatisfied: bool,
}

/// How far a closure goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ClosureName {
    /// The declared packages and nothing else
    Direct,
    /// And the files without which these can't be loaded or started
    Loadable,
    /// And everything these need to run
    Runtime,
    /// The target itself and what it needs to run
    RuntimeOnly,
}

/// Which branches of a `||`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BranchName {
    /// The first satisfied one, as Portage does
    First,
    /// All that are satisfied
    All,
}

/// Which phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PhaseName {
    /// The src_* phases: DEPEND, BDEPEND
    Build,
    /// pkg_{pre,post}{inst,rm}: RDEPEND, IDEPEND
    Merge,
    /// pkg_config: RDEPEND, PDEPEND
    Config,
}
