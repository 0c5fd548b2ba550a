//! Which paths belong to the view.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use hermitage_depgraph::{Member, PackageId, RootKind, Source as _};
use hermitage_vdb::{Contents, DiskLinks, Entry, OwnerIndex, Package, PackageIdx};
use hermitage_view::paths;
use hermitage_view::{
    Absence, ErrorKind, GeneratedTable, Missing, Node, PathList, RealHost, Reason, View,
    ViewBuilder,
};

use crate::args::ViewArgs;
use crate::closure::Selection;
use crate::failure::Failure;
use crate::report::Reporter;
use crate::source::{Machine, Place, absolute, outside};

/// Directories whose content is never the host's.
pub(crate) const FRESH: [&str; 3] = ["/proc", "/dev", "/tmp"];

/// A view, and the directory of the host that is its root.
#[derive(Debug)]
pub(crate) struct Visible {
    pub(crate) view: View,
    pub(crate) host_root: PathBuf,
    pub(crate) read: Vec<PathBuf>,
    pub(crate) write: Vec<PathBuf>,
}

/// Makes the view of a selection's packages and of what the user shows or hides.
pub(crate) fn visible(
    selection: &Selection,
    args: &ViewArgs,
    machine: &Machine,
    reporter: Reporter,
) -> Result<Visible, Failure> {
    make(selection, args, machine, reporter, |_| {})
}

/// The same without modes, sizes and times of files.
pub(crate) fn names(
    selection: &Selection,
    args: &ViewArgs,
    machine: &Machine,
    reporter: Reporter,
) -> Result<Visible, Failure> {
    make(selection, args, machine, reporter, |builder| {
        builder.without_metadata();
    })
}

fn make(
    selection: &Selection,
    args: &ViewArgs,
    machine: &Machine,
    reporter: Reporter,
    prepare: impl FnOnce(&mut ViewBuilder<'_>),
) -> Result<Visible, Failure> {
    // Commands run where build tools are installed; what else there is must be below.
    let host_root = machine.place(RootKind::Broot).root.clone();
    let host = RealHost::new(&host_root);
    let owned = Owned::beyond(selection, machine, &host_root)?;
    let [read, write, hide] = [&args.read, &args.write, &args.hide]
        .map(|paths| paths.iter().map(|path| absolute(path)).collect::<Result<Vec<_>, _>>());
    let (read, write, hide) = (read?, write?, hide?);
    refuse_root(&host_root, &read, "--read")?;
    refuse_root(&host_root, &write, "--write")?;

    let mut builder = ViewBuilder::new(&host);
    prepare(&mut builder);
    for path in FRESH {
        builder.provided(path);
    }
    add_packages(&mut builder, selection, args, machine, &host_root, reporter)?;
    for path in read.iter().chain(&write) {
        builder.extra_tree(path.as_os_str().as_bytes());
    }
    for path in &hide {
        let there = outside(&host_root, path).symlink_metadata();
        let is_missing = there.is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        if is_missing && !FRESH.iter().any(|fresh| path.starts_with(fresh)) {
            reporter.warning(format_args!("--hide {}: there is no such path", path.display()));
        }
        builder.hide(path.as_os_str().as_bytes());
    }
    builder.generated(table(args)?).unowned_symlinks(|path| owned.is_owned(path));
    let view = builder.build().map_err(explain)?;
    refuse_covered(&view, &[&read[..], &write].concat())?;
    report(&view, reporter);
    drop(builder);
    Ok(Visible { view, host_root, read, write })
}

fn add_packages(
    builder: &mut ViewBuilder<'_>,
    selection: &Selection,
    args: &ViewArgs,
    machine: &Machine,
    host_root: &Path,
    reporter: Reporter,
) -> Result<(), Failure> {
    let members: Vec<&Member> = selection.members().collect();
    let root = |member: &&Member| {
        let root = &machine.place(member.root()).root;
        Ok((root, prefix(root, host_root)?))
    };
    let roots = members.iter().map(root).collect::<Result<Vec<_>, Failure>>()?;
    let listed = Contents::of_each(&packages(&members, machine), |at, contents| {
        let (root, prefix) = &roots[at];
        Listed::of(&contents, root, prefix)
    });
    for (member, listed) in members.into_iter().zip(listed) {
        let owner = builder.owner(member.cpv().as_str());
        let Some(listed) = listed? else {
            let text = format!("{}: there is no CONTENTS, so nothing of it is shown", member.cpv());
            damaged(args, reporter, Failure::new(text))?;
            continue;
        };
        builder.add_list(listed.paths, owner);
        listed.damaged.into_iter().try_for_each(|error| damaged(args, reporter, error.into()))?;
    }
    for file in selection.closure.loadable_files() {
        let prefix = prefix(&machine.place(file.root).root, host_root)?;
        let owner = builder.owner(file.cpv.as_str());
        builder.add([&prefix, &file.path[..]].concat(), owner);
    }
    Ok(())
}

/// What packages installed, in their order.
pub(crate) fn contents<'m>(
    members: impl Iterator<Item = &'m Member>,
    machine: &Machine,
) -> Vec<Result<Option<Contents>, hermitage_vdb::Error>> {
    Contents::of_all(&packages(&members.collect::<Vec<_>>(), machine))
}

