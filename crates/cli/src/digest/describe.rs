//! From the command line to the description of what a build sees.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use hermitage_depgraph::{Member, Source as _};
use hermitage_mountns::ByteString;
use hermitage_vdb::{DiskLinks, Entry};
use hermitage_view::RealHost;
use hermitage_view::digest::{Description, Item, Record, Recorded, Survey, What};

use super::facts;
use super::files::{Files, Trust};
use super::hashes::Hashes;
use crate::args::{ClosureArgs, RunArgs, TargetArgs, ViewArgs};
use crate::cache::sums;
use crate::closure::Selection;
use crate::failure::Failure;
use crate::import::cache_directory;
use crate::plan::{self, Surveyed};
use crate::prepare::witnesses;
use crate::report::Reporter;
use crate::source::Machine;
use crate::target;
use crate::timing::Timings;
use crate::visible::{self, Visible};

/// Whose view is described.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) target: &'a TargetArgs,
    pub(crate) closure: &'a ClosureArgs,
    pub(crate) view: &'a ViewArgs,
    pub(crate) run: &'a RunArgs,
}

/// A description of what is visible and declared, without settings, and where it is from.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) description: Description,
    /// Whether everything that would have been believed was true.
    pub(super) is_true: bool,
    pub(super) visible: Visible,
    pub(super) epoch: Option<u64>,
    /// Every path whose state had a part in it.
    pub(super) watched: Vec<ByteString>,
}

pub(super) fn describe(
    asked: Asked<'_>,
    trust: Trust,
    reporter: Reporter,
) -> Result<Described, Failure> {
    let mut timings = Timings::start();
    let Asked { target, closure, view, run } = asked;
    let Surveyed { machine, selection, visible, epoch } =
        plan::survey(target, closure, view, run, reporter, &mut timings)?;
    let wanted = target::wanted(target, closure.phase, &machine)?;
    let (mut description, belied) = paths(&visible, &selection, &machine, trust, reporter)?;
    tell(&belied, reporter);
    description.facts = facts::declared(target, &wanted, &selection, &machine)?;
    description.facts.extend(facts::trees(view)?);
    let watched = watched(asked, &machine, &selection, &description, &visible)?;
    let is_true = belied.is_empty();
    Ok(Described { description, is_true, visible, epoch, watched })
}

/// What the paths come from, and the paths themselves.
fn watched(
    asked: Asked<'_>,
    machine: &Machine,
    selection: &Selection,
    description: &Description,
    visible: &Visible,
) -> Result<Vec<ByteString>, Failure> {
    let mut watched = witnesses(asked.target, asked.view, machine)?;
    for member in selection.members() {
        let package = machine.place(member.root()).packages.entry(member.package());
        watched.push(package.dir().join("USE").as_path().into());
    }
    let root = visible.host_root.as_os_str().as_bytes();
    let root = root.strip_suffix(b"/").unwrap_or(root);
    let outside = |item: &Item| ByteString([root, &item.path[..]].concat());
    // A link is another one only when its directory has changed, and some lead to where something always changes, as to
    // /proc.
    let items = description.items.iter().filter(|item| !matches!(item.what, What::Symlink { .. }));
    watched.extend(items.map(outside));
    Ok(watched)
}

fn paths(
    visible: &Visible,
    selection: &Selection,
    machine: &Machine,
    trust: Trust,
    reporter: Reporter,
) -> Result<(Description, Vec<Vec<u8>>), Failure> {
    let host = RealHost::new(&visible.host_root);
    let recorded = recorded(visible, selection, machine)?;
    let cache = cache_directory()?;
    let hashes = Hashes::open(sums(&cache));
    let files = Files::below(&visible.host_root, &hashes, trust);
    let without = inside(&cache, &visible.host_root);
    let survey =
        Survey { view: &visible.view, host: &host, recorded: &recorded, without: &without };
    let description = survey.describe(&files)?;
    keep_sums(&hashes, reporter);
    Ok((description, files.belied()))
}

pub(super) fn keep_sums(hashes: &Hashes, reporter: Reporter) {
    if let Err(error) = hashes.save() {
        reporter.detail(format_args!("sums of files are not kept: {error}"));
    }
}

fn tell(belied: &[Vec<u8>], reporter: Reporter) {
    for path in belied {
        let path = OsStr::from_bytes(path).display();
        reporter.warning(format_args!(
            "{path}: its content is not what is recorded of it, though it has the recorded time"
        ));
    }
}

/// What the packages of the view recorded of their files.
fn recorded(
    visible: &Visible,
    selection: &Selection,
    machine: &Machine,
) -> Result<Recorded, Failure> {
    let mut recorded = Recorded::default();
    // What was imported has the times that files had then, whatever had been done to them.
    let is_imported = |member: &&Member| {
        let package = machine.place(member.root()).packages.packages().get(member.package());
        package.repository() == Some("debian")
    };
    let members = || selection.members().filter(|member| !is_imported(member));
    for (member, contents) in members().zip(visible::contents(members(), machine)) {
        let place = machine.place(member.root());
        let prefix = visible::prefix(&place.root, &visible.host_root)?;
        let Some(contents) = contents? else { continue };
        // What is damaged was told of, or has ended the run, when the view was made.
        for entry in contents.settled(&DiskLinks::new(&place.root)).flatten() {
            let Entry::Obj { path, md5, mtime } = entry else { continue };
            if let Some(record) = mtime.seconds().and_then(|time| Record::new(md5, time)) {
                recorded.add(&visible.view, &[&prefix, path].concat(), record);
            }
        }
    }
    machine.check()?;
    Ok(recorded)
}

/// Our own cache as a path of the view: it changes whenever something is looked at, and is covered inside.
pub(super) fn inside(cache: &Path, host_root: &Path) -> Vec<Vec<u8>> {
    let cache = cache.canonicalize().unwrap_or_else(|_| cache.to_owned());
    let inside = cache.strip_prefix(host_root).ok();
    inside.iter().map(|path| [b"/", path.as_os_str().as_bytes()].concat()).collect()
}
