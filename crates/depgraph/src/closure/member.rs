//! A package of a closure, and its reasons.

use super::text::Text;
use crate::class::DepClass;
use crate::query::RootKind;
use crate::source::Holding;
use crate::table::PackageId;
use hermitage_atom::Cpv;
use std::sync::Arc;

/// The place of a package in its closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub(crate) u32);

impl MemberId {
    /// The place, counted from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    #[allow(clippy::cast_possible_truncation, reason = "no closure has four billion packages")]
    pub(crate) fn new(index: usize) -> Self {
        Self(index as u32)
    }
}

/// Who asks for a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The target.
    Target,
    /// @system.
    System,
    /// A package of the closure.
    Member(MemberId),
}

/// How a package is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Link {
    /// It is the target itself.
    Itself,
    /// As a member of @system.
    System {
        /// The atom of the set.
        atom: Text,
    },
    /// As a dependency.
    Dependency {
        /// The variable it stands in.
        class: DepClass,
        /// The atom as it was written.
        atom: Text,
        /// The branch that was taken, where the atom stands in a `||`.
        choice: Option<Arc<Choice>>,
        /// Set where the package has another sub-slot than the one that is asked for, but keeps the libraries of the
        /// version it replaced.
        preserved: bool,
    },
}

impl Link {
    /// The atom as it was written.
    pub fn atom(&self) -> Option<&str> {
        match self {
            Self::Itself => None,
            Self::System { atom } | Self::Dependency { atom, .. } => Some(atom),
        }
    }

    /// The variable the atom stands in.
    pub fn class(&self) -> Option<DepClass> {
        match self {
            Self::Dependency { class, .. } => Some(*class),
            _ => None,
        }
    }
}

/// A branch of the outermost `||` that an atom stands in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choice {
    /// The whole group.
    pub group: Text,
    /// The branch that was taken, counted from 1.
    pub branch: usize,
    /// How many branches there are.
    pub of: usize,
}

/// One reason why a package is in a closure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    /// Who asks for it.
    pub from: Origin,
    /// How.
    pub link: Link,
}

/// A package of a closure.
#[derive(Clone, Debug)]
pub struct Member {
    pub(crate) id: MemberId,
    pub(crate) cpv: Cpv,
    pub(crate) root: RootKind,
    pub(crate) package: PackageId,
    pub(crate) holding: Holding,
    pub(crate) looked_through: bool,
    pub(crate) level: Option<u32>,
    pub(crate) system_level: Option<u32>,
    pub(crate) reasons: Vec<Reason>,
}

impl Member {
    /// Its place in the closure.
    pub fn id(&self) -> MemberId {
        self.id
    }

    /// Category, name and version.
    pub fn cpv(&self) -> &Cpv {
        &self.cpv
    }

    /// The database it is in.
    pub fn root(&self) -> RootKind {
        self.root
    }

    /// Its place in that database.
    pub fn package(&self) -> PackageId {
        self.package
    }

    /// What it owns.
    pub fn holding(&self) -> Holding {
        self.holding
    }

    /// Whether its dependencies count as those of whoever asks for it: a virtual, or a package that owns no files.
    pub fn is_looked_through(&self) -> bool {
        self.looked_through
    }

    /// How many steps it is away from the target, not counting packages that are looked through: 0 for the target
    /// itself, 1 for what it declares. `None` when only @system leads to it.
    pub fn level(&self) -> Option<u32> {
        self.level
    }

    /// The same, counted from @system, whose members are 1.
    pub fn system_level(&self) -> Option<u32> {
        self.system_level
    }

    /// Whether the target declares it, directly or through a package that is looked through.
    pub fn is_direct(&self) -> bool {
        self.level.is_some_and(|level| level <= 1)
    }

    /// Whether it is a member of @system, directly or through a package that is looked through.
    pub fn is_system(&self) -> bool {
        self.system_level.is_some_and(|level| level <= 1)
    }

    /// Whether it is neither declared nor a member of @system, but only needed by packages that are.
    pub fn is_indirect(&self) -> bool {
        !self.is_direct() && !self.is_system()
    }

    /// Every reason why it is here.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }
}
