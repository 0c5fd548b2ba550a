//! Where the installed packages are: found, imported if need be, and read.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use hermitage_depgraph::profile::{Disk, ProfileFiles, ProfileStack};
use hermitage_depgraph::{PackageId, RootKind, Roots, SystemSet, VdbSource};
use hermitage_vdb::dpkg;
use hermitage_vdb::{Database, DiskLinks, OwnerIndex};

use crate::args::SourceArgs;
use crate::failure::Failure;
use crate::import;
use crate::report::{Reporter, Verbosity};

/// A database, and the system it describes.
#[derive(Debug)]
pub(crate) struct Place {
    /// The system's root directory.
    pub(crate) root: PathBuf,
    pub(crate) packages: VdbSource,
}

/// The machine's packages: one database, or in a cross build up to three.
#[derive(Debug)]
pub(crate) struct Machine {
    places: Vec<Place>,
    /// For ROOT, SYSROOT and BROOT the index in `places`.
    by_kind: [usize; 3],
    /// Where `etc/portage` of ROOT may be, the likeliest first.
    configuration: Vec<PathBuf>,
    eprefix: PathBuf,
    /// Every path whose state decided on something.
    witnesses: RefCell<Vec<PathBuf>>,
}

impl Machine {
    /// Finds and reads the databases.
    pub(crate) fn open(args: &SourceArgs, reporter: Reporter) -> Result<Self, Failure> {
        let root = real(args.root.as_deref().unwrap_or(Path::new("/")))?;
        let eprefix = args.eprefix.clone().unwrap_or_default();
        let mut witnesses = Vec::new();
        let database = find(&root, &eprefix, args.db.as_deref(), reporter, &mut witnesses)?;
        let inside = eprefix.strip_prefix("/").unwrap_or(&eprefix);
        let mut configuration = vec![root.join(inside)];
        configuration.splice(..0, base_of(database.dir()));
        let mut places = vec![load(root.clone(), &database, reporter)?];
        let mut by_kind = [0; 3];
        for (kind, other) in [(RootKind::Sysroot, &args.sysroot), (RootKind::Broot, &args.broot)] {
            let Some(other) = other else { continue };
            let other = real(other)?;
            let known = places.iter().position(|place| place.root == other);
            if known.is_none() {
                let database = find(&other, &eprefix, None, reporter, &mut witnesses)?;
                places.push(load(other, &database, reporter)?);
            }
            by_kind[kind as usize] = known.unwrap_or(places.len() - 1);
        }
        let witnesses = RefCell::new(witnesses);
        Ok(Self { places, by_kind, configuration, eprefix, witnesses })
    }

    /// Every path that was looked at to find and read packages and profile, so that as long as these stay as they are,
    /// the same comes out.
    pub(crate) fn witnesses(&self) -> Vec<PathBuf> {
        self.witnesses.borrow().clone()
    }

    /// The system that a kind of dependency is installed in.
    pub(crate) fn place(&self, kind: RootKind) -> &Place {
        &self.places[self.by_kind[kind as usize]]
    }

    /// Fails when something about a package could not be read that was asked since the last query.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        use hermitage_depgraph::Source as _;
        let failure = self.places.iter().find_map(|place| place.packages.failure());
        failure.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Every system, each once.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// The offset that everything is installed at, without a slash at the end: empty but for Gentoo Prefix.
    pub(crate) fn eprefix(&self) -> &[u8] {
        let mut bytes = self.eprefix.as_os_str().as_encoded_bytes();
        while let Some(shorter) = bytes.strip_suffix(b"/") {
            bytes = shorter;
        }
        bytes
    }

