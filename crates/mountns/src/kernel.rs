//! Carries out a plan's mounts in the namespaces the process is in.

mod bind;
mod collapse;
mod covers;
mod devices;
pub(crate) mod layout;
mod mounts;
mod overlay;
mod served;
mod skeleton;
mod stack;
mod tree;

pub(crate) use tree::{verify, verify_dir, verify_link};

use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags, UnmountFlags,
};

use crate::host::HostTree;
use crate::plan::Plan;
use crate::post::Post;
use crate::served::Server;
use crate::support::{Backend, Privilege};
use crate::sys::{self, MountAttr};
use crate::{ByteString, Error, ErrorKind};

/// Makes what the plan shows the root of the calling process, and changes into it.
///
/// The process has mount and pid namespaces of its own, and the right to mount in them. Nothing is created on a
/// file system of the host: the tree grows on a tmpfs that is stacked over `/`, where only this process's
/// working directory points to it, so absolute paths lead to the host until the very end.
///
/// `server` is there for [`Backend::Served`].
pub(crate) fn enter(
    plan: &Plan,
    backend: Backend,
    privilege: Privilege,
    server: Option<&Server>,
) -> Result<(), Error> {
    let host = HostTree::new(&plan.host_root.0);
    rustix::mount::mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .named(|| "mount(\"/\", MS_REC|MS_PRIVATE)".into())?;
    // Cloned first: nothing of ours is mounted yet that a tree of the host could contain.
    let trees = mounts::clone_trees(plan, &host)?;
    let scene = Scene { plan, host, ownership: privilege == Privilege::Root };
    let root = match (backend, server) {
        (Backend::Bind, _) => bind::build(&scene)?,
        (Backend::Skeleton, _) => skeleton::build(&scene)?,
        (Backend::Served, Some(server)) => served::build(&scene, server, privilege)?,
        (Backend::Served, None) => return Err(Error::new(ErrorKind::ServerDied)),
    };
    let sealed = MountAttr::RDONLY.and(MountAttr::NOSUID).and(MountAttr::NODEV);
    sys::mount_setattr(root.as_fd(), sealed)
        .named(|| "mount_setattr(root of the view, AT_RECURSIVE, RDONLY|NOSUID|NODEV)".into())?;
    let covers = covers::make(plan)?;
    devices::mount_proc(plan, privilege)?;
    covers::place(covers)?;
    devices::mount_dev(plan)?;
    mounts::place(plan, trees)?;
    leave_host()?;
    server.map_or(Ok(()), |server| begin_serving(server.post()))
}

/// Tells the server that the view is complete, by giving it the `/proc` in which it finds who asks; and waits until it knows, for
/// nothing of what the command looks for may come before.
fn begin_serving(post: &Post) -> Result<(), Error> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let proc = rustix::fs::open("/proc", flags, Mode::empty())
        .named(|| "open(\"/proc\", O_PATH)".into())?;
    post.send(proc.as_fd())?;
    if post.is_confirmed()? { Ok(()) } else { Err(Error::new(ErrorKind::ServerDied)) }
}

/// What the parts of the setup have in common.
struct Scene<'a> {
    plan: &'a Plan,
    host: HostTree,
    /// Whether owners can be and are to be the host's.
    ownership: bool,
}

fn leave_host() -> Result<(), Error> {
    // With both the same, the old root is stacked over the new one, from where it can be taken off at once.
    rustix::process::pivot_root(".", ".").named(|| "pivot_root(\".\", \".\")".into())?;
    rustix::mount::unmount(".", UnmountFlags::DETACH)
        .named(|| "umount2(old root, MNT_DETACH)".into())?;
    rustix::process::chdir("/").named(|| "chdir(\"/\")".into())?;
    nothing_above_root()
}

/// Makes sure that no mount is left stacked over the root: `..` would lead there.
fn nothing_above_root() -> Result<(), Error> {
    let root = rustix::fs::stat("/").named(|| "stat(\"/\")".into())?;
    let above = rustix::fs::stat("/..").named(|| "stat(\"/..\")".into())?;
    if (root.st_dev, root.st_ino) == (above.st_dev, above.st_ino) {
        return Ok(());
    }
    Err(Error::at(b"/..", ErrorKind::Value("still leads to the host".into())))
}

/// A new tmpfs, not attached anywhere.
fn new_tmpfs(mode: u32, size: Option<u64>) -> Result<OwnedFd, Error> {
    let mut options = vec![("mode", format!("{mode:o}")), ("nr_inodes", "0".into())];
    options.extend(size.map(|size| ("size", size.to_string())));
    new_mount(
        "tmpfs",
        &options,
        &[],
        MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV,
    )
}

/// A new file system of a type, not attached anywhere.
fn new_mount(
    kind: &str,
    options: &[(&str, String)],
    switches: &[&str],
    attributes: MountAttrFlags,
) -> Result<OwnedFd, Error> {
    let context = rustix::mount::fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)
        .named(|| format!("fsopen({kind:?})"))?;
    for (key, value) in options {
        rustix::mount::fsconfig_set_string(context.as_fd(), *key, value.as_str())
            .named(|| format!("fsconfig({kind}, {key:?}, {value:?})"))?;
    }
    for name in switches {
        rustix::mount::fsconfig_set_flag(context.as_fd(), *name)
            .named(|| format!("fsconfig({kind}, {name:?})"))?;
    }
    rustix::mount::fsconfig_create(context.as_fd())
        .named(|| format!("fsconfig({kind}, FSCONFIG_CMD_CREATE)"))?;
    rustix::mount::fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)
        .named(|| format!("fsmount({kind})"))
}

/// Stacks a detached mount over the host's root, for this process's working directory alone, and goes there.
fn stack_on_root(mount: &OwnedFd) -> Result<(), Error> {
    rustix::mount::move_mount(mount, "", CWD, "/", MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
        .named(|| "move_mount(tmpfs, \"/\")".into())?;
    rustix::process::fchdir(mount).named(|| "fchdir(tmpfs)".into())
}

/// Takes off what [`stack_on_root`] put there, the working directory; who holds it keeps it alive.
fn unstack() -> Result<(), Error> {
    rustix::mount::unmount(".", UnmountFlags::DETACH)
        .named(|| "umount2(metadata tmpfs, MNT_DETACH)".into())
}

/// Attaches a detached mount at a path of the view.
fn attach(mount: &OwnedFd, path: &ByteString) -> Result<(), Error> {
    let target = relative(path);
    rustix::mount::move_mount(mount, "", CWD, target, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
        .named(|| format!("move_mount(new mount, {path:?})"))
}

/// A path of the view as seen from its root, the working directory during the setup.
fn relative(path: &ByteString) -> &[u8] {
    match path.0.strip_prefix(b"/").unwrap_or(&path.0) {
        b"" => b".",
        rest => rest,
    }
}

/// Names the call that failed.
pub(crate) trait Named<T> {
    fn named(self, call: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T> Named<T> for Result<T, Errno> {
    fn named(self, call: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|errno| Error::call(call(), errno))
    }
}
