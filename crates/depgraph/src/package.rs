//! What a closure has to know of an installed package.

use crate::flags::Flags;
use hermitage_atom::{Candidate, Cpv, Eapi, VersionRef, split_slot};

/// An installed package: its name and what atoms can ask of it.
///
/// 1. The flags are sorted, each once, and every flag that is on is among those the package has.
/// 2. A package of a [`VdbSource`](crate::VdbSource) reads what is asked of it when it is asked; what can't be read is as
///    if it were not there, until the source reports it ([`Source::failure`](crate::Source::failure)).
///
/// ```
/// use hermitage_atom::{Atom, Cpv};
/// use hermitage_depgraph::Package;
///
/// let zlib = Package::new(Cpv::parse("sys-libs/zlib-1.2.8")?).with_slot("0/1").with_use(["minizip"]);
/// assert!(Atom::parse_permissive(">=sys-libs/zlib-1.2:0/1[minizip]")?.matches(&zlib).is_ok());
/// # Ok::<(), hermitage_atom::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Package {
    cpv: Cpv,
    details: Details,
}

#[derive(Clone, Debug)]
enum Details {
    Known(Box<(Facts, Extras)>),
    /// Of a source that reads them when they are asked for.
    #[cfg(feature = "vdb")]
    Unread(std::sync::Arc<dyn Unread>),
}

/// What atoms ask of many packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    slot: Box<str>,
    subslot: Box<str>,
    pub(crate) eapi: Eapi,
}

/// What atoms ask of few packages, though it is most of what is written about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extras {
    enabled: Flags,
    all: Flags,
    pub(crate) repository: Option<Box<str>>,
}

/// A package that is read when something is asked of it, each part once.
#[cfg(feature = "vdb")]
pub(crate) trait Unread: std::fmt::Debug + Send + Sync {
    fn facts(&self) -> &Facts;
    fn extras(&self) -> &Extras;
}

impl Default for Facts {
    fn default() -> Self {
        Self { slot: "0".into(), subslot: "0".into(), eapi: Eapi::V0 }
    }
}

impl Facts {
    pub(crate) fn set_slot(&mut self, value: &str) {
        let (slot, subslot) = split_slot(value).unwrap_or(("0", "0"));
        (self.slot, self.subslot) = (slot.into(), subslot.into());
    }
}

impl Extras {
    pub(crate) fn enable<'f>(&mut self, flags: impl Iterator<Item = &'f str> + Clone) {
        self.enabled.extend(flags.clone());
        self.all.extend(flags);
    }

    pub(crate) fn add<'f>(&mut self, flags: impl Iterator<Item = &'f str>) {
        self.all.extend(flags.map(|flag| flag.trim_start_matches(['+', '-'])));
    }
}

impl Package {
    /// A package in slot 0, of EAPI 0, without flags.
    pub fn new(cpv: Cpv) -> Self {
        Self { cpv, details: Details::Known(Box::default()) }
    }

    #[cfg(feature = "vdb")]
    pub(crate) fn unread(cpv: Cpv, details: std::sync::Arc<dyn Unread>) -> Self {
        Self { cpv, details: Details::Unread(details) }
    }

    /// Sets slot and sub-slot from the value of `SLOT`; an invalid one reads as `0`, as in Portage.
    #[must_use]
    pub fn with_slot(mut self, value: &str) -> Self {
        self.known().0.set_slot(value);
        self
    }

    /// Sets the EAPI of the package's ebuild.
    #[must_use]
    pub fn with_eapi(mut self, eapi: Eapi) -> Self {
        self.known().0.eapi = eapi;
        self
    }

    /// Sets the repository the package came from.
    #[must_use]
    pub fn with_repository(mut self, repository: &str) -> Self {
        self.known().1.repository = Some(repository.into());
        self
    }

    /// Adds flags that were on when the package was built. The package then also has them, since a built package
    /// overrules what a profile says of implicit flags today.
    #[must_use]
    pub fn with_use<S: AsRef<str>>(mut self, flags: impl IntoIterator<Item = S>) -> Self {
        let flags: Vec<S> = flags.into_iter().collect();
        self.known().1.enable(flags.iter().map(AsRef::as_ref));
        self
    }

    /// Adds flags that the package has, on or off; a `+` or `-` in front is the ebuild's default and says nothing here.
    #[must_use]
    pub fn with_iuse<S: AsRef<str>>(mut self, flags: impl IntoIterator<Item = S>) -> Self {
        let flags: Vec<S> = flags.into_iter().collect();
        self.known().1.add(flags.iter().map(AsRef::as_ref));
        self
    }

    /// Category, name and version.
    pub fn cpv(&self) -> &Cpv {
        &self.cpv
    }

    /// The slot, without the sub-slot.
    pub fn slot(&self) -> &str {
        &self.facts().slot
    }

    /// The sub-slot.
    pub fn subslot(&self) -> &str {
        &self.facts().subslot
    }

    /// The EAPI of the package's ebuild.
    pub fn eapi(&self) -> Eapi {
        self.facts().eapi
    }

    /// The repository the package came from.
    pub fn repository(&self) -> Option<&str> {
        self.extras().repository.as_deref()
    }

    /// The flags that were on, sorted.
    pub fn enabled(&self) -> impl ExactSizeIterator<Item = &str> {
        self.extras().enabled.iter()
    }

    /// Whether a flag was on.
    pub fn is_enabled(&self, flag: &str) -> bool {
        self.extras().enabled.contains(flag)
    }
}

impl Package {
    fn facts(&self) -> &Facts {
        match &self.details {
            Details::Known(known) => &known.0,
            #[cfg(feature = "vdb")]
            Details::Unread(unread) => unread.facts(),
        }
    }

    fn extras(&self) -> &Extras {
        match &self.details {
            Details::Known(known) => &known.1,
            #[cfg(feature = "vdb")]
            Details::Unread(unread) => unread.extras(),
        }
    }

    /// The details as something that can be changed.
    fn known(&mut self) -> &mut (Facts, Extras) {
        #[cfg(feature = "vdb")]
        if let Details::Unread(unread) = &self.details {
            let known = (unread.facts().clone(), unread.extras().clone());
            self.details = Details::Known(Box::new(known));
        }
        match &mut self.details {
            Details::Known(known) => known,
            #[cfg(feature = "vdb")]
            Details::Unread(_) => unreachable!("it was replaced just now"),
        }
    }
}

impl PartialEq for Package {
    fn eq(&self, other: &Self) -> bool {
        self.cpv == other.cpv && self.facts() == other.facts() && self.extras() == other.extras()
    }
}

impl Eq for Package {}

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
        &self.facts().slot
    }

    fn subslot(&self) -> &str {
        &self.facts().subslot
    }

    fn has_flag(&self, flag: &str) -> bool {
        self.extras().all.contains(flag)
    }

    fn is_enabled(&self, flag: &str) -> bool {
        self.extras().enabled.contains(flag)
    }

    fn repository(&self) -> Option<&str> {
        self.extras().repository.as_deref()
    }
}