fn packages<'m>(members: &[&Member], machine: &'m Machine) -> Vec<&'m Package> {
    let package = |member: &&Member| machine.place(member.root()).packages.entry(member.package());
    members.iter().map(package).collect()
}

/// What a package installed, as paths of the view, and the lines that can't be read.
struct Listed {
    paths: PathList,
    damaged: Vec<hermitage_vdb::Error>,
}

impl Listed {
    fn of(contents: &Contents, root: &Path, prefix: &[u8]) -> Self {
        let (mut paths, mut damaged) = (PathList::new(), Vec::new());
        for entry in contents.settled(&DiskLinks::new(root)) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    damaged.push(error);
                    continue;
                }
            };
            let path = entry.path();
            let path =
                if prefix.is_empty() { Cow::from(path) } else { [prefix, path].concat().into() };
            if matches!(entry, Entry::Dir { .. }) {
                paths.add_dir(path);
            } else {
                paths.add(path);
            }
        }
        Self { paths, damaged }
    }
}

/// A damaged record ends the run unless the user put up with it.
fn damaged(args: &ViewArgs, reporter: Reporter, failure: Failure) -> Result<(), Failure> {
    if !args.allow_damaged {
        return Err(failure);
    }
    let text = failure.to_string();
    reporter.warning(text.lines().next().unwrap_or_default());
    Ok(())
}

/// What stands before a system's paths when they are seen from the root of the view.
pub(crate) fn prefix(root: &Path, host_root: &Path) -> Result<Vec<u8>, Failure> {
    let Ok(inside) = root.strip_prefix(host_root) else {
        return Err(Failure::new(format!(
            "{}: not below {}, where the build runs, so it can't be shown",
            root.display(),
            host_root.display()
        ))
        .advise("Give --broot a directory that the others are below, such as /."));
    };
    let mut prefix = Vec::new();
    for part in inside {
        prefix.push(b'/');
        prefix.extend_from_slice(part.as_bytes());
    }
    Ok(prefix)
}

fn table(args: &ViewArgs) -> Result<GeneratedTable, Failure> {
    let mut shipped = GeneratedTable::shipped();
    if args.pure_names {
        shipped = shipped.preceded_by(crate::pure::names()?);
    }
    let Some(path) = &args.generated else { return Ok(shipped) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::file(path, "the rules can't be read", &error))?;
    let own = GeneratedTable::parse(&text).map_err(|error| Failure::in_file(path, &error))?;
    Ok(shipped.preceded_by(own))
}

fn explain(error: hermitage_view::Error) -> Failure {
    let path = OsStr::from_bytes(error.path()).display().to_string();
    match error.kind() {
        ErrorKind::Absent(absence) => {
            Failure::new(format!("{path}: given to --read or --write, but {absence} on the host"))
                .advise("Make it first; what is shown must exist when the build starts.")
        }
        _ => error.into(),
    }
}

