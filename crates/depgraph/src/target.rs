//! What a closure is for.

use crate::class::DepClass;
use crate::error::{Error, ErrorKind, Place};
use crate::md5_cache::Md5Cache;
use crate::source::Source;
use crate::table::PackageId;
use hermitage_atom::{Atom, DepKind, DepSpec, Eapi};
use std::collections::{BTreeMap, BTreeSet};

/// What a closure is for: an installed package, or dependencies that were given.
#[derive(Clone, Debug)]
pub struct Target {
    label: String,
    eapi: Eapi,
    enabled: BTreeSet<String>,
    specs: BTreeMap<DepClass, DepSpec>,
    installed: Option<PackageId>,
}

impl Target {
    /// Nothing yet, of the newest EAPI and without USE flags: to be filled with [`Target::with_dependencies`].
    ///
    /// ```
    /// use hermitage_depgraph::{DepClass, Target};
    ///
    /// let target = Target::given("my build")
    ///     .with_dependencies(DepClass::Depend, "sys-libs/zlib")?
    ///     .with_dependencies(DepClass::Bdepend, ">=sys-devel/gcc-4.7")?;
    /// # assert_eq!(target.label(), "my build");
    /// # Ok::<(), hermitage_depgraph::Error>(())
    /// ```
    pub fn given(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            eapi: Eapi::LATEST,
            enabled: BTreeSet::new(),
            specs: BTreeMap::new(),
            installed: None,
        }
    }

    /// The one installed package of `source` that an atom means, with its recorded dependencies and USE flags.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPackage`], [`ErrorKind::Ambiguous`], or [`ErrorKind::Source`] when its dependencies can't be
    /// read.
    pub fn installed(source: &dyn Source, atom: &Atom) -> Result<Self, Error> {
        Self::package(source, source.packages().only(atom)?)
    }

    /// An installed package of `source`, with its recorded dependencies and USE flags.
    ///
    /// # Errors
    /// [`ErrorKind::Source`] when its dependencies can't be read.
    pub fn package(source: &dyn Source, id: PackageId) -> Result<Self, Error> {
        let package = source.packages().get(id);
        let label = package.cpv().to_string();
        let mut target = Self::given(&label).with_eapi(package.eapi()).with_use(package.enabled());
        for class in DepClass::ALL {
            let spec = source.dependencies(id, class).map_err(|cause| {
                Error::new(Place::Package(label.clone()), ErrorKind::Dependency { class })
                    .because(cause)
            })?;
            target.specs.insert(class, spec.clone());
        }
        target.installed = Some(id);
        source.failure().map_or(Ok(target), Err)
    }

    /// A package that is about to be built from the ebuild a metadata cache entry describes, with these flags on.
    ///
    /// # Errors
    /// [`ErrorKind::Dependency`] for a string that can't be parsed in the entry's EAPI.
    pub fn from_cache<S: AsRef<str>>(
        label: &str,
        entry: &Md5Cache,
        enabled: impl IntoIterator<Item = S>,
    ) -> Result<Self, Error> {
        let target = Self::given(label).with_eapi(entry.eapi()).with_use(enabled);
        let legal = |class: &DepClass| match class {
            DepClass::Bdepend => entry.eapi().has_bdepend(),
            DepClass::Idepend => entry.eapi().has_idepend(),
            _ => true,
        };
        DepClass::ALL.into_iter().filter(legal).try_fold(target, |target, class| {
            target.with_dependencies(class, entry.dependencies(class))
        })
    }

    /// Sets the EAPI in which dependency strings added from here on are read.
    #[must_use]
    pub fn with_eapi(mut self, eapi: Eapi) -> Self {
        self.eapi = eapi;
        self
    }

    /// Turns USE flags on.
    #[must_use]
    pub fn with_use<S: AsRef<str>>(mut self, flags: impl IntoIterator<Item = S>) -> Self {
        self.enabled.extend(flags.into_iter().map(|flag| flag.as_ref().to_owned()));
        self
    }

    /// Sets the dependencies of one class.
    ///
    /// # Errors
    /// [`ErrorKind::Dependency`] with the parser's error as its source.
    pub fn with_dependencies(mut self, class: DepClass, text: &str) -> Result<Self, Error> {
        let spec = DepSpec::parse(text, self.eapi, DepKind::Package).map_err(|cause| {
            Error::new(Place::Text(text.to_owned()), ErrorKind::Dependency { class }).because(cause)
        })?;
        self.specs.insert(class, spec);
        Ok(self)
    }

    /// How the target is called in reasons.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The EAPI of the target.
    pub fn eapi(&self) -> Eapi {
        self.eapi
    }

    /// The installed package, if it is one.
    pub fn package_id(&self) -> Option<PackageId> {
        self.installed
    }

    /// The USE flags that are on.
    pub fn enabled(&self) -> &BTreeSet<String> {
        &self.enabled
    }

    /// The dependencies of one class, unevaluated.
    pub fn dependencies(&self, class: DepClass) -> Option<&DepSpec> {
        self.specs.get(&class)
    }
}
