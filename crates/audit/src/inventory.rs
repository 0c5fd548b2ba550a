//! What is known of the machine's packages.

use indexmap::IndexMap;

use crate::Error;

/// A package of an [`Inventory`], as an index into its packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageIdx(pub usize);

/// How a package stands to what is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// What is built declares it.
    Declared,
    /// It belongs to @system, which every build may rely on.
    System,
    /// It would belong to @system, but was subtracted from it.
    Subtracted,
    /// Something that is declared needs it to run.
    Indirect,
    /// It is there for the package manager alone.
    Manager,
    /// It does not belong to the build.
    Undeclared,
}

/// A variable of an ebuild that declares dependencies.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Class {
    /// What is built against.
    Depend,
    /// What is built with.
    Bdepend,
    /// What is needed to run.
    Rdepend,
    /// What is needed to run, possibly later.
    Pdepend,
    /// What is needed to install.
    Idepend,
}

impl Class {
    /// The name of the variable.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Depend => "DEPEND",
            Self::Bdepend => "BDEPEND",
            Self::Rdepend => "RDEPEND",
            Self::Pdepend => "PDEPEND",
            Self::Idepend => "IDEPEND",
        }
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A declaration that a package satisfies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Declaration {
    /// The variable it stands in.
    pub class: Class,
    /// The atom as it was written.
    pub atom: String,
}

/// An installed package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Category, name and version, such as `sys-libs/zlib-1.3.1`.
    pub cpv: String,
    /// Category and name.
    pub name: String,
    /// The slot.
    pub slot: String,
    /// The sub-slot; the slot where there is none of its own.
    pub subslot: String,
    /// How it stands to what is built.
    pub standing: Standing,
    /// The declarations of what is built that it satisfies, of all classes, directly or through virtuals.
    pub declared: Vec<Declaration>,
    /// The chain of packages that brings it in, as text; empty where there is none.
    pub chain: String,
}

impl Package {
    /// A package of slot 0 that does not belong to the build. `name` is its category and name.
    pub fn new(name: &str, version: &str) -> Self {
        Self {
            cpv: format!("{name}-{version}"),
            name: name.into(),
            slot: "0".into(),
            subslot: "0".into(),
            standing: Standing::Undeclared,
            declared: Vec::new(),
            chain: String::new(),
        }
    }

    /// The same, declared in these variables.
    #[must_use]
    pub fn declared_in(mut self, classes: &[Class]) -> Self {
        self.standing = Standing::Declared;
        let atom = |&class| Declaration { class, atom: self.name.clone() };
        self.declared = classes.iter().map(atom).collect();
        self
    }

    /// Whether it is declared in this variable.
    pub fn is_in(&self, class: Class) -> bool {
        self.declared.iter().any(|declaration| declaration.class == class)
    }

    /// The name without its category.
    pub fn short_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

/// What a path is on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnHost {
    /// A directory.
    Directory,
    /// A symbolic link, and the path it finally leads to, if it leads anywhere.
    Link(Option<Vec<u8>>),
    /// A file that is not a directory.
    File,
}

/// What is known of a machine. It is the one thing that must be implemented to look for findings;
/// [`MemoryInventory`] is an implementation of it.
pub trait Inventory {
    /// All packages.
    fn packages(&self) -> &[Package];

    /// How people know a package, with its version: by that of the distribution where the one here is made from it.
    fn called(&self, package: PackageIdx) -> String {
        self.packages()[package.0].cpv.clone()
    }

    /// The packages that recorded a path, which is canonical but for its last component.
    ///
    /// # Errors
    /// When the machine can't be asked.
    fn owners(&self, path: &[u8]) -> Result<Vec<PackageIdx>, Error>;

    /// Every recorded path whose last component is `name`, with who recorded it.
    ///
    /// # Errors
    /// When the machine can't be asked.
    fn named(&self, name: &[u8]) -> Result<Vec<(Vec<u8>, PackageIdx)>, Error>;

