//! A fresh `/proc` and a minimal `/dev`.

use std::os::fd::AsFd as _;

use rustix::fs::{CWD, FileType, Mode};
use rustix::io::Errno;
use rustix::mount::{MountAttrFlags, OpenTreeFlags};

use super::{Named as _, attach, new_mount, new_tmpfs};
use crate::plan::{Plan, SystemCalls};
use crate::support::Privilege;
use crate::sys::{self, MountAttr};
use crate::{ByteString, Error};

const NODES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
const LINKS: [(&str, &str); 5] = [
    ("ptmx", "pts/ptmx"),
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
];
/// What root could change the whole machine through: permission there goes by owner, not by capability.
const MACHINE_WIDE: [&str; 9] =
    ["acpi", "bus", "driver", "fs", "irq", "pressure", "scsi", "sys", "sysrq-trigger"];
/// What root could read of the memory and the kernel, permission again going by owner.
const SECRET: [&str; 14] = [
    "iomem",
    "ioports",
    "kcore",
    "kmsg",
    "kpagecgroup",
    "kpagecount",
    "kpageflags",
    "latency_stats",
    "mtrr",
    "pagetypeinfo",
    "sched_debug",
    "slabinfo",
    "timer_list",
    "vmallocinfo",
];
/// The names of all keys of the caller's user, whichever keyring they are in.
const KEYS: [&str; 2] = ["key-users", "keys"];

pub(super) fn mount_proc(plan: &Plan, privilege: Privilege) -> Result<(), Error> {
    let flags = MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    let proc = new_mount("proc", &[], &[], flags)?;
    attach(&proc, &"/proc".into())?;
    if privilege == Privilege::Root {
        MACHINE_WIDE.iter().try_for_each(|name| protect(&format!("/proc/{name}")))?;
        SECRET.iter().try_for_each(|name| mask(&format!("/proc/{name}")))?;
    }
    // A container inside gets a /proc of its own only where nothing of this one is covered.
    if plan.system_calls != SystemCalls::Nested {
        KEYS.iter().try_for_each(|name| mask(&format!("/proc/{name}")))?;
    }
    Ok(())
}

/// Mounts a path of the view over itself, read-only; a path that is not there needs no protection.
fn protect(path: &str) -> Result<(), Error> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE;
    let tree = match rustix::mount::open_tree(CWD, &path[1..], flags) {
        Err(Errno::NOENT) => return Ok(()),
        tree => tree.named(|| format!("open_tree({path:?}, OPEN_TREE_CLONE)"))?,
    };
    sys::mount_setattr(tree.as_fd(), MountAttr::RDONLY)
        .named(|| format!("mount_setattr({path:?}, RDONLY)"))?;
    attach(&tree, &path.into())
}

/// Mounts a device over a path of the view that is there, where it can't be opened.
fn mask(path: &str) -> Result<(), Error> {
    if matches!(rustix::fs::lstat(&path[1..]), Err(Errno::NOENT)) {
        return Ok(());
    }
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let null = rustix::mount::open_tree(CWD, "/dev/null", flags)
        .named(|| "open_tree(\"/dev/null\", OPEN_TREE_CLONE)".into())?;
    sys::mount_setattr(null.as_fd(), MountAttr::RDONLY.and(MountAttr::NODEV))
        .named(|| "mount_setattr(\"/dev/null\", RDONLY|NODEV)".into())?;
    attach(&null, &path.into())
}

pub(super) fn mount_dev(plan: &Plan) -> Result<(), Error> {
    let dev = new_tmpfs(0o755, None)?;
    attach(&dev, &"/dev".into())?;
    for name in NODES {
        let path = format!("dev/{name}");
        rustix::fs::mknodat(CWD, &path, FileType::RegularFile, Mode::from_raw_mode(0o666), 0)
            .named(|| format!("mknodat(\"/{path}\")"))?;
        rustix::mount::mount_bind(format!("/{path}"), &path)
            .named(|| format!("mount(\"/{path}\", \"/{path}\", MS_BIND)"))?;
    }
    for (name, target) in LINKS {
        rustix::fs::symlink(target, format!("dev/{name}"))
            .named(|| format!("symlink({target:?}, \"/dev/{name}\")"))?;
    }
    for name in ["pts", "shm"] {
        rustix::fs::mkdir(format!("dev/{name}"), Mode::from_raw_mode(0o755))
            .named(|| format!("mkdir(\"/dev/{name}\")"))?;
    }
    // Set before anything writable is mounted below.
    sys::mount_setattr(
        dev.as_fd(),
        MountAttr::RDONLY.and(MountAttr::NOEXEC).and(MountAttr::NOSUID),
    )
    .named(|| "mount_setattr(\"/dev\", AT_RECURSIVE, RDONLY|NOEXEC|NOSUID)".into())?;
    mount_pts()?;
    let shm = ByteString::from("/dev/shm");
    plan.tmpfs.iter().filter(|tmpfs| tmpfs.path == shm).try_for_each(super::mounts::fresh)
}

/// Terminals of our own; the group of tty is not mapped, so mode 0620 is all that can be had.
fn mount_pts() -> Result<(), Error> {
    let options = [("ptmxmode", "0666".into()), ("mode", "0620".into())];
    let flags = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    let pts = new_mount("devpts", &options, &[], flags)?;
    attach(&pts, &"/dev/pts".into())
}
