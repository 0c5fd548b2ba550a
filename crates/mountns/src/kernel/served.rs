//! Overlays with the host's directories as data-only layers and a served metadata layer above them.

use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::mount::MountAttrFlags;

use super::{
    Named as _, Scene, attach, new_mount, overlay, relative, stack_on_root, tree, unstack,
};
use crate::post::Post;
use crate::served::Layout;
use crate::support::Privilege;
use crate::{ByteString, Error};

const DEVICE: &str = "/dev/fuse";

/// One overlay per top of the layout.
pub(super) fn build(
    scene: &Scene<'_>,
    layout: &Layout,
    post: &Post,
    privilege: Privilege,
) -> Result<OwnedFd, Error> {
    let metadata = mount_names(post, privilege)?;
    // Attached while overlays are made, because these refuse layers of a mount that is attached nowhere; they keep a
    // clone of it.
    stack_on_root(&metadata)?;
    let overlays = layout.tops.iter().map(|top| Ok((top, mount_overlay(scene, top)?)));
    let overlays: Vec<_> = overlays.collect::<Result<_, Error>>()?;
    unstack()?;
    let (above, base) = layout.base.split_first().ok_or_else(no_root)?;
    let (root, top) = super::stack::new_root(above)?;
    tree::write(scene, top, above, base, &mut |spot| super::bind::bind_new(scene, spot))?;
    overlays.iter().try_for_each(|(path, mount)| attach(mount, path))?;
    layout.devices.iter().try_for_each(|entry| super::bind::bind_over(scene, entry))?;
    Ok(root)
}

fn no_root() -> Error {
    Error::at(b"/", crate::ErrorKind::Missing)
}

/// Mounts what the server answers for, attached nowhere, and gives the server the device.
fn mount_names(post: &Post, privilege: Privilege) -> Result<OwnedFd, Error> {
    // Opened in the namespaces of the mount: the kernel refuses any other.
    let device = rustix::fs::open(DEVICE, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())
        .named(|| format!("open({DEVICE:?}, O_RDWR)"))?;
    let (uid, gid) = match privilege {
        Privilege::Root => (0, 0),
        Privilege::User => {
            (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw())
        }
    };
    let options = [
        ("source", "hermitage".to_owned()),
        ("fd", device.as_raw_fd().to_string()),
        ("rootmode", "40000".into()),
        ("user_id", uid.to_string()),
        ("group_id", gid.to_string()),
    ];
    let attributes = MountAttrFlags::MOUNT_ATTR_RDONLY
        | MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV;
    let mount = new_mount("fuse", &options, &["default_permissions", "allow_other"], attributes)?;
    post.send(device.as_fd())?;
    Ok(mount)
}

fn mount_overlay(scene: &Scene<'_>, top: &ByteString) -> Result<OwnedFd, Error> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let layer = rustix::fs::openat(CWD, relative(top), flags, Mode::empty())
        .named(|| format!("open(served {top:?}, O_PATH)"))?;
    overlay::mount(scene, &layer, top)
}
