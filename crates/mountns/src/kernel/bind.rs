//! One tree of bind mounts.

use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, CWD, FileType};

use super::collapse::{self, Collapsed};
use super::tree::{self, Spot};
use super::{Named as _, Scene, relative};
use crate::Error;
use crate::plan::Entry;

/// The whole view on one tmpfs, each of the host's files bound to an empty one.
pub(super) fn build(scene: &Scene<'_>) -> Result<OwnedFd, Error> {
    let (root, top) = super::stack::new_root(&scene.plan.entries[0])?;
    let entries = &scene.plan.entries;
    let mut bind = |spot: &Spot<'_>| bind_new(scene, spot);
    if !scene.plan.collapse {
        tree::write(scene, top, &entries[0], &entries[1..], &mut bind)?;
        return Ok(root);
    }
    let Collapsed { rest, whole } = collapse::find(scene)?;
    tree::write(scene, top, &entries[0], &rest, &mut bind)?;
    whole.iter().try_for_each(|entry| bind_dir(scene, entry))?;
    Ok(root)
}

fn bind_dir(scene: &Scene<'_>, entry: &Entry) -> Result<(), Error> {
    let (source, target) = (scene.host.real(&entry.path.0), relative(&entry.path));
    rustix::mount::mount_bind(&source[..], target)
        .named(|| format!("mount({:?}, {:?}, MS_BIND)", entry.path, entry.path))?;
    let stat = rustix::fs::statat(CWD, target, AtFlags::SYMLINK_NOFOLLOW)
        .named(|| format!("newfstatat({:?})", entry.path))?;
    tree::verify_dir(entry, &stat)
}

/// Makes a file to mount on, and binds the host's to it.
pub(super) fn bind_new(scene: &Scene<'_>, spot: &Spot<'_>) -> Result<(), Error> {
    tree::make_node(spot, FileType::RegularFile, 0)?;
    bind_over(scene, spot.entry)
}

/// Binds the host's file over what is at its path in the view, and makes sure that it is what the plan says.
pub(super) fn bind_over(scene: &Scene<'_>, entry: &Entry) -> Result<(), Error> {
    let (source, target) = (scene.host.real(&entry.path.0), relative(&entry.path));
    if let Err(errno) = rustix::mount::mount_bind(&source[..], target) {
        // A directory in place of the file, say: then that is what to tell.
        if let Ok(stat) = rustix::fs::lstat(&source[..]) {
            tree::verify(entry, &stat)?;
        }
        let call = format!("mount({:?}, {:?}, MS_BIND)", entry.path, entry.path);
        return Err(Error::call(call, errno));
    }
    // Asked of what was mounted, so that nothing can come between the question and the mount.
    let stat = rustix::fs::statat(CWD, target, AtFlags::SYMLINK_NOFOLLOW)
        .named(|| format!("newfstatat({:?})", entry.path))?;
    tree::verify(entry, &stat)
}