    /// The databases for a query.
    pub(crate) fn roots(&self) -> Roots<'_> {
        let source = |kind| &self.place(kind).packages;
        Roots::one(source(RootKind::Root))
            .with(RootKind::Sysroot, source(RootKind::Sysroot))
            .with(RootKind::Broot, source(RootKind::Broot))
    }

    /// @system as asked for: of the profile, none, or of a file.
    pub(crate) fn system_set(
        &self,
        wanted: Option<&str>,
        reporter: Reporter,
    ) -> Result<SystemSet, Failure> {
        let set = match wanted {
            Some("none") => return Ok(SystemSet::none()),
            None | Some("all") => self.profile()?.system_set(),
            Some(file) => {
                let path = Path::new(file);
                self.witnesses.borrow_mut().push(absolute(path)?);
                let content = std::fs::read(path).map_err(|error| {
                    Failure::file(path, "the list for --system can't be read", &error)
                })?;
                SystemSet::from_list(&content, path)
            }
        };
        for rejected in set.rejected() {
            let (path, line) = (rejected.path.display(), rejected.line);
            reporter
                .warning(format_args!("{path}:{line}: left out of @system: {}", rejected.error));
        }
        Ok(set)
    }

    /// Packages that `package.provided` says are there without being installed.
    pub(crate) fn provided(&self) -> Vec<hermitage_atom::Cpv> {
        self.provided_telling(Reporter::new(Verbosity::Quiet))
    }

    /// The same, and says what it left out. A profile that is damaged need not matter, and where it does, a dependency
    /// is not satisfied.
    pub(crate) fn provided_telling(&self, reporter: Reporter) -> Vec<hermitage_atom::Cpv> {
        let stack = match self.profile() {
            Ok(stack) => stack,
            Err(failure) => {
                if self.has_profile() {
                    reporter
                        .warning(format_args!("package.provided counts for nothing: {failure}"));
                }
                return Vec::new();
            }
        };
        for line in stack.not_provided() {
            let (path, number) = (line.path.display(), line.line);
            reporter.warning(format_args!("{path}:{number}: left out: {}", line.error));
        }
        stack.provided().cloned().collect()
    }

    fn has_profile(&self) -> bool {
        self.configuration.iter().any(|base| self.is_configured(base))
    }

    /// Whether a profile is set in the configuration below a directory.
    fn is_configured(&self, base: &Path) -> bool {
        ["etc/portage/make.profile", "etc/make.profile"].iter().any(|place| {
            let place = base.join(place);
            let there = place.symlink_metadata().is_ok();
            self.witnesses.borrow_mut().push(place);
            there
        })
    }

    fn profile(&self) -> Result<ProfileStack, Failure> {
        let configured = self.configuration.iter().find(|base| self.is_configured(base));
        let base = configured.or(self.configuration.last());
        let files = Recorded { paths: &self.witnesses };
        Ok(ProfileStack::configured(&files, base.map_or(Path::new("/"), PathBuf::as_path))?)
    }
}

impl Place {
    /// Which of some packages own which path of this system.
    pub(crate) fn owner_index(
        &self,
        packages: &[PackageId],
    ) -> Result<OwnerIndex<DiskLinks>, Failure> {
        let entries: Vec<_> = packages.iter().map(|&id| self.packages.entry(id).clone()).collect();
        Ok(OwnerIndex::build(&entries, DiskLinks::new(&self.root))?)
    }
}

/// Where a path of a system, or of a view, is outside of it.
pub(crate) fn outside(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

/// Where a path of a system finally leads, as a path of the system; none where that is nowhere, or outside of it.
pub(crate) fn leads_to(root: &Path, path: &Path) -> Option<PathBuf> {
    let real = outside(root, path).canonicalize().ok()?;
    Some(Path::new("/").join(real.strip_prefix(root).ok()?))
}

/// The path from the root of the file system, for what the user gave relative to where they are.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::file(path, "the current directory is not known", &error))
}

/// A root directory without links and `..`: what is asked of paths below it is compared by name.
fn real(root: &Path) -> Result<PathBuf, Failure> {
    // One that is not there is for the search of its database to tell.
    std::fs::canonicalize(root).or_else(|_absent| absolute(root))
}

