//! Writes directories, links and files of a plan into a tmpfs.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use hermitage_view::paths::is_below;
use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Stat, Timespec, Timestamps, Uid};
use rustix::io::Errno;

use super::{Named as _, Scene};
use crate::crowd::{in_parallel, threads_for};
use crate::host::{HostTree, lookup_error};
use crate::plan::{Entry, EntryKind, SpecialKind, Timestamp};
use crate::{ByteString, Error, ErrorKind};

/// When every directory was last modified, as [`EntryKind::Dir`] promises.
pub(super) const DIRECTORY_TIME: Timestamp = Timestamp(1, 0);

const SET_GROUP_ID: u32 = 0o2000;

/// Where an entry goes.
pub(super) struct Spot<'a> {
    pub(super) dir: BorrowedFd<'a>,
    pub(super) name: &'a [u8],
    pub(super) entry: &'a Entry,
}

/// Writes `entries`, which are in path order, below the directory `top`, which stands for the path of `above`.
///
/// `place` is called for what has to come from the host: files and devices.
pub(super) fn write<'p>(
    scene: &Scene<'_>,
    top: OwnedFd,
    above: &'p Entry,
    entries: &'p [Entry],
    place: &mut impl FnMut(&Spot<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut walk = Walk::from(scene, above, top);
    if scene.plan.surroundings.sorted_listings && lists_newest_first()? {
        walk.last_first(entries, place)?;
        return walk.leave(Pass::Everything);
    }
    walk.all(entries, Pass::Everything, place)
}

/// Whether the names in a directory of a tmpfs come in the order in which they were made, or, as in most kernels, in the
/// opposite one (`offset_readdir`, `dcache_readdir`).
fn lists_newest_first() -> Result<bool, Error> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let top = rustix::fs::openat(super::new_tmpfs(0o700, None)?, ".", flags, Mode::empty())
        .named(|| "open(tmpfs, to list it)".into())?;
    for name in ["1", "2"] {
        rustix::fs::mkdirat(&top, name, Mode::from_raw_mode(0o700))
            .named(|| "mkdirat(tmpfs, to list it)".into())?;
    }
    let listing = rustix::fs::Dir::read_from(&top).named(|| "getdents(tmpfs)".into())?;
    let mut names = listing.flatten().map(|entry| entry.file_name().to_bytes().to_vec());
    Ok(names.find(|name| !name.starts_with(b".")).is_some_and(|first| first == b"2"))
}

/// The same by all processors, when there is enough to do: first the directories, then what is in them, then their times,
/// which change with what is made in them.
pub(super) fn write_in_parallel<'p>(
    scene: &Scene<'_>,
    top: OwnedFd,
    above: &'p Entry,
    entries: &'p [Entry],
    place: &(impl Fn(&Spot<'_>) -> Result<(), Error> + Sync),
) -> Result<(), Error> {
    // In which order several make things is nobody's to say.
    if threads_for(entries.len()) < 2 || scene.plan.surroundings.sorted_listings {
        return write(scene, top, above, entries, &mut |spot| place(spot));
    }
    let again = || {
        rustix::io::fcntl_dupfd_cloexec(&top, 0)
            .map(|top| Walk::from(scene, above, top))
            .named(|| "fcntl(F_DUPFD_CLOEXEC)".into())
    };
    again()?.all(entries, Pass::Directories, &mut |_| Ok(()))?;
    for pass in [Pass::Contents, Pass::Times] {
        let piece = |before: usize, piece: &'p [Entry]| {
            let mut walk = again()?;
            walk.go_to(&entries[..before], piece)?;
            walk.all(piece, pass, &mut |spot| place(spot))
        };
        in_parallel(entries, piece).into_iter().collect::<Result<(), Error>>()?;
    }
    Ok(())
}

/// What is done on the way through a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    Everything,
    Directories,
    Contents,
    Times,
}

/// A way through a tree, with the directories from its top to the entry before open.
struct Walk<'p, 's> {
    scene: &'s Scene<'s>,
    open: Vec<OpenDir<'p>>,
}

