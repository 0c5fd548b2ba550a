//! The work on one package after the other, several at a time.

use std::fs::{self, File};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Error;
use crate::metadata::render;

use super::admindir::read_optional;
use super::diversions::Diversions;
use super::entry::{self, place};
use super::fail;
use super::inventory::{self, Inventory, Listed};
use super::list::{Sums, paths};
use super::problem::{Fault, Problem};
use super::record::{MultiArch, Record};
use super::universe::Universe;

/// All that the work on one package needs.
pub(super) struct Job<'j> {
    pub(super) admindir: &'j Path,
    pub(super) root: &'j Path,
    pub(super) database: &'j Path,
    pub(super) universe: &'j Universe<'j, 'j>,
    pub(super) diversions: &'j Diversions<'j>,
    pub(super) elf: bool,
}

impl Job<'_> {
    /// Makes the directories that the entries go into.
    pub(super) fn make_categories(&self) -> Result<(), Error> {
        fs::create_dir_all(self.database).map_err(|error| fail::write(self.database, error))?;
        let mut last = String::new();
        for record in self.universe.records {
            let (category, _) = place(self.universe, record);
            if category != last {
                let path = self.database.join(&category);
                fs::create_dir(&path).map_err(|error| fail::write(&path, error))?;
                last = category;
            }
        }
        Ok(())
    }

    /// Writes all entries, several at once; results and the first error are by the order of the records.
    pub(super) fn run(&self, threads: usize) -> Result<Vec<Inventory>, Error> {
        let threads = match NonZeroUsize::new(threads) {
            Some(threads) => threads,
            None => thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        };
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(record) = self.universe.records.get(index) else { return done };
                done.push((index, self.package(record)));
            }
        };
        let mut done: Vec<_> = thread::scope(|scope| {
            // This thread works too, and alone where no others are to be had.
            let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
            let workers: Vec<_> = (1..threads.get()).map_while(start).collect();
            let mine = work();
            let theirs = workers.into_iter().flat_map(|worker| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            theirs.chain(mine).collect()
        });
        done.sort_by_key(|(index, _)| *index);
        done.into_iter().map(|(_, result)| result).collect()
    }

    /// Reads what belongs to one package and writes its entry.
    fn package(&self, record: &Record<'_>) -> Result<Inventory, Error> {
        let list = self.list(record)?;
        let paths = paths(&list.bytes).map_err(|fault| fail::at(&list.path, fault))?;
        let sums_path = list.path.with_extension("md5sums");
        let sums_bytes = read_optional(&sums_path)?.unwrap_or_default();
        let mut sums = Sums::parse(&sums_bytes).map_err(|fault| fail::at(&sums_path, fault))?;
        for (path, sum) in record.conffiles() {
            sums.add(path, sum);
        }
        let listed: Vec<Listed<'_>> = paths
            .into_iter()
            .map(|path| Listed::new(path, self.diversions.place(path, record.name), &sums))
            .collect();
        let inventory = inventory::take(self.root, &listed, self.elf)?;
        self.write(record, &inventory, list.time)?;
        Ok(inventory)
    }

    /// The list of a package: under its name and architecture if it can be there several times, else its name.
    fn list(&self, record: &Record<'_>) -> Result<List, Error> {
        let info = self.admindir.join("info");
        let qualified = info.join(format!("{}:{}.list", record.name, record.architecture));
        let plain = info.join(format!("{}.list", record.name));
        let (first, second) = match record.multi_arch {
            MultiArch::Same => (qualified, plain),
            _ => (plain, qualified),
        };
        match List::read(&first)? {
            Some(list) => Ok(list),
            None => List::read(&second)?.ok_or_else(|| {
                fail::at(&first, Fault::new(0, Problem::ListMissing(record.name.to_owned())))
            }),
        }
    }

    /// Few files, since making one costs more than everything else: all fields go into `metadata`.
    fn write(
        &self,
        record: &Record<'_>,
        inventory: &Inventory,
        time: SystemTime,
    ) -> Result<(), Error> {
        let (category, pf) = place(self.universe, record);
        let directory = self.database.join(category).join(pf);
        fs::create_dir(&directory).map_err(|error| fail::write(&directory, error))?;
        let put = |name: &str, bytes: &[u8]| {
            let path = directory.join(name);
            fs::write(&path, bytes).map_err(|error| fail::write(&path, error))
        };
        put("CONTENTS", &inventory.contents)?;
        let needed = entry::needed(inventory);
        if !needed.is_empty() {
            put("NEEDED.ELF.2", &needed)?;
        }
        // `metadata` names its directory's time, which making the file changes and writing to it does not.
        put("metadata", b"")?;
        set_time(&directory, time)?;
        let fields = entry::fields(self.universe, record, inventory);
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        put("metadata", &render(fields, nanoseconds(time)))
    }
}

fn set_time(directory: &Path, time: SystemTime) -> Result<(), Error> {
    let set = File::open(directory).and_then(|directory| directory.set_modified(time));
    set.map_err(|error| fail::write(directory, error))
}

/// Since 1970; dpkg is younger than that.
fn nanoseconds(time: SystemTime) -> i128 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i128::try_from(since.as_nanos()).unwrap_or(i128::MAX)
}

/// A package's file list, and when dpkg wrote it: the time of installation.
struct List {
    path: PathBuf,
    bytes: Vec<u8>,
    time: SystemTime,
}

impl List {
    fn read(path: &Path) -> Result<Option<Self>, Error> {
        let time = match fs::metadata(path).and_then(|meta| meta.modified()) {
            Ok(time) => time,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fail::read(path, error)),
        };
        let bytes = fs::read(path).map_err(|error| fail::read(path, error))?;
        Ok(Some(Self { path: path.to_owned(), bytes, time }))
    }
}
