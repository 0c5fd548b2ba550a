//! The owned form of an atom.

use super::{AtomRef, Blocker, Candidate, Layout, Mismatch, Operator, SlotOperator, UseDeps};
use crate::cpv::CpRef;
use crate::eapi::Eapi;
use crate::error::Error;
use crate::use_flags::UseFlags;
use crate::version::VersionRef;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// An atom that owns its text; otherwise like [`AtomRef`].
#[derive(Clone, Debug)]
pub struct Atom {
    text: Box<str>,
    layout: Layout,
}

impl Atom {
    /// Reads an atom as an ebuild of the given EAPI may write it.
    ///
    /// # Errors
    /// As [`AtomRef::parse`].
    pub fn parse(text: &str, eapi: Eapi) -> Result<Self, Error> {
        AtomRef::parse(text, eapi).map(AtomRef::to_atom)
    }

    /// Reads an atom as a user may write it: all syntax of the newest EAPI, and `::repository`.
    ///
    /// # Errors
    /// As [`AtomRef::parse`].
    pub fn parse_permissive(text: &str) -> Result<Self, Error> {
        AtomRef::parse_permissive(text).map(AtomRef::to_atom)
    }

    pub(super) fn trusted(text: Box<str>, layout: Layout) -> Self {
        Self { text, layout }
    }

    /// The borrowed form, which has all the methods.
    pub fn as_ref(&self) -> AtomRef<'_> {
        AtomRef::trusted(&self.text, self.layout)
    }

    /// The atom as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `!` or `!!` in front.
    pub fn blocker(&self) -> Option<Blocker> {
        self.as_ref().blocker()
    }

    /// How the version is compared; `None` where the atom has no version.
    pub fn operator(&self) -> Option<Operator> {
        self.as_ref().operator()
    }

    /// The category.
    pub fn category(&self) -> &str {
        self.as_ref().category()
    }

    /// The package name.
    pub fn package(&self) -> &str {
        self.as_ref().package()
    }

    /// `category/package`.
    pub fn cp(&self) -> CpRef<'_> {
        self.as_ref().cp()
    }

    /// The version, without the `*` of `=*`.
    pub fn version(&self) -> Option<VersionRef<'_>> {
        self.as_ref().version()
    }

    /// The slot that is asked for.
    pub fn slot(&self) -> Option<&str> {
        self.as_ref().slot()
    }

    /// The sub-slot that is asked for.
    pub fn subslot(&self) -> Option<&str> {
        self.as_ref().subslot()
    }

    /// `:=` or `:*`, also behind a slot.
    pub fn slot_operator(&self) -> Option<SlotOperator> {
        self.as_ref().slot_operator()
    }

    /// The repository that is asked for.
    pub fn repo(&self) -> Option<&str> {
        self.as_ref().repo()
    }

    /// The USE dependencies in the order in which they were written; empty where there are none.
    pub fn use_deps(&self) -> UseDeps<'_> {
        self.as_ref().use_deps()
    }

    /// Resolves the conditional USE dependencies against the flags of the package that has the dependency.
    #[must_use]
    pub fn evaluate(&self, flags: &(impl UseFlags + ?Sized)) -> Self {
        self.as_ref().evaluate(flags)
    }

    /// As [`AtomRef::matches`].
    ///
    /// # Errors
    /// The first reason why the package does not match.
    pub fn matches<C: Candidate + ?Sized>(&self, candidate: &C) -> Result<(), Mismatch<'_>> {
        self.as_ref().matches(candidate)
    }

    /// As [`AtomRef::matches_ignoring_use`].
    ///
    /// # Errors
    /// The first reason why the package does not match.
    pub fn matches_ignoring_use<C: Candidate + ?Sized>(
        &self,
        candidate: &C,
    ) -> Result<(), Mismatch<'_>> {
        self.as_ref().matches_ignoring_use(candidate)
    }

    /// As [`AtomRef::matches_version`].
    pub fn matches_version(&self, version: VersionRef<'_>) -> bool {
        self.as_ref().matches_version(version)
    }
}

impl PartialEq for Atom {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Atom {}

impl Hash for Atom {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl PartialOrd for Atom {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Atom {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_ref().cmp(&other.as_ref())
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