    /// What is at this path outside of the view, without following a link in its last component; `None` where there is nothing.
    ///
    /// # Errors
    /// When the machine can't be asked.
    fn on_host(&self, path: &[u8]) -> Result<Option<OnHost>, Error>;

    /// Whether a package needs the other one to run, directly or not.
    ///
    /// # Errors
    /// When the machine can't be asked.
    fn needs(&self, package: PackageIdx, other: PackageIdx) -> Result<bool, Error>;

    /// Whether a package of @system needs this one to run.
    ///
    /// # Errors
    /// When the machine can't be asked.
    fn is_needed_by_system(&self, package: PackageIdx) -> Result<bool, Error> {
        for (at, other) in self.packages().iter().enumerate() {
            let is_system = other.standing == Standing::System;
            if is_system && self.needs(PackageIdx(at), package)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// An inventory that was given.
#[derive(Clone, Debug, Default)]
pub struct MemoryInventory {
    packages: Vec<Package>,
    files: IndexMap<Vec<u8>, (OnHost, Vec<PackageIdx>)>,
    needs: Vec<(PackageIdx, PackageIdx)>,
    called: IndexMap<PackageIdx, String>,
}

impl MemoryInventory {
    /// Adds a package.
    pub fn package(&mut self, package: Package) -> PackageIdx {
        self.packages.push(package);
        PackageIdx(self.packages.len() - 1)
    }

    /// Adds a file with its owners.
    pub fn file(&mut self, path: &str, owners: &[PackageIdx]) {
        self.add(path, OnHost::File, owners);
    }

    /// Adds a directory with its owners.
    pub fn directory(&mut self, path: &str, owners: &[PackageIdx]) {
        self.add(path, OnHost::Directory, owners);
    }

    /// Adds a symbolic link that finally leads to `target`.
    pub fn link(&mut self, path: &str, target: &str, owners: &[PackageIdx]) {
        self.add(path, OnHost::Link(Some(target.into())), owners);
    }

    /// Says that a package needs another one to run.
    pub fn need(&mut self, package: PackageIdx, other: PackageIdx) {
        self.needs.push((package, other));
    }

    /// Says how people know a package, with its version.
    pub fn call(&mut self, package: PackageIdx, name: &str) {
        self.called.insert(package, name.to_owned());
    }

    fn add(&mut self, path: &str, what: OnHost, owners: &[PackageIdx]) {
        self.files.insert(path.into(), (what, owners.to_vec()));
    }
}

impl Inventory for MemoryInventory {
    fn packages(&self) -> &[Package] {
        &self.packages
    }

    fn called(&self, package: PackageIdx) -> String {
        let cpv = &self.packages[package.0].cpv;
        self.called.get(&package).unwrap_or(cpv).clone()
    }

    fn owners(&self, path: &[u8]) -> Result<Vec<PackageIdx>, Error> {
        Ok(self.files.get(path).map(|(_, owners)| owners.clone()).unwrap_or_default())
    }

    fn named(&self, name: &[u8]) -> Result<Vec<(Vec<u8>, PackageIdx)>, Error> {
        let has_name = |path: &&Vec<u8>| path.rsplit(|&byte| byte == b'/').next() == Some(name);
        let paths = self.files.iter().filter(|(path, _)| has_name(path));
        let pairs = paths
            .flat_map(|(path, (_, owners))| owners.iter().map(move |&owner| (path.clone(), owner)));
        Ok(pairs.collect())
    }

    fn on_host(&self, path: &[u8]) -> Result<Option<OnHost>, Error> {
        Ok(self.files.get(path).map(|(what, _)| what.clone()))
    }

    fn needs(&self, package: PackageIdx, other: PackageIdx) -> Result<bool, Error> {
        let mut reached = vec![package];
        let mut at = 0;
        while let Some(&from) = reached.get(at) {
            let next = self.needs.iter().filter(|(one, _)| *one == from).map(|(_, other)| *other);
            let new: Vec<_> = next.filter(|one| !reached.contains(one)).collect();
            reached.extend(new);
            at += 1;
        }
        Ok(reached[1..].contains(&other))
    }
}
