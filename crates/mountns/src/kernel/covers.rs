//! Files and directories that stand in the place of what `/proc` tells of the machine.

use std::io::Write as _;
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{OpenTreeFlags, UnmountFlags};

use super::tree::{DIRECTORY_TIME, times};
use super::{Named as _, attach, new_tmpfs};
use crate::plan::{Cover, Plan};
use crate::sys::{self, MountAttr};
use crate::{ByteString, Error};

/// Something to be mounted, and where.
pub(super) struct MadeCover<'a> {
    path: &'a ByteString,
    mount: OwnedFd,
}

/// Makes what a plan wants covered, before `/proc` is mounted: until then there is a place to make it in.
///
/// They are written to a file system at `/proc`, which is taken off again; each lives on as a mount of its own.
pub(super) fn make(plan: &Plan) -> Result<Vec<MadeCover<'_>>, Error> {
    let covers = &plan.surroundings.proc;
    if covers.is_empty() {
        return Ok(Vec::new());
    }
    let (proc, store) = (ByteString::from("/proc"), new_tmpfs(0o755, None)?);
    attach(&store, &proc)?;
    let made = covers.iter().enumerate().map(|(at, cover)| make_one(&at.to_string(), cover));
    let made = made.collect::<Result<Vec<_>, _>>()?;
    rustix::mount::unmount("proc", UnmountFlags::DETACH)
        .named(|| "umount2(what stands for files of /proc, MNT_DETACH)".into())?;
    Ok(made)
}

fn make_one<'a>(name: &str, cover: &'a Cover) -> Result<MadeCover<'a>, Error> {
    let path = &cover.path;
    let place = format!("proc/{name}");
    let file = match &cover.content {
        Some(content) => write(&place, &content.0, path)?,
        None => make_dir(&place, path)?,
    };
    rustix::fs::futimens(&file, &times(DIRECTORY_TIME))
        .named(|| format!("futimens(in the place of {path:?})"))?;
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let mount = rustix::mount::open_tree(CWD, &place, flags)
        .named(|| format!("open_tree(in the place of {path:?}, OPEN_TREE_CLONE)"))?;
    let sealed = MountAttr::RDONLY.and(MountAttr::NOSUID).and(MountAttr::NODEV);
    sys::mount_setattr(mount.as_fd(), sealed.and(MountAttr::NOEXEC))
        .named(|| format!("mount_setattr(in the place of {path:?}, RDONLY)"))?;
    Ok(MadeCover { path, mount })
}

fn write(place: &str, content: &[u8], path: &ByteString) -> Result<OwnedFd, Error> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    let fd = rustix::fs::open(place, flags, Mode::from_raw_mode(0o444))
        .named(|| format!("open(in the place of {path:?}, O_CREAT)"))?;
    let mut file = std::fs::File::from(fd);
    file.write_all(content).map_err(|error| {
        let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
        Error::call(format!("write(in the place of {path:?})"), errno)
    })?;
    Ok(file.into())
}

fn make_dir(place: &str, path: &ByteString) -> Result<OwnedFd, Error> {
    rustix::fs::mkdir(place, Mode::from_raw_mode(0o555))
        .named(|| format!("mkdir(in the place of {path:?})"))?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(place, flags, Mode::empty())
        .named(|| format!("open(in the place of {path:?})"))
}

/// Mounts them; a kernel that does not have a file does not need one in its place.
pub(super) fn place(covers: Vec<MadeCover<'_>>) -> Result<(), Error> {
    for MadeCover { path, mount } in covers {
        if rustix::fs::lstat(super::relative(path)).is_ok() {
            attach(&mount, path)?;
        }
    }
    Ok(())
}
