//! The five dependency classes, and which of them a phase needs.

use std::fmt;

/// A class of dependencies, named after the variable of the ebuild that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DepClass {
    /// `DEPEND`: needed to build, for the system that is built for.
    Depend,
    /// `BDEPEND`: needed to build, on the machine that builds (EAPI 7).
    Bdepend,
    /// `RDEPEND`: needed to run.
    Rdepend,
    /// `PDEPEND`: needed to run, but may be installed later.
    Pdepend,
    /// `IDEPEND`: needed while installing, on the machine that installs (EAPI 8).
    Idepend,
}

impl DepClass {
    /// Every class, in the order in which a closure follows them.
    pub const ALL: [Self; 5] =
        [Self::Depend, Self::Bdepend, Self::Rdepend, Self::Pdepend, Self::Idepend];

    /// The name of the variable.
    pub fn as_str(self) -> &'static str {
        ["DEPEND", "BDEPEND", "RDEPEND", "PDEPEND", "IDEPEND"][self as usize]
    }
}

impl fmt::Display for DepClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of classes.
///
/// ```
/// use hermitage_depgraph::{Classes, DepClass, Phase};
///
/// assert_eq!(Phase::Build.classes(), Classes::of(&[DepClass::Depend, DepClass::Bdepend]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Classes(u8);

impl Classes {
    /// No class.
    pub const NONE: Self = Self(0);

    /// What an installed package needs to run: `RDEPEND` and `PDEPEND`.
    pub const RUNTIME: Self = Self(1 << DepClass::Rdepend as u8 | 1 << DepClass::Pdepend as u8);

    /// What Portage keeps for an installed package: `RDEPEND`, `PDEPEND` and `IDEPEND`.
    pub const INSTALLED: Self = Self(Self::RUNTIME.0 | 1 << DepClass::Idepend as u8);

    /// All five.
    pub const ALL: Self = Self(0b1_1111);

    /// The set of these classes.
    pub fn of(classes: &[DepClass]) -> Self {
        classes.iter().fold(Self::NONE, |set, &class| set.with(class))
    }

    /// This set and one class more.
    #[must_use]
    pub fn with(self, class: DepClass) -> Self {
        Self(self.0 | 1 << class as u8)
    }

    /// Whether the class is in the set.
    pub fn contains(self, class: DepClass) -> bool {
        self.0 & 1 << class as u8 != 0
    }

    /// The classes of the set, in the order of [`DepClass::ALL`].
    pub fn iter(self) -> impl Iterator<Item = DepClass> {
        DepClass::ALL.into_iter().filter(move |&class| self.contains(class))
    }
}

/// A kind of ebuild phase, as far as dependencies go (PMS chapter 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The `src_*` phases, and `pkg_setup` when building from source.
    #[default]
    Build,
    /// `pkg_preinst`, `pkg_postinst`, `pkg_prerm` and `pkg_postrm`.
    Merge,
    /// `pkg_config`.
    Config,
}

impl Phase {
    /// The classes that must be there while such a phase runs.
    pub fn classes(self) -> Classes {
        match self {
            Self::Build => Classes::of(&[DepClass::Depend, DepClass::Bdepend]),
            Self::Merge => Classes::of(&[DepClass::Rdepend, DepClass::Idepend]),
            Self::Config => Classes::RUNTIME,
        }
    }
}