fn report(view: &View, reporter: Reporter) {
    for missing in view.missing() {
        let path = OsStr::from_bytes(&missing.path).display();
        reporter.detail(format_args!(
            "{path}, of {}: {}",
            view.owner(missing.owner),
            missing.absence
        ));
    }
    for conflict in view.conflicts() {
        let path = OsStr::from_bytes(&conflict.path).display();
        let owner = view.owner(conflict.owner);
        reporter.warning(format_args!(
            "{path}: a directory of {owner}, but on disk it is something else"
        ));
    }
}

/// Refuses to leave out what is installed below /tmp, which is fresh inside.
fn refuse_covered(view: &View, trees: &[PathBuf]) -> Result<(), Failure> {
    let is_covered = |missing: &&Missing| {
        let path = Path::new(OsStr::from_bytes(&missing.path));
        missing.absence == Absence::Provided
            && missing.path.starts_with(b"/tmp/")
            && !trees.iter().any(|tree| path.starts_with(tree))
    };
    let mut covered = view.missing().iter().filter(is_covered);
    let Some(first) = covered.next() else { return Ok(()) };
    let path = OsStr::from_bytes(&first.path).display();
    Err(Failure::new(format!(
        "{path}, of {}: /tmp is fresh inside, so it and {} more paths of packages can't be shown",
        view.owner(first.owner),
        covered.count()
    ))
    .advise("Install elsewhere, such as below /var/tmp, or show the whole directory with --read."))
}

/// With all of the host shown nothing would be hidden, and there would be no place for a fresh `/proc` and `/tmp`.
fn refuse_root(host_root: &Path, paths: &[PathBuf], option: &str) -> Result<(), Failure> {
    let is_root = |path: &&PathBuf| {
        std::fs::canonicalize(outside(host_root, path)).is_ok_and(|real| real == host_root)
    };
    match paths.iter().find(is_root) {
        None => Ok(()),
        Some(path) => Err(Failure::new(format!("{option} {} is the whole host", path.display()))
            .advise("Name the directories that are to be shown besides the packages.")),
    }
}

/// Who owns which path of the host, over all its systems.
#[derive(Debug)]
pub(crate) struct Owned<'m> {
    systems: Vec<System<'m>>,
}

/// A package, by its system and its place there.
type Placed = (usize, PackageId);

/// The packages of one system whose paths are known.
#[derive(Debug)]
struct System<'m> {
    /// What stands before its paths when they are seen from the root of the view.
    prefix: Vec<u8>,
    place: &'m Place,
    packages: Vec<PackageId>,
    index: OwnerIndex<DiskLinks>,
}

impl<'m> Owned<'m> {
    /// Reads what every package of the machine owns.
    pub(crate) fn of(machine: &'m Machine, host_root: &Path) -> Result<Self, Failure> {
        Self::read(machine, host_root, |_, _| true)
    }

    /// Reads what the packages own that are not selected. All that the others own is in their view, or not to be seen, so
    /// that nobody asks whose it is.
    fn beyond(
        selection: &Selection,
        machine: &'m Machine,
        host_root: &Path,
    ) -> Result<Self, Failure> {
        let selected: HashSet<(*const Place, PackageId)> = selection
            .members()
            .map(|member| (std::ptr::from_ref(machine.place(member.root())), member.package()))
            .collect();
        Self::read(machine, host_root, |place, id| {
            !selected.contains(&(std::ptr::from_ref(place), id))
        })
    }

