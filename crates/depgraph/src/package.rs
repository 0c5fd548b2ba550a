//! What a closure has to know of an installed package.

use crate::flags::Flags;
use hermitage_atom::{Candidate, Cpv, Eapi, VersionRef, split_slot};

/// An installed package: its name and what atoms can ask of it.
///
/// 1. The flags are sorted, each once, and every flag that is on is among those the package has.
///
/// ```
/// use hermitage_atom::{Atom, Cpv};
/// use hermitage_depgraph::Package;
///
/// let zlib = Package::new(Cpv::parse("sys-libs/zlib-1.2.8")?).with_slot("0/1").with_use(["minizip"]);
/// assert!(Atom::parse_permissive(">=sys-libs/zlib-1.2:0/1[minizip]")?.matches(&zlib).is_ok());
/// # Ok::<(), hermitage_atom::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    cpv: Cpv,
    slot: Box<str>,
    subslot: Box<str>,
    eapi: Eapi,
    repository: Option<Box<str>>,
    enabled: Flags,
    flags: Flags,
}

impl Package {
    /// A package in slot 0, of EAPI 0, without flags.
    pub fn new(cpv: Cpv) -> Self {
        Self {
            cpv,
            slot: "0".into(),
            subslot: "0".into(),
            eapi: Eapi::V0,
            repository: None,
            enabled: Flags::default(),
            flags: Flags::default(),
        }
    }

    /// Sets slot and sub-slot from the value of `SLOT`; an invalid one reads as `0`, as in Portage.
    #[must_use]
    pub fn with_slot(mut self, value: &str) -> Self {
        let (slot, subslot) = split_slot(value).unwrap_or(("0", "0"));
        (self.slot, self.subslot) = (slot.into(), subslot.into());
        self
    }

    /// Sets the EAPI of the package's ebuild.
    #[must_use]
    pub fn with_eapi(mut self, eapi: Eapi) -> Self {
        self.eapi = eapi;
        self
    }

    /// Sets the repository the package came from.
    #[must_use]
    pub fn with_repository(mut self, repository: &str) -> Self {
        self.repository = Some(repository.into());
        self
    }

    /// Adds flags that were on when the package was built. The package then also has them, since a built package
    /// overrules what a profile says of implicit flags today.
    #[must_use]
    pub fn with_use<S: AsRef<str>>(mut self, flags: impl IntoIterator<Item = S>) -> Self {
        let flags: Vec<S> = flags.into_iter().collect();
        self.enabled.extend(flags.iter().map(AsRef::as_ref));
        self.flags.extend(flags.iter().map(AsRef::as_ref));
        self
    }

    /// Adds flags that the package has, on or off; a `+` or `-` in front is the ebuild's default and says nothing here.
    #[must_use]
    pub fn with_iuse<S: AsRef<str>>(mut self, flags: impl IntoIterator<Item = S>) -> Self {
        let flags: Vec<S> = flags.into_iter().collect();
        self.flags.extend(flags.iter().map(|flag| flag.as_ref().trim_start_matches(['+', '-'])));
        self
    }

    /// Category, name and version.
    pub fn cpv(&self) -> &Cpv {
        &self.cpv
    }

    /// The slot, without the sub-slot.
    pub fn slot(&self) -> &str {
        &self.slot
    }

    /// The sub-slot.
    pub fn subslot(&self) -> &str {
        &self.subslot
    }

    /// The EAPI of the package's ebuild.
    pub fn eapi(&self) -> Eapi {
        self.eapi
    }

    /// The repository the package came from.
    pub fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }

    /// The flags that were on, sorted.
    pub fn enabled(&self) -> impl ExactSizeIterator<Item = &str> {
        self.enabled.iter()
    }

    /// Whether a flag was on.
    pub fn is_enabled(&self, flag: &str) -> bool {
        self.enabled.contains(flag)
    }
}

impl Candidate for Package {
    fn category(&self) -> &str {
        self.cpv.category()
    }

    fn package(&self) -> &str {
        self.cpv.package()
    }

    fn version(&self) -> VersionRef<'_> {
        self.cpv.version()
    }

    fn slot(&self) -> &str {
        &self.slot
    }

    fn subslot(&self) -> &str {
        &self.subslot
    }

    fn has_flag(&self, flag: &str) -> bool {
        self.flags.contains(flag)
    }

    fn is_enabled(&self, flag: &str) -> bool {
        self.enabled.contains(flag)
    }

    fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }
}
