//! A package database in memory.

use crate::answers::Answers;
use crate::class::DepClass;
use crate::error::{Error, ErrorKind, Place};
use crate::package::Package;
use crate::source::{ElfFile, Holding, Interpreted, Owned, Source, SourceError};
use crate::table::{PackageId, PackageTable};
use hermitage_atom::{Cpv, DepKind, DepSpec, Eapi};
use std::collections::BTreeMap;

/// A package of a [`MemorySource`].
///
/// ```
/// use hermitage_depgraph::{DepClass, MemoryPackage};
///
/// let package = MemoryPackage::parse("media-libs/libpng-1.6.12:0/16")?
///     .with_dependencies(DepClass::Rdepend, "sys-libs/zlib")?;
/// # Ok::<(), hermitage_depgraph::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MemoryPackage {
    package: Package,
    specs: BTreeMap<DepClass, DepSpec>,
    links: BTreeMap<Vec<u8>, Vec<u8>>,
    elf_files: Vec<ElfFile>,
    interpreted: Vec<Interpreted>,
    files: Vec<Vec<u8>>,
    preserved: Vec<Vec<u8>>,
    holding: Holding,
}

impl MemoryPackage {
    /// A package from `category/name-version[:slot[/subslot]]`, of the newest EAPI. It owns files, unless it is said to
    /// own something else.
    ///
    /// # Errors
    /// [`ErrorKind::Atom`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (cpv, slot) = text.split_once(':').unwrap_or((text, "0"));
        let cpv = Cpv::parse(cpv).map_err(|cause| {
            Error::new(Place::Text(text.to_owned()), ErrorKind::Atom).because(cause)
        })?;
        Ok(Self::new(Package::new(cpv).with_slot(slot).with_eapi(Eapi::LATEST)))
    }

    /// A package without dependencies.
    pub fn new(package: Package) -> Self {
        Self {
            package,
            specs: BTreeMap::new(),
            links: BTreeMap::new(),
            elf_files: Vec::new(),
            interpreted: Vec::new(),
            files: Vec::new(),
            preserved: Vec::new(),
            holding: Holding::Files,
        }
    }

    /// Changes the name, the slot, the flags.
    #[must_use]
    pub fn map(mut self, change: impl FnOnce(Package) -> Package) -> Self {
        self.package = change(self.package);
        self
    }

    /// Sets the dependencies of one class, in the package's EAPI.
    ///
    /// # Errors
    /// [`ErrorKind::Dependency`] with the parser's error as its source.
    pub fn with_dependencies(mut self, class: DepClass, text: &str) -> Result<Self, Error> {
        let spec =
            DepSpec::parse(text, self.package.eapi(), DepKind::Package).map_err(|cause| {
                let place = Place::Package(self.package.cpv().to_string());
                Error::new(place, ErrorKind::Dependency { class }).because(cause)
            })?;
        self.specs.insert(class, spec);
        Ok(self)
    }

    /// Says what the package owns.
    #[must_use]
    pub fn with_holding(mut self, holding: Holding) -> Self {
        self.holding = holding;
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn with_file(mut self, path: &str) -> Self {
        self.files.push(path.as_bytes().to_vec());
        self
    }

    /// Adds a symbolic link.
    #[must_use]
    pub fn with_link(mut self, path: &str, target: &str) -> Self {
        self.links.insert(path.as_bytes().to_vec(), target.as_bytes().to_vec());
        self
    }

    /// Adds an ELF file.
    #[must_use]
    pub fn with_elf(mut self, file: ElfFile) -> Self {
        self.files.push(file.path.clone());
        self.elf_files.push(file);
        self
    }

    /// Adds a file with an interpreter.
    #[must_use]
    pub fn with_interpreted(mut self, path: &str, interpreter: &str) -> Self {
        self.files.push(path.as_bytes().to_vec());
        self.interpreted.push(Interpreted {
            path: path.as_bytes().to_vec(),
            interpreter: interpreter.as_bytes().to_vec(),
        });
        self
    }

    /// Adds a library that is kept for others although the package was replaced by another version.
    #[must_use]
    pub fn with_preserved(mut self, path: &str) -> Self {
        self.files.push(path.as_bytes().to_vec());
        self.preserved.push(path.as_bytes().to_vec());
        self
    }

    /// What atoms can ask of the package.
    pub fn package(&self) -> &Package {
        &self.package
    }

    /// The dependencies of one class, if any were given.
    pub fn dependencies(&self, class: DepClass) -> Option<&DepSpec> {
        self.specs.get(&class)
    }

    fn owned(&self, path: &[u8]) -> Option<Vec<Vec<u8>>> {
        if self.files.iter().any(|file| file == path) {
            return Some(vec![path.to_vec()]);
        }
        let target = self.links.get(path)?;
        Some(vec![path.to_vec(), target.clone()])
    }
}

