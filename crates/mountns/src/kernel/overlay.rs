//! One overlay with a metadata layer and one data-only layer, the host's directory.

use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags};

use super::{Named as _, Scene};
use crate::{ByteString, Error, ErrorKind};

/// Mounts `layer` with the host's directory `path` behind it, attached nowhere.
pub(super) fn mount(
    scene: &Scene<'_>,
    layer: &OwnedFd,
    path: &ByteString,
) -> Result<OwnedFd, Error> {
    let data = rustix::fs::openat(
        rustix::fs::CWD,
        scene.host.real(&path.0),
        OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .named(|| format!("open({path:?}, O_PATH)"))?;
    let context = rustix::mount::fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)
        .named(|| "fsopen(\"overlay\")".into())?;
    let name = |call: &str| format!("fsconfig(overlay of {path:?}, {call})");
    rustix::mount::fsconfig_set_flag(context.as_fd(), "userxattr").named(|| name("userxattr"))?;
    // Descriptors, not paths: a value is limited to 255 bytes.
    rustix::mount::fsconfig_set_fd(context.as_fd(), "lowerdir+", layer)
        .named(|| name("lowerdir+=metadata"))?;
    rustix::mount::fsconfig_set_fd(context.as_fd(), "datadir+", &data)
        .named(|| name("datadir+=the host's"))?;
    match rustix::mount::fsconfig_create(context.as_fd()) {
        Err(Errno::INVAL) if is_overlay(&data) => return Err(too_deep(path)),
        created => created.named(|| name("FSCONFIG_CMD_CREATE"))?,
    }
    let attributes = MountAttrFlags::MOUNT_ATTR_RDONLY
        | MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV;
    rustix::mount::fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)
        .named(|| format!("fsmount(overlay of {path:?})"))
}

fn is_overlay(dir: &OwnedFd) -> bool {
    /// `OVERLAYFS_SUPER_MAGIC`.
    const MAGIC: rustix::fs::FsWord = 0x794c_7630;
    rustix::fs::fstatfs(dir).is_ok_and(|stat| stat.f_type == MAGIC)
}

/// The kernel stacks two file systems (`FILESYSTEM_MAX_STACK_DEPTH`), of which this host has both already.
fn too_deep(path: &ByteString) -> Error {
    Error::new(ErrorKind::Unsupported {
        what: format!("an overlay of {path:?}"),
        reason: "on this host it is an overlay over another one already, and the kernel stacks no third; the backend bind can show it".into(),
    })
}