impl<'p, 's> Walk<'p, 's> {
    fn from(scene: &'s Scene<'s>, above: &'p Entry, top: OwnedFd) -> Self {
        Self { scene, open: vec![OpenDir { entry: above, fd: top, verified: false }] }
    }

    /// Opens the directories, which are there already, that the first of these entries is in.
    fn go_to(&mut self, before: &'p [Entry], entries: &[Entry]) -> Result<(), Error> {
        let Some(first) = entries.first() else { return Ok(()) };
        let mut above: Vec<&Entry> = Vec::new();
        for entry in before.iter().rev() {
            let lowest = above.last().map_or(&first.path, |lowest| &lowest.path);
            if matches!(entry.kind, EntryKind::Dir { .. }) && is_below(lowest, &entry.path) {
                above.push(entry);
            }
        }
        above.into_iter().rev().try_for_each(|entry| self.enter(entry))
    }

    fn all(
        mut self,
        entries: &'p [Entry],
        pass: Pass,
        place: &mut impl FnMut(&Spot<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for entry in entries {
            while self.open.len() > 1 && self.open.last().is_some_and(|dir| !dir.holds(&entry.path))
            {
                self.open.pop().map_or(Ok(()), |dir| dir.close(pass))?;
            }
            match entry.kind {
                EntryKind::Dir { mode } => {
                    if let (Pass::Everything | Pass::Directories, Some(spot)) =
                        (pass, self.spot(entry))
                    {
                        make_dir(self.scene, &spot, mode)?;
                    }
                    self.enter(entry)?;
                }
                _ if matches!(pass, Pass::Directories | Pass::Times) => {}
                _ => self.make(entry, place)?,
            }
        }
        self.leave(pass)
    }

    /// Makes everything, in each directory the last name first.
    fn last_first(
        &mut self,
        entries: &'p [Entry],
        place: &mut impl FnMut(&Spot<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (entry, inner) in families(entries).into_iter().rev() {
            let EntryKind::Dir { mode } = entry.kind else {
                self.make(entry, place)?;
                continue;
            };
            if let Some(spot) = self.spot(entry) {
                make_dir(self.scene, &spot, mode)?;
            }
            self.enter(entry)?;
            self.last_first(inner, place)?;
            self.open.pop().map_or(Ok(()), |dir| dir.close(Pass::Everything))?;
        }
        Ok(())
    }

    fn leave(self, pass: Pass) -> Result<(), Error> {
        self.open.into_iter().rev().try_for_each(|dir| dir.close(pass))
    }

    fn spot(&self, entry: &'p Entry) -> Option<Spot<'_>> {
        let dir = self.open.last()?.fd.as_fd();
        Some(Spot { dir, name: name_of(&entry.path), entry })
    }

    /// Opens a directory that is there.
    fn enter(&mut self, entry: &'p Entry) -> Result<(), Error> {
        let Some(spot) = self.spot(entry) else { return Ok(()) };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(spot.dir, spot.name, flags, Mode::empty())
            .named(|| format!("openat({:?}, O_DIRECTORY)", entry.path))?;
        self.open.push(OpenDir { entry, fd, verified: false });
        Ok(())
    }

    /// Makes what is no directory.
    fn make(
        &mut self,
        entry: &'p Entry,
        place: &mut impl FnMut(&Spot<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let scene = self.scene;
        if matches!(entry.kind, EntryKind::File { .. }) {
            self.open.iter_mut().try_for_each(|dir| dir.verify(scene))?;
        }
        let Some(spot) = self.spot(entry) else { return Ok(()) };
        match &entry.kind {
            EntryKind::Dir { .. } => Ok(()),
            EntryKind::Symlink { target } => {
                verify_link(entry, &scene.host)?;
                rustix::fs::symlinkat(&target.0[..], spot.dir, spot.name)
                    .named(|| format!("symlinkat({target:?}, {:?})", entry.path))?;
                copy_owner(scene, &spot)
            }
            EntryKind::Synthetic { mode, content } => write_file(&spot, *mode, &content.0),
            EntryKind::Special { node: SpecialKind::Fifo, mode } => {
                make_node(&spot, FileType::Fifo, *mode)?;
                copy_owner(scene, &spot)
            }
            EntryKind::Special { node: SpecialKind::Socket, mode } => {
                make_node(&spot, FileType::Socket, *mode)?;
                copy_owner(scene, &spot)
            }
            EntryKind::File { .. } | EntryKind::Special { .. } => place(&spot),
        }
    }
}

/// The topmost of these entries, each with what is below it.
fn families(entries: &[Entry]) -> Vec<(&Entry, &[Entry])> {
    let (mut families, mut rest) = (Vec::new(), entries);
    while let Some((entry, after)) = rest.split_first() {
        let end = after.partition_point(|other| is_below(&other.path, &entry.path));
        families.push((entry, &after[..end]));
        rest = &after[end..];
    }
    families
}

struct OpenDir<'p> {
    entry: &'p Entry,
    fd: OwnedFd,
    verified: bool,
}

impl OpenDir<'_> {
    fn holds(&self, path: &ByteString) -> bool {
        is_below(path, &self.entry.path)
    }

    /// Makes sure that what holds a file of the host is no link meanwhile: binds would follow it, and overlays would
    /// find none of the files below when the command is running already.
    fn verify(&mut self, scene: &Scene<'_>) -> Result<(), Error> {
        let path = &self.entry.path;
        if self.verified || path.0 == b"/" {
            return Ok(());
        }
        self.verified = true;
        let stat =
            rustix::fs::lstat(scene.host.real(&path.0)).named(|| format!("lstat({path:?})"))?;
        verify_dir(self.entry, &stat)
    }

    /// Sets the time of modification, which nothing changes once everything is in it; and the mode, of which mkdir leaves
    /// out the set-group-id bit, and which a directory made in here would have inherited.
    ///
    /// Not when only a part of what is in it was made.
    fn close(self, pass: Pass) -> Result<(), Error> {
        if matches!(pass, Pass::Directories | Pass::Contents) {
            return Ok(());
        }
        if let EntryKind::Dir { mode } = self.entry.kind
            && mode & SET_GROUP_ID != 0
        {
            rustix::fs::fchmod(&self.fd, Mode::from_raw_mode(mode))
                .named(|| format!("fchmod({:?}, {mode:o})", self.entry.path))?;
        }
        rustix::fs::futimens(&self.fd, &times(DIRECTORY_TIME))
            .named(|| format!("futimens({:?})", self.entry.path))
    }
}

fn make_dir(scene: &Scene<'_>, spot: &Spot<'_>, mode: u32) -> Result<(), Error> {
    rustix::fs::mkdirat(spot.dir, spot.name, Mode::from_raw_mode(mode))
        .named(|| format!("mkdirat({:?}, {mode:o})", spot.entry.path))?;
    copy_owner(scene, spot)
}

pub(super) fn write_file(spot: &Spot<'_>, mode: u32, content: &[u8]) -> Result<(), Error> {
    let path = &spot.entry.path;
    let fd = create(spot, mode)?;
    std::io::Write::write_all(&mut std::fs::File::from(fd), content).map_err(|error| {
        let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
        Error::call(format!("write({path:?}, {} bytes)", content.len()), errno)
    })
}

pub(super) fn create(spot: &Spot<'_>, mode: u32) -> Result<OwnedFd, Error> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    rustix::fs::openat(spot.dir, spot.name, flags, Mode::from_raw_mode(mode))
        .named(|| format!("openat({:?}, O_CREAT)", spot.entry.path))
}

pub(super) fn make_node(spot: &Spot<'_>, kind: FileType, mode: u32) -> Result<(), Error> {
    rustix::fs::mknodat(spot.dir, spot.name, kind, Mode::from_raw_mode(mode), 0)
        .named(|| format!("mknodat({:?}, {kind:?})", spot.entry.path))
}

/// Gives the new entry the owner of the host's, where that is possible.
fn copy_owner(scene: &Scene<'_>, spot: &Spot<'_>) -> Result<(), Error> {
    if !scene.ownership {
        return Ok(());
    }
    let path = &spot.entry.path;
    let Ok(stat) = rustix::fs::lstat(scene.host.real(&path.0)) else {
        return Ok(()); // Not of the host: made up by the plan, and root's.
    };
    if (stat.st_uid, stat.st_gid) == (0, 0) {
        return Ok(());
    }
    let (uid, gid) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
    unless_unmapped(rustix::fs::chownat(
        spot.dir,
        spot.name,
        Some(uid),
        Some(gid),
        AtFlags::SYMLINK_NOFOLLOW,
    ))
    .named(|| format!("fchownat({path:?}, {}, {})", stat.st_uid, stat.st_gid))
}

/// An owner without an id in this user namespace, as most are to root of a container, can be given to nothing:
/// then it stays root, as it does for an ordinary user.
pub(super) fn unless_unmapped(result: Result<(), Errno>) -> Result<(), Errno> {
    match result {
        Err(Errno::INVAL) => Ok(()),
        other => other,
    }
}

pub(super) fn times(Timestamp(sec, nsec): Timestamp) -> Timestamps {
    let time = Timespec { tv_sec: sec, tv_nsec: i64::from(nsec) };
    Timestamps { last_access: time, last_modification: time }
}

pub(super) fn name_of(path: &ByteString) -> &[u8] {
    path.0.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}

/// Makes sure that the host has a directory.
pub(crate) fn verify_dir(entry: &Entry, stat: &Stat) -> Result<(), Error> {
    let found = FileType::from_raw_mode(stat.st_mode);
    let planned = FileType::Directory;
    let same = planned == found;
    differs(entry, "type", &format_args!("{planned:?}"), &format_args!("{found:?}"), same)
}

/// Makes sure that the host has a link, and that it leads where it led; of others there is nothing to tell.
pub(crate) fn verify_link(entry: &Entry, host: &HostTree) -> Result<(), Error> {
    let EntryKind::Symlink { target } = &entry.kind else { return Ok(()) };
    let real = host.real(&entry.path.0);
    match rustix::fs::readlink(&real[..], Vec::new()) {
        Ok(found) if found.as_bytes() == &target.0[..] => Ok(()),
        Ok(found) => {
            let found = ByteString::from(found.as_bytes());
            differs(entry, "target", target, &found, false)
        }
        Err(Errno::INVAL) => differs(entry, "type", &"a symbolic link", &"something else", false),
        Err(errno) => Err(lookup_error("readlink", &entry.path.0, errno)),
    }
}

/// Compares what the host has now with what the plan was made from.
pub(crate) fn verify(entry: &Entry, stat: &Stat) -> Result<(), Error> {
    let found = FileType::from_raw_mode(stat.st_mode);
    let planned = match &entry.kind {
        EntryKind::Special { node: SpecialKind::CharDevice, .. } => FileType::CharacterDevice,
        EntryKind::Special { node: SpecialKind::BlockDevice, .. } => FileType::BlockDevice,
        _ => FileType::RegularFile,
    };
    differs(
        entry,
        "type",
        &format_args!("{planned:?}"),
        &format_args!("{found:?}"),
        planned == found,
    )?;
    let EntryKind::File { mode, size, mtime } = entry.kind else { return Ok(()) };
    let is = stat.st_mode & 0o7777;
    differs(entry, "mode", &format_args!("{mode:o}"), &format_args!("{is:o}"), mode == is)?;
    let is = u64::try_from(stat.st_size).unwrap_or_default();
    differs(entry, "size", &size, &is, size == is)?;
    let is = Timestamp(stat.st_mtime, u32::try_from(stat.st_mtime_nsec).unwrap_or_default());
    let show = |Timestamp(sec, nsec)| format!("{sec}.{nsec:09}");
    if mtime == is {
        return Ok(());
    }
    differs(entry, "time of modification", &show(mtime), &show(is), false)
}

fn differs(
    entry: &Entry,
    what: &str,
    planned: &dyn std::fmt::Display,
    found: &dyn std::fmt::Display,
    same: bool,
) -> Result<(), Error> {
    if same {
        return Ok(());
    }
    let kind = ErrorKind::Changed {
        what: what.into(),
        planned: planned.to_string(),
        found: found.to_string(),
    };
    Err(Error::at(&entry.path.0, kind))
}