/// A package database in memory.
///
/// ```
/// use hermitage_depgraph::{DepClass, MemoryPackage, MemorySource, Source};
///
/// let source = MemorySource::new([
///     MemoryPackage::parse("sys-libs/zlib-1.2.8")?,
///     MemoryPackage::parse("media-libs/libpng-1.6.12")?
///         .with_dependencies(DepClass::Rdepend, "sys-libs/zlib")?,
/// ]);
/// assert_eq!(source.packages().len(), 2);
/// # Ok::<(), hermitage_depgraph::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MemorySource {
    table: PackageTable,
    packages: Vec<MemoryPackage>,
    nothing: DepSpec,
    answers: Answers,
}

impl MemorySource {
    /// A database of these packages; their order does not matter.
    pub fn new(packages: impl IntoIterator<Item = MemoryPackage>) -> Self {
        let mut by_text = BTreeMap::new();
        for package in packages {
            by_text.entry(package.package.cpv().to_string()).or_insert(package);
        }
        let table = PackageTable::new(by_text.values().map(|p| p.package.clone()).collect());
        let in_order = |(_, package): (_, &Package)| by_text.remove(package.cpv().as_str());
        let packages = table.iter().filter_map(in_order).collect();
        let nothing = DepSpec::empty(Eapi::LATEST, DepKind::Package);
        Self { table, packages, nothing, answers: Answers::default() }
    }

    /// The packages in the order of the table.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &MemoryPackage> {
        self.packages.iter()
    }

    /// The owners of a path and of what it points to, for as many links as the kernel follows.
    fn all_owners(&self, path: &[u8], links: usize) -> Vec<Owned> {
        let mut found = Vec::new();
        if links > 40 {
            return found;
        }
        for (index, package) in self.packages.iter().enumerate() {
            let Some(paths) = package.owned(path) else { continue };
            let id = PackageId::new(index);
            found.push(Owned { package: id, path: path.to_vec() });
            for target in &paths[1..] {
                found.extend(self.all_owners(target, links + 1));
            }
        }
        found
    }
}

impl Source for MemorySource {
    fn packages(&self) -> &PackageTable {
        &self.table
    }

    fn dependencies(&self, id: PackageId, class: DepClass) -> Result<&DepSpec, SourceError> {
        Ok(self.packages[id.index()].specs.get(&class).unwrap_or(&self.nothing))
    }

    fn holding(&self, id: PackageId) -> Result<Holding, SourceError> {
        Ok(self.packages[id.index()].holding)
    }

    fn elf_files(&self, id: PackageId) -> Result<Vec<ElfFile>, SourceError> {
        Ok(self.packages[id.index()].elf_files.clone())
    }

    fn interpreted(&self, id: PackageId) -> Result<Vec<Interpreted>, SourceError> {
        Ok(self.packages[id.index()].interpreted.clone())
    }

    fn owners(&self, path: &[u8]) -> Result<Vec<Owned>, SourceError> {
        Ok(self.all_owners(path, 0))
    }

    fn answers(&self) -> Option<&Answers> {
        Some(&self.answers)
    }

    fn preserved_libraries(&self, id: PackageId) -> &[Vec<u8>] {
        &self.packages[id.index()].preserved
    }
}
