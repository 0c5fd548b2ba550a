//! A source over an installed-package database on disk.

mod holding;
mod interpreter;
mod load;
mod owners;

use crate::class::DepClass;
use crate::error::{Error, ErrorKind, Place};
use crate::source::{ElfFile, Holding, Interpreted, Owned, Source, SourceError};
use crate::table::{PackageId, PackageTable, in_order};
use hermitage_atom::DepSpec;
use hermitage_vdb::{Database, DiskLinks, OwnerIndex, Registry};
use load::{Loaded, Specs};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The packages of a database on disk.
///
/// Names, slots, flags, what packages need once they are installed, and whether they own files are read at once; what they
/// needed to be built, and the files they own, are read when that is asked for.
///
/// ```no_run
/// use hermitage_atom::Atom;
/// use hermitage_depgraph::{Query, Roots, Target, VdbSource};
/// use hermitage_vdb::Database;
///
/// let source = VdbSource::load(&Database::under("/", "")?)?;
/// let target = Target::installed(&source, &Atom::parse_permissive("sys-apps/sed")?)?;
/// let closure = Query::new(target).resolve(&Roots::one(&source))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct VdbSource {
    database: Database,
    table: PackageTable,
    packages: Vec<hermitage_vdb::Package>,
    specs: Vec<Specs>,
    preserved: BTreeMap<PackageId, Vec<Vec<u8>>>,
    holding: Vec<Holding>,
    owners: OnceLock<OwnerIndex<DiskLinks>>,
}

impl VdbSource {
    /// Reads the packages of a database.
    ///
    /// Entries of the database that are not packages are left out, as [`Database::packages`] does, which also lists
    /// them. A package whose dependencies can't be parsed is there, and closures that need them report it.
    ///
    /// # Errors
    /// [`ErrorKind::Source`] with the reader's error, when a file is there but can't be read.
    pub fn load(database: &Database) -> Result<Self, Error> {
        let listed = database.packages().map_err(|cause| broken(database, cause))?;
        let loaded = load::load(listed.as_slice())?;
        let mut source = Self::assemble(database.clone(), loaded);
        source.preserved = source.read_registry()?;
        Ok(source)
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The reader's own handle on a package.
    ///
    /// # Panics
    /// If the id belongs to a larger source.
    pub fn entry(&self, id: PackageId) -> &hermitage_vdb::Package {
        &self.packages[id.index()]
    }

    fn assemble(database: Database, mut loaded: Vec<Loaded>) -> Self {
        loaded.sort_by(|a, b| in_order(&a.package, &b.package));
        loaded
            .dedup_by(|later, first| later.package.cpv().as_str() == first.package.cpv().as_str());
        let count = loaded.len();
        let mut source = Self {
            database,
            table: PackageTable::default(),
            packages: Vec::with_capacity(count),
            specs: Vec::with_capacity(count),
            preserved: BTreeMap::new(),
            holding: Vec::with_capacity(count),
            owners: OnceLock::new(),
        };
        let mut packages = Vec::with_capacity(count);
        for one in loaded {
            packages.push(one.package);
            source.packages.push(one.entry);
            source.specs.push(one.specs);
            source.holding.push(one.holding);
        }
        source.table = PackageTable::new(packages);
        source
    }

    fn read_registry(&self) -> Result<BTreeMap<PackageId, Vec<Vec<u8>>>, Error> {
        let prefix = self.database.eprefix();
        let eroot = self.database.root().join(prefix.strip_prefix("/").unwrap_or(prefix));
        let registry = Registry::read(&eroot).map_err(|cause| broken(&self.database, cause))?;
        let mut preserved = BTreeMap::new();
        for (_, libraries) in registry.iter() {
            let same = |(_, p): &(PackageId, &crate::Package)| p.cpv().as_str() == libraries.cpv;
            if let Some((id, _)) = self.table.iter().find(same) {
                let paths = libraries.paths.iter().map(|path| path.clone().into_bytes()).collect();
                preserved.insert(id, paths);
            }
        }
        Ok(preserved)
    }
}

fn broken(database: &Database, cause: hermitage_vdb::Error) -> Error {
    Error::new(Place::Path(database.dir().to_owned(), None), ErrorKind::Source).because(cause)
}

impl Source for VdbSource {
    fn packages(&self) -> &PackageTable {
        &self.table
    }

    fn dependencies(&self, id: PackageId, class: DepClass) -> Result<&DepSpec, SourceError> {
        self.specs[id.index()].get(self.entry(id), class).map_err(|problem| problem.clone().into())
    }

    fn holding(&self, id: PackageId) -> Result<Holding, SourceError> {
        Ok(self.holding[id.index()])
    }

    fn elf_files(&self, id: PackageId) -> Result<Vec<ElfFile>, SourceError> {
        let Some(needed) = self.entry(id).needed_elf2()? else { return Ok(Vec::new()) };
        let file = |entry: Result<hermitage_vdb::NeededEntry<'_>, _>| Ok(elf_file(&entry?));
        needed.entries().map(file).collect()
    }

    fn interpreted(&self, id: PackageId) -> Result<Vec<Interpreted>, SourceError> {
        let Some(contents) = self.entry(id).contents()? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for entry in contents.entries() {
            if let hermitage_vdb::Entry::Obj { path, .. } = entry? {
                found.extend(interpreter::of(self.database.root(), path)?);
            }
        }
        Ok(found)
    }

    fn owners(&self, path: &[u8]) -> Result<Vec<Owned>, SourceError> {
        let index = if let Some(index) = self.owners.get() {
            index
        } else {
            let index = OwnerIndex::build(&self.packages, self.database.links())?;
            self.owners.get_or_init(|| index)
        };
        Ok(owners::of(index, path)?)
    }

    fn preserved_libraries(&self, id: PackageId) -> &[Vec<u8>] {
        self.preserved.get(&id).map(Vec::as_slice).unwrap_or_default()
    }
}

fn elf_file(entry: &hermitage_vdb::NeededEntry<'_>) -> ElfFile {
    let abi = entry.multilib.filter(|abi| !abi.is_empty()).unwrap_or(entry.arch);
    ElfFile {
        abi: String::from_utf8_lossy(abi).into_owned(),
        path: entry.path.to_vec(),
        soname: entry.soname.to_vec(),
        rpath: entry.rpaths().map(<[u8]>::to_vec).collect(),
        needed: entry.sonames().map(<[u8]>::to_vec).collect(),
    }
}
