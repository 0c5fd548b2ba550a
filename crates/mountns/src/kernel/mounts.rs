//! The declared trees and the fresh file systems.

use std::os::fd::{AsFd as _, OwnedFd};

use hermitage_view::paths::is_below;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{MountAttrFlags, OpenTreeFlags};

use super::{Named as _, attach, new_mount, relative};
use crate::host::HostTree;
use crate::plan::{Access, Bind, Plan, Tmpfs};
use crate::sys::{self, MountAttr};
use crate::{ByteString, Error, ErrorKind};

/// How many files even the smallest of the fresh file systems holds.
const LEAST_INODES: u64 = 1024;

/// A tree of the host, cloned with everything mounted in it, attached nowhere.
pub(super) struct ClonedTree<'a> {
    bind: &'a Bind,
    mount: OwnedFd,
}

pub(super) fn clone_trees<'a>(
    plan: &'a Plan,
    host: &HostTree,
) -> Result<Vec<ClonedTree<'a>>, Error> {
    plan.binds.iter().map(|bind| clone_tree(bind, host)).collect()
}

fn clone_tree<'a>(bind: &'a Bind, host: &HostTree) -> Result<ClonedTree<'a>, Error> {
    let path = &bind.source;
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE
        | OpenTreeFlags::AT_SYMLINK_NOFOLLOW;
    let mount = match rustix::mount::open_tree(CWD, host.real(&path.0), flags) {
        Err(Errno::NOENT | Errno::NOTDIR) => {
            return Err(Error::at(&path.0, ErrorKind::Missing));
        }
        mount => mount.named(|| format!("open_tree({path:?}, OPEN_TREE_CLONE|AT_RECURSIVE)"))?,
    };
    let sealed = MountAttr::NOSUID.and(MountAttr::NODEV);
    let sealed = if bind.access == Access::Read { sealed.and(MountAttr::RDONLY) } else { sealed };
    sys::mount_setattr(mount.as_fd(), sealed)
        .named(|| format!("mount_setattr(tree of {path:?}, AT_RECURSIVE)"))?;
    Ok(ClonedTree { bind, mount })
}

/// Mounts everything that goes over the view, outer paths first.
pub(super) fn place(plan: &Plan, trees: Vec<ClonedTree<'_>>) -> Result<(), Error> {
    let shm = ByteString::from("/dev/shm");
    let fresh = plan.tmpfs.iter().filter(|tmpfs| tmpfs.path != shm).map(Placed::Fresh);
    let mut all: Vec<_> = fresh.chain(trees.into_iter().map(Placed::Tree)).collect();
    all.sort_by(|a, b| a.path().cmp(b.path()));
    for (at, placed) in all.iter().enumerate() {
        if inside_fresh(placed.path(), &all[..at]) {
            make_mount_point(placed)?;
        }
        match placed {
            Placed::Fresh(tmpfs) => fresh_at(tmpfs)?,
            Placed::Tree(tree) => attach_tree(tree)?,
        }
    }
    Ok(())
}

pub(super) fn fresh(tmpfs: &Tmpfs) -> Result<(), Error> {
    fresh_at(tmpfs)
}

enum Placed<'a> {
    Fresh(&'a Tmpfs),
    Tree(ClonedTree<'a>),
}

impl Placed<'_> {
    fn path(&self) -> &ByteString {
        match self {
            Self::Fresh(tmpfs) => &tmpfs.path,
            Self::Tree(tree) => &tree.bind.destination,
        }
    }
}

fn fresh_at(tmpfs: &Tmpfs) -> Result<(), Error> {
    let mut options = vec![("mode", format!("{:o}", tmpfs.mode))];
    // Empty files cost memory too: one for each page, as the kernel has it by default.
    options.extend(tmpfs.size.into_iter().flat_map(|size| {
        [("size", size.to_string()), ("nr_inodes", (size / 4096).max(LEAST_INODES).to_string())]
    }));
    let flags = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    attach(&new_mount("tmpfs", &options, &[], flags)?, &tmpfs.path)
}

fn attach_tree(tree: &ClonedTree<'_>) -> Result<(), Error> {
    attach(&tree.mount, &tree.bind.destination)
}

/// Whether the innermost mount around `path` is one of the fresh, empty ones.
fn inside_fresh(path: &ByteString, before: &[Placed<'_>]) -> bool {
    let around = |placed: &&Placed<'_>| is_below(path, placed.path());
    matches!(before.iter().rfind(around), Some(Placed::Fresh(_)))
}

fn make_mount_point(placed: &Placed<'_>) -> Result<(), Error> {
    let path = placed.path();
    let target = relative(path);
    let mode = Mode::from_raw_mode(0o755);
    let ends = target.iter().enumerate().filter(|&(_, &byte)| byte == b'/').map(|(at, _)| at);
    for end in ends {
        exists(rustix::fs::mkdir(&target[..end], mode))
            .named(|| format!("mkdir(above {path:?})"))?;
    }
    if is_dir(placed)? {
        return exists(rustix::fs::mkdir(target, mode)).named(|| format!("mkdir({path:?})"));
    }
    let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    rustix::fs::open(target, flags, Mode::from_raw_mode(0o644))
        .map(drop)
        .named(|| format!("open({path:?}, O_CREAT)"))
}

fn is_dir(placed: &Placed<'_>) -> Result<bool, Error> {
    let Placed::Tree(tree) = placed else { return Ok(true) };
    let stat = rustix::fs::statat(&tree.mount, "", AtFlags::EMPTY_PATH)
        .named(|| format!("fstat(tree of {:?})", tree.bind.source))?;
    Ok(FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
}

fn exists(result: Result<(), Errno>) -> Result<(), Errno> {
    match result {
        // What lies on the read-only part above exists already, and says so in one of these ways.
        Err(Errno::EXIST | Errno::ROFS) => Ok(()),
        other => other,
    }
}
