//! Writes directories, links and files of a plan into a tmpfs.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Stat, Timespec, Timestamps, Uid};
use rustix::io::Errno;

use super::{Named as _, Scene};
use crate::host::{HostTree, lookup_error};
use crate::plan::{Entry, EntryKind, SpecialKind, Timestamp};
use crate::{ByteString, Error, ErrorKind};

/// When every directory was last modified, as [`EntryKind::Dir`] promises.
const DIRECTORY_TIME: Timestamp = Timestamp(1, 0);

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
    let mut open = vec![OpenDir { entry: above, fd: top, verified: false }];
    for entry in entries {
        while open.len() > 1 && open.last().is_some_and(|dir| !dir.holds(&entry.path)) {
            open.pop().map_or(Ok(()), OpenDir::close)?;
        }
        if matches!(entry.kind, EntryKind::File { .. }) {
            open.iter_mut().try_for_each(|dir| dir.verify(scene))?;
        }
        let Some(dir) = open.last() else { break };
        let name = name_of(&entry.path);
        let spot = Spot { dir: dir.fd.as_fd(), name, entry };
        match &entry.kind {
            EntryKind::Dir { mode } => {
                let fd = make_dir(scene, &spot, *mode)?;
                open.push(OpenDir { entry, fd, verified: false });
            }
            EntryKind::Symlink { target } => {
                verify_link(entry, &scene.host)?;
                rustix::fs::symlinkat(&target.0[..], spot.dir, spot.name)
                    .named(|| format!("symlinkat({target:?}, {:?})", entry.path))?;
                copy_owner(scene, &spot)?;
            }
            EntryKind::Synthetic { mode, content } => {
                write_file(&spot, *mode, &content.0)?;
            }
            EntryKind::Special { node: SpecialKind::Fifo, mode } => {
                make_node(&spot, FileType::Fifo, *mode)?;
                copy_owner(scene, &spot)?;
            }
            EntryKind::Special { node: SpecialKind::Socket, mode } => {
                make_node(&spot, FileType::Socket, *mode)?;
                copy_owner(scene, &spot)?;
            }
            EntryKind::File { .. } | EntryKind::Special { .. } => place(&spot)?,
        }
    }
    open.into_iter().rev().try_for_each(OpenDir::close)
}

struct OpenDir<'p> {
    entry: &'p Entry,
    fd: OwnedFd,
    verified: bool,
}

impl OpenDir<'_> {
    fn holds(&self, path: &ByteString) -> bool {
        let dir = &self.entry.path.0;
        path.0
            .strip_prefix(&dir[..])
            .is_some_and(|rest| dir.ends_with(b"/") || rest.starts_with(b"/"))
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
    fn close(self) -> Result<(), Error> {
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

fn make_dir(scene: &Scene<'_>, spot: &Spot<'_>, mode: u32) -> Result<OwnedFd, Error> {
    let path = &spot.entry.path;
    rustix::fs::mkdirat(spot.dir, spot.name, Mode::from_raw_mode(mode))
        .named(|| format!("mkdirat({path:?}, {mode:o})"))?;
    copy_owner(scene, spot)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(spot.dir, spot.name, flags, Mode::empty())
        .named(|| format!("openat({path:?}, O_DIRECTORY)"))
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
