//! The single files without which the direct packages can't be started or loaded.

use super::walk::failed;
use crate::closure::{LoadReason, LoadableFile, Member};
use crate::error::{Error, ErrorKind, Place};
use crate::path::normal;
use crate::query::{RootKind, Roots};
use crate::source::{ElfFile, Source};
use crate::table::PackageId;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The files of each place in turn; libraries are never taken from another place.
pub(super) fn files(roots: &Roots<'_>, members: &[Member]) -> Result<Vec<LoadableFile>, Error> {
    let mut found = Vec::new();
    for root in RootKind::ALL {
        let whole: BTreeSet<_> =
            members.iter().filter(|m| m.root == root).map(|m| m.package).collect();
        if !whole.is_empty() {
            let mut search = Search::new(root, roots.source(root), whole)?;
            search.run()?;
            found.extend(search.found);
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// A file that is part of the closure and has not been looked at yet.
type Part = (PackageId, Vec<u8>);

struct Search<'a> {
    root: RootKind,
    source: &'a dyn Source,
    /// The packages that are in the closure with everything they own.
    whole: BTreeSet<PackageId>,
    libraries: Libraries,
    /// The files with an interpreter, of the packages that were asked so far.
    interpreted: BTreeMap<PackageId, BTreeMap<Vec<u8>, Vec<Vec<u8>>>>,
    queue: VecDeque<Part>,
    seen: BTreeSet<Part>,
    found: Vec<LoadableFile>,
}

impl<'a> Search<'a> {
    fn new(
        root: RootKind,
        source: &'a dyn Source,
        whole: BTreeSet<PackageId>,
    ) -> Result<Self, Error> {
        let libraries = Libraries::of(source)?;
        Ok(Self {
            root,
            source,
            whole,
            libraries,
            interpreted: BTreeMap::new(),
            queue: VecDeque::new(),
            seen: BTreeSet::new(),
            found: Vec::new(),
        })
    }

    fn run(&mut self) -> Result<(), Error> {
        for package in self.whole.clone() {
            let mut paths: Vec<_> = self.libraries.paths(package).collect();
            paths.extend(self.interpreted(package)?.keys().cloned());
            for path in paths {
                self.push(package, path);
            }
        }
        while let Some((package, path)) = self.queue.pop_front() {
            if let Some(file) = self.libraries.file(package, &path).cloned() {
                self.libraries_of(package, &file);
            }
            let interpreters = self.interpreted(package)?.get(&path).cloned();
            for interpreter in interpreters.unwrap_or_default() {
                self.interpreter(&path, &interpreter)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, package: PackageId, path: Vec<u8>) {
        if self.seen.insert((package, path.clone())) {
            self.queue.push_back((package, path));
        }
    }

    fn libraries_of(&mut self, package: PackageId, file: &ElfFile) {
        for soname in &file.needed {
            for (provider, path) in self.libraries.providers(package, file, soname, &self.whole) {
                let reason = LoadReason::Soname(soname.clone());
                if let Some(link) = by_soname(&path, soname) {
                    self.add(provider, link, &file.path, &reason);
                }
                self.add(provider, path.clone(), &file.path, &reason);
                self.push(provider, path);
            }
        }
    }

    fn interpreter(&mut self, path: &[u8], interpreter: &[u8]) -> Result<(), Error> {
        let owners = self.source.owners(interpreter).map_err(|cause| {
            let text = String::from_utf8_lossy(interpreter).into_owned();
            Error::new(Place::Text(text), ErrorKind::Source).because(cause)
        })?;
        for owned in owners {
            let reason = LoadReason::Interpreter(interpreter.to_vec());
            self.add(owned.package, owned.path.clone(), path, &reason);
            self.push(owned.package, owned.path);
        }
        Ok(())
    }

    fn add(&mut self, package: PackageId, path: Vec<u8>, needed_by: &[u8], reason: &LoadReason) {
        if self.whole.contains(&package) {
            return;
        }
        self.found.push(LoadableFile {
            cpv: self.source.packages().get(package).cpv().clone(),
            root: self.root,
            path,
            needed_by: needed_by.to_vec(),
            reason: reason.clone(),
        });
    }

    fn interpreted(
        &mut self,
        package: PackageId,
    ) -> Result<&BTreeMap<Vec<u8>, Vec<Vec<u8>>>, Error> {
        Ok(match self.interpreted.entry(package) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let files = self.source.interpreted(package);
                let files = files.map_err(|cause| failed(self.source, package, cause))?;
                let mut by_path = BTreeMap::<_, Vec<_>>::new();
                for file in files {
                    by_path.entry(file.path).or_default().push(file.interpreter);
                }
                unknown.insert(by_path)
            }
        })
    }
}

/// The name the loader opens, where the file itself has another: a link beside it.
fn by_soname(path: &[u8], soname: &[u8]) -> Option<Vec<u8>> {
    let start = path.iter().rposition(|&b| b == b'/')? + 1;
    (&path[start..] != soname).then(|| [&path[..start], soname].concat())
}

/// Every ELF file of a database, by package and by soname.
struct Libraries {
    files: BTreeMap<PackageId, BTreeMap<Vec<u8>, ElfFile>>,
    by_soname: BTreeMap<Vec<u8>, Vec<Part>>,
}

impl Libraries {
    fn of(source: &dyn Source) -> Result<Self, Error> {
        let mut libraries = Self { files: BTreeMap::new(), by_soname: BTreeMap::new() };
        for (id, _) in source.packages().iter() {
            let files = source.elf_files(id).map_err(|cause| failed(source, id, cause))?;
            for file in files {
                if !file.soname.is_empty() {
                    libraries.provide(file.soname.clone(), id, file.path.clone());
                }
                libraries.files.entry(id).or_default().insert(file.path.clone(), file);
            }
            // Preserved libraries have no record of their own: they are known by their file names only.
            for path in source.preserved_libraries(id) {
                let start = path.iter().rposition(|&b| b == b'/').map_or(0, |at| at + 1);
                libraries.provide(path[start..].to_vec(), id, path.clone());
            }
        }
        Ok(libraries)
    }

    fn provide(&mut self, soname: Vec<u8>, package: PackageId, path: Vec<u8>) {
        self.by_soname.entry(soname).or_default().push((package, path));
    }

    fn paths(&self, package: PackageId) -> impl Iterator<Item = Vec<u8>> {
        self.files.get(&package).into_iter().flat_map(|files| files.keys().cloned())
    }

    fn file(&self, package: PackageId, path: &[u8]) -> Option<&ElfFile> {
        self.files.get(&package)?.get(path)
    }

    /// Which files the loader may take for a soname. One in the file's own search path wins; then those of its own
    /// package, of packages in the closure, of any other: what is nearest is most likely what the loader finds.
    fn providers(
        &self,
        package: PackageId,
        file: &ElfFile,
        soname: &[u8],
        whole: &BTreeSet<PackageId>,
    ) -> Vec<Part> {
        let all = self.by_soname.get(soname).map(Vec::as_slice).unwrap_or_default();
        let fits = |(owner, path): &&Part| {
            self.file(*owner, path).is_none_or(|provider| provider.abi == file.abi)
        };
        let all: Vec<_> = all.iter().filter(fits).collect();
        let rpath = expanded(file);
        let nearest: [&dyn Fn(&Part) -> bool; 3] = [
            &|(_, path)| directory(path).is_some_and(|dir| rpath.iter().any(|r| r == dir)),
            &|(owner, _)| *owner == package,
            &|(owner, _)| whole.contains(owner),
        ];
        let near = nearest.iter().find(|is_near| all.iter().any(|part| is_near(part)));
        all.into_iter().filter(|part| near.is_none_or(|is_near| is_near(part))).cloned().collect()
    }
}

/// The search path of a file, with `$ORIGIN` replaced by the file's own directory.
fn expanded(file: &ElfFile) -> Vec<Vec<u8>> {
    let own = directory(&file.path).unwrap_or_default();
    let expand = |entry: &Vec<u8>| {
        let prefix = ["$ORIGIN", "${ORIGIN}"].iter().find_map(|o| entry.strip_prefix(o.as_bytes()));
        normal(&prefix.map_or_else(|| entry.clone(), |rest| [own, rest].concat()))
    };
    file.rpath.iter().map(expand).collect()
}

fn directory(path: &[u8]) -> Option<&[u8]> {
    path.iter().rposition(|&b| b == b'/').map(|slash| &path[..slash])
}