fn load(root: PathBuf, database: &Database, reporter: Reporter) -> Result<Place, Failure> {
    let packages = VdbSource::load(database)?;
    if reporter.tells_details() {
        for oddity in database.packages()?.oddities() {
            reporter.detail(format_args!("left out: {oddity}"));
        }
    }
    Ok(Place { root, packages })
}

/// The machine's files, with a record of what was asked for.
struct Recorded<'r> {
    paths: &'r RefCell<Vec<PathBuf>>,
}

impl Recorded<'_> {
    fn record(&self, path: &Path) -> Disk {
        self.paths.borrow_mut().push(path.to_owned());
        Disk
    }
}

impl ProfileFiles for Recorded<'_> {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        self.record(path).read(path)
    }

    fn resolve(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        self.record(path).resolve(path)
    }

    fn list(&self, path: &Path) -> io::Result<Option<Vec<PathBuf>>> {
        self.record(path).list(path)
    }
}

/// `given`, or the system's own, or dpkg's imported.
fn find(
    root: &Path,
    eprefix: &Path,
    given: Option<&Path>,
    reporter: Reporter,
    witnesses: &mut Vec<PathBuf>,
) -> Result<Database, Failure> {
    let at = |dir: PathBuf, witnesses: &mut Vec<PathBuf>| {
        witness_packages(&dir, witnesses);
        Ok(Database::at(dir, root.to_owned(), eprefix.to_owned())?)
    };
    if let Some(given) = given {
        let given = absolute(given)?;
        let below = given.join("var/db/pkg");
        witnesses.push(below.clone());
        return at(if below.is_dir() { below } else { given }, witnesses);
    }
    let inside = eprefix.strip_prefix("/").unwrap_or(eprefix);
    let own = root.join(inside).join("var/db/pkg");
    let admindir = root.join("var/lib/dpkg");
    // Installing a tool of Gentoo's on Debian can leave an empty var/db/pkg behind.
    let is_empty = std::fs::read_dir(&own).is_ok_and(|mut entries| entries.next().is_none());
    let usable = own.exists() && !is_empty;
    witnesses.extend([own.clone(), admindir.join("status")]);
    if usable || !admindir.join("status").is_file() || !eprefix.as_os_str().is_empty() {
        return at(own, witnesses);
    }
    let imported = import::into_cache(&admindir, root, reporter)?;
    // Its packages change only with the whole, which goes by these.
    let own = ["state", "var/db/pkg"].map(|part| imported.join(part));
    let state = dpkg::FINGERPRINTED.map(|part| admindir.join(part));
    witnesses.extend(own.into_iter().chain(state));
    Ok(Database::at(imported.join("var/db/pkg"), root.to_owned(), eprefix.to_owned())?)
}

/// The directories of a database, and what of each package is written in place if it is: everything else is made
/// under another name and renamed, which its directory shows.
fn witness_packages(dir: &Path, witnesses: &mut Vec<PathBuf>) {
    let below = |dir: &Path| {
        let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    witnesses.push(dir.to_owned());
    for category in below(dir) {
        let packages = below(&category);
        witnesses.push(category);
        for package in packages {
            // That one comes to be shows in the package's directory too.
            let files = WRITTEN.map(|file| package.join(file)).into_iter();
            let there = files.filter(|file| !is_absent(file));
            witnesses.extend(there);
            witnesses.push(package);
        }
    }
}

fn is_absent(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// The files of a package that decide most.
const WRITTEN: [&str; 4] = ["CONTENTS", "RDEPEND", "SLOT", "metadata"];

/// The directory that an image of a system, such as an import, has its database in.
fn base_of(database: &Path) -> Option<PathBuf> {
    let base = database.ends_with("var/db/pkg").then(|| database.ancestors().nth(3))??;
    Some(base.to_owned())
}
