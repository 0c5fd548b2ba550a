//! How far a closure goes.

use hermitage_atom::Printable;
use std::fmt;
use std::str::FromStr;

/// How far a closure goes from the declared dependencies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// What the target declares, and no further. Rarely enough to build with, but what findings are reported against.
    Direct,
    /// What the target declares, plus just those files of other packages without which the declared ones can't be
    /// started or loaded.
    DirectLoadable,
    /// What the target declares, plus what these packages need to run, and so on.
    #[default]
    DirectRuntime,
    /// The target itself, and what it needs to run: `RDEPEND`, `PDEPEND` and `IDEPEND`. This is what Portage keeps for a
    /// package, so that the two can be compared.
    RuntimeOnly,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 4] =
        [Self::Direct, Self::DirectLoadable, Self::DirectRuntime, Self::RuntimeOnly];

    /// The name on a command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::DirectLoadable => "direct+loadable",
            Self::DirectRuntime => "direct+runtime",
            Self::RuntimeOnly => "runtime-only",
        }
    }

    /// Whether the runtime dependencies of packages are followed.
    pub(crate) fn is_transitive(self) -> bool {
        matches!(self, Self::DirectRuntime | Self::RuntimeOnly)
    }
}

/// Which satisfied branch of a `||` is taken, and which of several packages an atom matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BranchPolicy {
    /// The first satisfied branch, and the highest version: what Portage takes over installed packages.
    #[default]
    First,
    /// Every satisfied branch and every package: what a build could legitimately use.
    All,
}

impl BranchPolicy {
    /// The name on a command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::All => "all",
        }
    }
}

/// A name that is not the name of a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is not one of {known}", Printable(given))]
pub struct UnknownPolicy {
    given: String,
    known: String,
}

impl UnknownPolicy {
    fn new(given: &str, known: &[&str]) -> Self {
        Self { given: given.to_owned(), known: known.join(", ") }
    }
}

impl FromStr for Policy {
    type Err = UnknownPolicy;

    fn from_str(text: &str) -> Result<Self, UnknownPolicy> {
        let found = Self::ALL.into_iter().find(|policy| policy.as_str() == text);
        found.ok_or_else(|| UnknownPolicy::new(text, &Self::ALL.map(Self::as_str)))
    }
}

impl FromStr for BranchPolicy {
    type Err = UnknownPolicy;

    fn from_str(text: &str) -> Result<Self, UnknownPolicy> {
        let all = [Self::First, Self::All];
        let found = all.into_iter().find(|policy| policy.as_str() == text);
        found.ok_or_else(|| UnknownPolicy::new(text, &all.map(Self::as_str)))
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for BranchPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