    fn read(
        machine: &'m Machine,
        host_root: &Path,
        is_wanted: impl Fn(&Place, PackageId) -> bool,
    ) -> Result<Self, Failure> {
        let system = |place: &'m Place| {
            let ids = place.packages.packages().iter().map(|(id, _)| id);
            let packages: Vec<_> = ids.filter(|&id| is_wanted(place, id)).collect();
            let index = place.owner_index(&packages)?;
            Ok(System { prefix: prefix(&place.root, host_root)?, place, packages, index })
        };
        Ok(Self { systems: machine.places().iter().map(system).collect::<Result<_, Failure>>()? })
    }

    /// Says which lines of what packages record could not be read: one of them may be of the path that is asked for.
    pub(crate) fn tell_oddities(&self, reporter: Reporter) {
        let oddities = self.systems.iter().flat_map(|system| system.index.oddities());
        // That a package records nothing at all is no damage.
        let damaged =
            oddities.filter(|oddity| !matches!(oddity.kind(), hermitage_vdb::ErrorKind::Injected));
        damaged.for_each(|oddity| reporter.warning(format_args!("left out: {oddity}")));
    }

    /// Whether any package owns a path. One that can't be looked up counts as owned, so that it stays hidden.
    fn is_owned(&self, path: &[u8]) -> bool {
        self.inside(path).any(|(system, path)| {
            system.index.owners(path).map_or(true, |owners| !owners.is_empty())
        })
    }

    /// The packages that own a path, each by its system and its place there.
    pub(crate) fn packages_of(&self, path: &[u8]) -> Result<Vec<(usize, PackageId)>, Failure> {
        let mut found = Vec::new();
        for (at, system) in self.systems.iter().enumerate() {
            let Some(inside) = system.inside(path) else { continue };
            let owners = system.index.owners(inside)?.into_iter();
            found.extend(owners.map(|index| (at, system.packages[index.0])));
        }
        Ok(found)
    }

    /// Every recorded path with this last component, with the package that recorded it.
    pub(crate) fn named(&self, name: &[u8]) -> Vec<(Vec<u8>, (usize, PackageId))> {
        let systems = self.systems.iter().enumerate();
        let records = systems.flat_map(|(at, system)| {
            system.index.records_named(name).map(move |record| {
                let path = [&system.prefix, record.entry.path()].concat();
                (path, (at, system.packages[record.package.0]))
            })
        });
        records.collect()
    }

    /// The files and links that some packages have recorded, where they really are.
    pub(crate) fn files_of(
        &self,
        is_meant: impl Fn(Placed) -> bool,
    ) -> Result<Vec<(Placed, Vec<u8>)>, Failure> {
        let mut found = Vec::new();
        for (at, system) in self.systems.iter().enumerate() {
            let mut parents: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
            for record in system.index.records() {
                let place = (at, system.packages[record.package.0]);
                if matches!(record.entry, Entry::Dir { .. }) || !is_meant(place) {
                    continue;
                }
                let path = record.entry.path();
                let slash = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                let (parent, name) = path.split_at(slash);
                if !parents.contains_key(parent) {
                    // The last component is not followed, so that of the file will do for all.
                    let real = system.index.real_path(path)?;
                    let end = real.len() - name.len().min(real.len());
                    parents.insert(parent.to_owned(), real[..end].to_owned());
                }
                found.push((place, [&system.prefix[..], &parents[parent], name].concat()));
            }
        }
        Ok(found)
    }

    /// The packages that own a path, by name and version.
    pub(crate) fn owners(&self, path: &[u8]) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        for (system, path) in self.inside(path) {
            let table = system.place.packages.packages();
            let name = |index: PackageIdx| table.get(system.packages[index.0]).cpv().to_string();
            names.extend(system.index.owners(path)?.into_iter().map(name));
        }
        Ok(names)
    }

    fn inside<'p>(&'p self, path: &'p [u8]) -> impl Iterator<Item = (&'p System<'m>, &'p [u8])> {
        self.systems.iter().filter_map(move |system| Some((system, system.inside(path)?)))
    }
}

impl System<'_> {
    /// A path of the view as this system's packages record it.
    fn inside<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        paths::below(path, &self.prefix)
    }
}

/// In a word or two, why a path is visible that no package owns.
pub(crate) fn unowned(node: &Node<'_>) -> &'static str {
    match node.reason() {
        Reason::Extra => "shown on request",
        Reason::Owned => "owned",
        Reason::Provided => "fresh",
        Reason::Generated(_) => "generated",
        Reason::Passage => "link on the way",
        Reason::Unowned => "unowned link",
        _ => "parent",
    }
}
