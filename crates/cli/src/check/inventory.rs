//! The machine's packages as the audit asks for them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use hermitage_atom::Pattern;
use hermitage_audit::{Error, ErrorKind, Inventory, OnHost, Package, PackageIdx, Standing};
use hermitage_depgraph::{Member, PackageId, Policy, Query, RootKind, Source as _, Target};

use super::declared::Declared;
use crate::called;
use crate::closure::Selection;
use crate::failure::Failure;
use crate::source::{Machine, Place, leads_to, outside};
use crate::visible::Owned;

/// All packages of all systems of the machine.
#[derive(Debug)]
pub(crate) struct MachineInventory<'m> {
    machine: &'m Machine,
    host_root: PathBuf,
    owned: Owned<'m>,
    packages: Vec<Package>,
    /// Where each package is, by system and its place there.
    places: Vec<(usize, PackageId)>,
    by_place: HashMap<(usize, PackageId), PackageIdx>,
    needs: RefCell<BTreeMap<PackageIdx, BTreeSet<PackageIdx>>>,
}

impl<'m> MachineInventory<'m> {
    pub(crate) fn new(
        machine: &'m Machine,
        selection: &Selection,
        declared: &Declared,
        host_root: &Path,
    ) -> Result<Self, Failure> {
        let owned = Owned::of(machine, host_root)?;
        let mut inventory = Self {
            machine,
            host_root: host_root.to_owned(),
            owned,
            packages: Vec::new(),
            places: Vec::new(),
            by_place: HashMap::new(),
            needs: RefCell::default(),
        };
        for (at, place) in machine.places().iter().enumerate() {
            for (id, package) in place.packages.packages().iter() {
                let known = Package {
                    cpv: package.cpv().to_string(),
                    slot: package.slot().to_owned(),
                    subslot: package.subslot().to_owned(),
                    ..Package::new(&package.cpv().cp().to_string(), "")
                };
                inventory.by_place.insert((at, id), PackageIdx(inventory.packages.len()));
                inventory.packages.push(known);
                inventory.places.push((at, id));
            }
        }
        inventory.judge(selection, declared);
        Ok(inventory)
    }

    /// Writes down how each package stands to what is built.
    fn judge(&mut self, selection: &Selection, declared: &Declared) {
        for withheld in selection.closure.withheld() {
            for package in self.packages.iter_mut().filter(|p| p.cpv == withheld.cpv.as_str()) {
                package.standing = Standing::Subtracted;
            }
        }
        for member in selection.members() {
            let idx = self.of_member(member);
            let package = &mut self.packages[idx.0];
            package.standing = if member.is_system() {
                Standing::System
            } else if member.is_direct() {
                // Declared by the target, or else shown for the package manager.
                Standing::Manager
            } else {
                let chain = selection.closure.why(member.cpv());
                package.chain = chain.map(|chain| chain.to_string()).unwrap_or_default();
                Standing::Indirect
            };
        }
        for (root, id, declarations) in declared.iter() {
            let idx = self.by_place[&(self.place_of(root), id)];
            let package = &mut self.packages[idx.0];
            package.declared = declarations.to_vec();
            if !matches!(package.standing, Standing::Undeclared | Standing::Subtracted) {
                package.standing = Standing::Declared;
            }
        }
    }

    /// The packages that match one of these.
    pub(crate) fn matching(&self, patterns: &[Pattern]) -> BTreeSet<PackageIdx> {
        let is_meant = |&(at, id): &(usize, PackageId)| {
            let package = self.machine.places()[at].packages.packages().get(id);
            patterns.iter().any(|pattern| pattern.matches(package))
        };
        let places = self.places.iter().enumerate().filter(|(_, place)| is_meant(place));
        places.map(|(at, _)| PackageIdx(at)).collect()
    }

    /// The files and links of some packages, as seen from the inside, each with its package.
    pub(crate) fn files_of(
        &self,
        is_meant: impl Fn(&Package) -> bool,
    ) -> Result<Vec<(PackageIdx, Vec<u8>)>, Failure> {
        let meant = |place: (usize, PackageId)| is_meant(&self.packages[self.by_place[&place].0]);
        let files = self.owned.files_of(meant)?.into_iter();
        Ok(files.map(|(place, path)| (self.by_place[&place], path)).collect())
    }

    fn place_of(&self, kind: RootKind) -> usize {
        let place: *const Place = self.machine.place(kind);
        let same = |other: &Place| std::ptr::eq(other, place);
        self.machine.places().iter().position(same).unwrap_or(0)
    }

    fn of_member(&self, member: &Member) -> PackageIdx {
        self.by_place[&(self.place_of(member.root()), member.package())]
    }

    /// What a package needs to run.
    fn runtime(&self, package: PackageIdx) -> Result<BTreeSet<PackageIdx>, Failure> {
        let (at, id) = self.places[package.0];
        let target = Target::package(&self.machine.places()[at].packages, id)?;
        let query =
            Query::new(target).policy(Policy::RuntimeOnly).provided(self.machine.provided());
        let closure = query.resolve(&self.machine.roots())?;
        Ok(closure.packages().map(|member| self.of_member(member)).collect())
    }
}

impl Inventory for MachineInventory<'_> {
    fn packages(&self) -> &[Package] {
        &self.packages
    }

    fn called(&self, package: PackageIdx) -> String {
        let (at, id) = self.places[package.0];
        let called = called::called(self.machine, at, id);
        called.unwrap_or_else(|| self.packages[package.0].cpv.clone())
    }

    fn owners(&self, path: &[u8]) -> Result<Vec<PackageIdx>, Error> {
        let owners = self.owned.packages_of(path).map_err(|error| failed(path, &error))?;
        Ok(owners.into_iter().map(|place| self.by_place[&place]).collect())
    }

    fn named(&self, name: &[u8]) -> Result<Vec<(Vec<u8>, PackageIdx)>, Error> {
        let known = self.owned.named(name).into_iter();
        Ok(known.map(|(path, place)| (path, self.by_place[&place])).collect())
    }

    fn on_host(&self, path: &[u8]) -> Result<Option<OnHost>, Error> {
        let inside = Path::new(OsStr::from_bytes(path));
        let Ok(meta) = outside(&self.host_root, inside).symlink_metadata() else { return Ok(None) };
        if meta.is_dir() {
            return Ok(Some(OnHost::Directory));
        }
        if !meta.is_symlink() {
            return Ok(Some(OnHost::File));
        }
        let target = leads_to(&self.host_root, inside);
        Ok(Some(OnHost::Link(target.map(|target| target.into_os_string().into_vec()))))
    }

    fn needs(&self, package: PackageIdx, other: PackageIdx) -> Result<bool, Error> {
        if let Some(known) = self.needs.borrow().get(&package) {
            return Ok(known.contains(&other));
        }
        let cpv = &self.packages[package.0].cpv;
        let needed = self.runtime(package).map_err(|error| failed(cpv.as_bytes(), &error))?;
        let answer = needed.contains(&other);
        self.needs.borrow_mut().insert(package, needed);
        Ok(answer)
    }
}

fn failed(path: &[u8], failure: &Failure) -> Error {
    Error::path(path, ErrorKind::Inventory(failure.to_string().into()))
}
