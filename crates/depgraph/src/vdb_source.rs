//! A source over an installed-package database on disk.

mod ahead;
mod holding;
mod interpreter;
mod load;
mod owners;

use crate::answers::Answers;
use crate::class::{Classes, DepClass};
use crate::error::{Error, ErrorKind, Place};
use crate::package::{Package, Unread};
use crate::policy::BranchPolicy;
use crate::resolve::own_answer;
use crate::source::{ElfFile, Holding, Interpreted, Owned, Source, SourceError};
use crate::table::{PackageId, PackageTable};
use hermitage_atom::DepSpec;
use hermitage_vdb::{Database, DiskLinks, OwnerIndex, Registry};
use load::{Entry, Failure};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The packages of a database on disk.
///
/// Only the names are read at once. Everything else is read when a query comes to a package, or a package is asked about
/// its slot, flags and so on; what can't be read makes the query fail that needed it.
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
    /// In the order of the table.
    entries: Vec<Arc<Entry>>,
    failure: Failure,
    preserved: BTreeMap<PackageId, Vec<Vec<u8>>>,
    owners: OnceLock<OwnerIndex<DiskLinks>>,
    answers: Answers,
}

impl VdbSource {
    /// Lists the packages of a database.
    ///
    /// Entries of the database that are not packages are left out, as [`Database::packages`] does, which also lists
    /// them. A package whose dependencies can't be parsed is there, and closures that need them report it.
    ///
    /// # Errors
    /// [`ErrorKind::Source`] with the reader's error, when a directory can't be listed.
    pub fn load(database: &Database) -> Result<Self, Error> {
        let listed = database.packages().map_err(|cause| broken(database, cause))?;
        let mut source = Self::assemble(database.clone(), listed.into_packages());
        source.preserved = source.read_registry()?;
        Ok(source)
    }

    /// Reads at once all that closures ask of packages, on as many processors as are worth it, and works out what their
    /// runtime dependencies come to: for those who want many closures, or each of them soon.
    ///
    /// What can't be read fails the queries that need it, and no others.
    pub fn read_ahead(&self) {
        ahead::read_whole(&self.entries.iter().collect::<Vec<_>>());
        // Who asks for what can't be read makes later queries fail.
        if self.entries.iter().all(|entry| entry.is_whole()) {
            for (id, _) in self.table.iter() {
                for class in Classes::INSTALLED.iter() {
                    // Dependencies that can't be parsed are reported by the queries that come to them.
                    let _ = own_answer(self, id, class, BranchPolicy::First);
                }
            }
        }
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
        &self.entries[id.index()].package
    }

    /// `listed` is in the order of the table.
    fn assemble(database: Database, mut listed: Vec<hermitage_vdb::Package>) -> Self {
        // The table keeps the first of several with one name.
        listed.dedup_by(|later, first| later.cpv().as_str() == first.cpv().as_str());
        let failure = Failure::default();
        let entry = |package| Arc::new(Entry::new(package, Arc::clone(&failure)));
        let entries: Vec<_> = listed.into_iter().map(entry).collect();
        let unread = |entry: &Arc<Entry>| {
            let details: Arc<dyn Unread> = Arc::<Entry>::clone(entry);
            Package::unread(entry.package.cpv().clone(), details)
        };
        let table = PackageTable::new(entries.iter().map(unread).collect());
        Self {
            database,
            table,
            entries,
            failure,
            preserved: BTreeMap::new(),
            owners: OnceLock::new(),
            answers: Answers::default(),
        }
    }

    fn core(&self, id: PackageId) -> Result<&load::Core, SourceError> {
        self.entries[id.index()].core().map_err(|cause| Arc::clone(cause).into())
    }

    fn read_registry(&self) -> Result<BTreeMap<PackageId, Vec<Vec<u8>>>, Error> {
        let prefix = self.database.eprefix();
        let eroot = self.database.root().join(prefix.strip_prefix("/").unwrap_or(prefix));
        let registry = Registry::read(&eroot).map_err(|cause| broken(&self.database, cause))?;
        let mut preserved = BTreeMap::new();
        for (_, libraries) in registry.iter() {
            let same = |(_, p): &(PackageId, &Package)| p.cpv().as_str() == libraries.cpv;
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

    fn prepare(&self, packages: &[PackageId]) {
        let entries: Vec<_> = packages.iter().map(|id| &self.entries[id.index()]).collect();
        ahead::read(&entries);
    }

    fn failure(&self) -> Option<Error> {
        self.failure.get().map(load::failed)
    }

    fn dependencies(&self, id: PackageId, class: DepClass) -> Result<&DepSpec, SourceError> {
        let specs = &self.core(id)?.specs;
        specs.get(self.entry(id), class).map_err(|problem| problem.clone().into())
    }

    fn holding(&self, id: PackageId) -> Result<Holding, SourceError> {
        Ok(self.core(id)?.holding)
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
            let index = {
                let packages: Vec<_> = self.entries.iter().map(|e| e.package.clone()).collect();
                OwnerIndex::build(&packages, self.database.links())?
            };
            self.owners.get_or_init(|| index)
        };
        Ok(owners::of(index, path)?)
    }

    fn answers(&self) -> Option<&Answers> {
        Some(&self.answers)
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
