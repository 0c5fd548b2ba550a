//! Whether a package is what an atom asks for.

use super::{AtomRef, Operator, UseDep, UseDepKind};
use crate::version::VersionRef;
use std::fmt;

/// A package that atoms can be matched against.
///
/// Embedders implement it for their own package type. The defaults describe a package without USE flags,
/// from an unknown repository.
pub trait Candidate {
    /// The category.
    fn category(&self) -> &str;

    /// The package name.
    fn package(&self) -> &str;

    /// The version with its revision.
    fn version(&self) -> VersionRef<'_>;

    /// The slot, without the sub-slot.
    fn slot(&self) -> &str;

    /// The sub-slot; the slot where the package gives none.
    fn subslot(&self) -> &str {
        self.slot()
    }

    /// Whether the package has the flag, that is, whether the flag is in its `IUSE_EFFECTIVE`.
    fn has_flag(&self, _flag: &str) -> bool {
        false
    }

    /// Whether the flag was on when the package was built.
    fn is_enabled(&self, _flag: &str) -> bool {
        false
    }

    /// The repository the package came from, where that is known.
    fn repository(&self) -> Option<&str> {
        None
    }
}

/// A bare name and version matches like a package in slot 0 without USE flags.
impl Candidate for crate::CpvRef<'_> {
    fn category(&self) -> &str {
        (*self).category()
    }

    fn package(&self) -> &str {
        (*self).package()
    }

    fn version(&self) -> VersionRef<'_> {
        (*self).version()
    }

    fn slot(&self) -> &'static str {
        "0"
    }
}

/// A bare name and version matches like a package in slot 0 without USE flags.
impl Candidate for crate::Cpv {
    fn category(&self) -> &str {
        self.category()
    }

    fn package(&self) -> &str {
        self.package()
    }

    fn version(&self) -> VersionRef<'_> {
        self.version()
    }

    fn slot(&self) -> &'static str {
        "0"
    }
}

/// The first reason why a package is not what an atom asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mismatch<'a> {
    /// It is another package.
    Name,
    /// The version is not in the range.
    Version,
    /// It is in another slot.
    Slot,
    /// It has another sub-slot.
    Subslot,
    /// It comes from another repository.
    Repository,
    /// The package does not have the flag, and the atom gives no default for it.
    MissingFlag(&'a str),
    /// The flag has to be on, and is off.
    FlagOff(&'a str),
    /// The flag has to be off, and is on.
    FlagOn(&'a str),
}

impl fmt::Display for Mismatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("another package"),
            Self::Version => f.write_str("the version is outside of the range"),
            Self::Slot => f.write_str("another slot"),
            Self::Subslot => f.write_str("another sub-slot"),
            Self::Repository => f.write_str("another repository"),
            Self::MissingFlag(flag) => write!(f, "the package has no USE flag \"{flag}\""),
            Self::FlagOff(flag) => write!(f, "USE flag \"{flag}\" is off"),
            Self::FlagOn(flag) => write!(f, "USE flag \"{flag}\" is on"),
        }
    }
}

impl<'a> AtomRef<'a> {
    /// Whether the package is what the atom asks for; for a blocker, whether it is what the atom blocks.
    ///
    /// Conditional USE dependencies ask for nothing but that the package has the flag, until they are resolved with
    /// [`AtomRef::evaluate`].
    ///
    /// # Errors
    /// The first reason why it is not.
    pub fn matches<C: Candidate + ?Sized>(self, candidate: &C) -> Result<(), Mismatch<'a>> {
        self.matches_ignoring_use(candidate)?;
        self.use_deps().try_for_each(|dep| matches_use(dep, candidate))
    }

    /// As [`AtomRef::matches`], whatever the USE flags are.
    ///
    /// # Errors
    /// The first reason why the package does not match.
    pub fn matches_ignoring_use<C: Candidate + ?Sized>(
        self,
        candidate: &C,
    ) -> Result<(), Mismatch<'a>> {
        if self.package() != candidate.package() || self.category() != candidate.category() {
            return Err(Mismatch::Name);
        }
        self.matches_beyond_name(candidate)
    }

    /// As [`AtomRef::matches_ignoring_use`], for a package that was looked up by the atom's category and name, so that
    /// these need not be compared again.
    ///
    /// # Errors
    /// The first reason why the package does not match.
    pub fn matches_beyond_name<C: Candidate + ?Sized>(
        self,
        candidate: &C,
    ) -> Result<(), Mismatch<'a>> {
        if !self.matches_version(candidate.version()) {
            Err(Mismatch::Version)
        } else if self.slot().is_some_and(|slot| slot != candidate.slot()) {
            Err(Mismatch::Slot)
        } else if self.subslot().is_some_and(|subslot| subslot != candidate.subslot()) {
            Err(Mismatch::Subslot)
        } else if self.repo().is_some_and(|repo| candidate.repository() != Some(repo)) {
            Err(Mismatch::Repository)
        } else {
            Ok(())
        }
    }

    /// Whether the version is in the atom's range; an atom without a version takes every one.
    pub fn matches_version(self, version: VersionRef<'_>) -> bool {
        let (Some(operator), Some(bound)) = (self.operator(), self.version()) else { return true };
        match operator {
            Operator::Less => version < bound,
            Operator::LessEqual => version <= bound,
            Operator::Equal => version == bound,
            Operator::EqualGlob => version.has_prefix(bound),
            Operator::Approximate => version.cmp_base(bound).is_eq(),
            Operator::GreaterEqual => version >= bound,
            Operator::Greater => version > bound,
        }
    }
}

fn matches_use<'a, C: Candidate + ?Sized>(
    dep: UseDep<'a>,
    candidate: &C,
) -> Result<(), Mismatch<'a>> {
    let on = if candidate.has_flag(dep.flag) {
        candidate.is_enabled(dep.flag)
    } else {
        dep.default.ok_or(Mismatch::MissingFlag(dep.flag))?
    };
    match dep.kind {
        UseDepKind::Enabled if !on => Err(Mismatch::FlagOff(dep.flag)),
        UseDepKind::Disabled if on => Err(Mismatch::FlagOn(dep.flag)),
        _ => Ok(()),
    }
}
