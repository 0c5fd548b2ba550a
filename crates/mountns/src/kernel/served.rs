//! Overlays with the host's directories as data-only layers and a served metadata layer above them.

use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};

use hermitage_view::paths::is_below;
use rustix::fs::{CWD, Mode, OFlags};
use rustix::mount::MountAttrFlags;

use super::{
    Named as _, Scene, attach, bind, new_mount, overlay, relative, stack_on_root, tree, unstack,
};
use crate::plan::{Entry, EntryKind, SpecialKind};
use crate::post::Post;
use crate::served::Server;
use crate::support::Privilege;
use crate::{ByteString, Error};

const DEVICE: &str = "/dev/fuse";

/// One overlay per top of the layout, below a root that is a tmpfs, or what the server answers for.
///
/// In a tmpfs nobody learns of names that are missing directly below the root. But only processes of the view may look into what
/// is served, and who observes their calls is none.
pub(super) fn build(
    scene: &Scene<'_>,
    server: &Server,
    privilege: Privilege,
) -> Result<OwnedFd, Error> {
    let layout = &*server.layout;
    let names = mount_names(server.post(), privilege)?;
    // Attached while overlays are made, because these refuse layers of a mount that is attached nowhere; they keep a
    // clone of it, in which nothing is mounted.
    stack_on_root(&names)?;
    let overlays = layout.tops.iter().map(|top| Ok((top, mount_overlay(scene, top)?)));
    let overlays: Vec<_> = overlays.collect::<Result<_, Error>>()?;
    let root = if server.observes {
        place_base(scene, &layout.base)?;
        names
    } else {
        unstack()?;
        let (above, base) = layout.base.split_first().ok_or_else(no_root)?;
        let (root, top) = super::stack::new_root(above)?;
        tree::write(scene, top, above, base, &mut |spot| bind::bind_new(scene, spot))?;
        root
    };
    overlays.iter().try_for_each(|(path, mount)| attach(mount, path))?;
    layout.devices.iter().try_for_each(|entry| bind::bind_over(scene, entry))?;
    Ok(root)
}

fn no_root() -> Error {
    Error::at(b"/", crate::ErrorKind::Missing)
}

/// Binds what has to come from the host and is in no overlay.
fn place_base(scene: &Scene<'_>, base: &[Entry]) -> Result<(), Error> {
    let mut above: Vec<(&Entry, bool)> = Vec::new();
    for entry in base {
        above.retain(|(dir, _)| is_below(&entry.path, &dir.path));
        match &entry.kind {
            EntryKind::Dir { .. } => above.push((entry, entry.path.0 == b"/")),
            EntryKind::Symlink { .. } => tree::verify_link(entry, &scene.host)?,
            EntryKind::File { .. } => {
                // A bind would follow a link that has taken the place of a directory.
                for (dir, verified) in above.iter_mut().filter(|(_, verified)| !verified) {
                    let stat = rustix::fs::lstat(scene.host.real(&dir.path.0))
                        .named(|| format!("lstat({:?})", dir.path))?;
                    tree::verify_dir(dir, &stat)?;
                    *verified = true;
                }
                bind::bind_over(scene, entry)?;
            }
            EntryKind::Special {
                node: SpecialKind::CharDevice | SpecialKind::BlockDevice, ..
            } => bind::bind_over(scene, entry)?,
            EntryKind::Special { .. } | EntryKind::Synthetic { .. } => {}
        }
    }
    Ok(())
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
