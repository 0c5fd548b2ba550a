//! Package dependency specifications, "atoms" (PMS section 8.3).

mod intersect;
mod layout;
mod matching;
mod owned;
mod parse;
mod use_dep;

pub(crate) use layout::Layout;
pub use layout::{Blocker, Operator, SlotOperator};
pub use matching::{Candidate, Mismatch};
pub use owned::Atom;
pub(crate) use parse::{Syntax, parse};
pub(crate) use use_dep::write_evaluated;
pub use use_dep::{UseDep, UseDepKind, UseDeps};

use crate::cpv::{CpRef, CpvRef};
use crate::eapi::Eapi;
use crate::error::{Error, text};
use crate::version::VersionRef;
use std::fmt;
use std::hash::{Hash, Hasher};

/// An atom that points into the text it was parsed from.
///
/// 1. The text is an atom that is legal in the EAPI it was parsed for.
/// 2. Equality and hash are those of the text; see [`AtomRef::matches`] for what it means.
#[derive(Clone, Copy, Debug)]
pub struct AtomRef<'a> {
    text: &'a str,
    layout: Layout,
}

impl<'a> AtomRef<'a> {
    /// Reads an atom as an ebuild of the given EAPI may write it.
    ///
    /// # Errors
    /// Names the first byte that does not fit, and what was expected there.
    pub fn parse(text: &'a str, eapi: Eapi) -> Result<Self, Error> {
        Self::with_syntax(text, Syntax::of(eapi))
    }

    /// Reads an atom as a user may write it: all syntax of the newest EAPI, and `::repository`.
    ///
    /// # Errors
    /// As [`AtomRef::parse`].
    pub fn parse_permissive(text: &'a str) -> Result<Self, Error> {
        Self::with_syntax(text, Syntax::PERMISSIVE)
    }

    /// As [`AtomRef::parse`], from bytes.
    ///
    /// # Errors
    /// As [`AtomRef::parse`], or [`crate::ErrorKind::Encoding`].
    pub fn parse_bytes(bytes: &'a [u8], eapi: Eapi) -> Result<Self, Error> {
        Self::parse(text(bytes)?, eapi)
    }

    fn with_syntax(text: &'a str, syntax: Syntax) -> Result<Self, Error> {
        match parse(text.as_bytes(), syntax) {
            Ok(layout) => Ok(Self { text, layout }),
            Err(fault) => Err(fault.of(text)),
        }
    }

    pub(crate) fn trusted(text: &'a str, layout: Layout) -> Self {
        Self { text, layout }
    }

    /// The owned form.
    pub fn to_atom(self) -> Atom {
        Atom::trusted(self.text.into(), self.layout)
    }

    /// The atom as it was written.
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// `!` or `!!` in front.
    pub fn blocker(self) -> Option<Blocker> {
        self.layout.blocker
    }

    /// How the version is compared; `None` where the atom has no version.
    pub fn operator(self) -> Option<Operator> {
        self.layout.operator
    }

    /// The category.
    pub fn category(self) -> &'a str {
        self.span(self.layout.name, self.layout.slash)
    }

    /// The package name.
    pub fn package(self) -> &'a str {
        self.span(self.layout.slash + 1, self.layout.package_end)
    }

    /// `category/package`.
    pub fn cp(self) -> CpRef<'a> {
        let layout = &self.layout;
        let cp = self.span(layout.name, layout.package_end);
        CpRef::trusted(cp, (layout.slash - layout.name) as usize)
    }

    /// `category/package-version`, where the atom has a version.
    pub fn cpv(self) -> Option<CpvRef<'a>> {
        let layout = &self.layout;
        let cpv = self.span(layout.name, layout.version_end);
        let slash = (layout.slash - layout.name) as usize;
        let name_end = (layout.package_end - layout.name) as usize;
        layout.operator.map(|_| CpvRef::trusted(cpv, slash, name_end))
    }

    /// The version, without the `*` of `=*`.
    pub fn version(self) -> Option<VersionRef<'a>> {
        self.cpv().map(CpvRef::version)
    }

    /// The slot that is asked for.
    pub fn slot(self) -> Option<&'a str> {
        self.filled(self.layout.slot, self.layout.slot_end)
    }

    /// The sub-slot that is asked for.
    pub fn subslot(self) -> Option<&'a str> {
        self.filled(self.layout.slot_end + 1, self.layout.subslot_end)
    }

    /// `:=` or `:*`, also behind a slot.
    pub fn slot_operator(self) -> Option<SlotOperator> {
        self.layout.slot_operator
    }

    /// The repository that is asked for.
    pub fn repo(self) -> Option<&'a str> {
        self.filled(self.layout.repo, self.layout.repo_end)
    }

    /// The USE dependencies in the order in which they were written; empty where there are none.
    pub fn use_deps(self) -> UseDeps<'a> {
        UseDeps::new(self.use_list().unwrap_or(""))
    }

    /// Whether a USE dependency depends on the flags of the package that has the dependency: `[a?]`, `[a=]` and so on.
    pub fn has_conditional_use_deps(self) -> bool {
        self.layout.conditional
    }

    /// The atom without its blocker.
    #[must_use]
    pub fn without_blocker(self) -> Self {
        let skip = self.blocker().map_or(0, |blocker| blocker.as_str().len());
        let (text, layout) = (&self.text[skip..], self.layout.without_blocker());
        Self { text, layout }
    }

    /// Resolves the conditional USE dependencies against the flags of the package that has the dependency.
    pub fn evaluate(self, flags: &(impl crate::UseFlags + ?Sized)) -> Atom {
        let mut text = String::with_capacity(self.text.len());
        let layout = write_evaluated(self, flags, &mut text);
        Atom::trusted(text.into(), layout)
    }

    fn use_list(self) -> Option<&'a str> {
        self.filled(self.layout.uses, self.layout.uses_end)
    }

    pub(crate) fn layout(self) -> Layout {
        self.layout
    }

    fn span(self, start: u32, end: u32) -> &'a str {
        &self.text[start as usize..end as usize]
    }

    fn filled(self, start: u32, end: u32) -> Option<&'a str> {
        (start < end).then(|| self.span(start, end))
    }
}

impl PartialEq for AtomRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for AtomRef<'_> {}

impl Hash for AtomRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl PartialOrd for AtomRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By category, package, version, operator, blocker, slot, sub-slot, slot operator, USE dependencies and repository; then
/// by text, so that no two different atoms are equal.
impl Ord for AtomRef<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.cp()
            .cmp(&other.cp())
            .then_with(|| self.version().cmp(&other.version()))
            .then_with(|| self.operator().cmp(&other.operator()))
            .then_with(|| self.blocker().cmp(&other.blocker()))
            .then_with(|| self.slot().cmp(&other.slot()))
            .then_with(|| self.subslot().cmp(&other.subslot()))
            .then_with(|| self.slot_operator().cmp(&other.slot_operator()))
            .then_with(|| self.use_list().cmp(&other.use_list()))
            .then_with(|| self.repo().cmp(&other.repo()))
            .then_with(|| self.text.cmp(other.text))
    }
}

impl fmt::Display for AtomRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}
