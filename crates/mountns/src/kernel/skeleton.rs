//! Overlays with the host's directories as data-only layers and a metadata tree in a tmpfs above them.

use std::os::fd::OwnedFd;

use rustix::fs::{Gid, Mode, OFlags, Uid, XattrFlags};

use super::layout::{self, Part};
use super::tree::{self, Spot};
use super::{Named as _, Scene, attach, new_tmpfs, overlay, stack_on_root, unstack};
use crate::Error;
use crate::plan::{Entry, EntryKind};

/// One overlay per topmost directory that can be one; single binds where there is none.
pub(super) fn build(scene: &Scene<'_>) -> Result<OwnedFd, Error> {
    let mounts = layout::mount_points(&scene.host)?;
    let parts = layout::parts(&scene.plan.entries, &mounts);
    // Attached while overlays are made, because these refuse layers of a mount that is attached nowhere; they keep a
    // clone of it.
    let metadata = new_tmpfs(0o755, None)?;
    stack_on_root(&metadata)?;
    let overlays = parts.iter().filter_map(|part| match part {
        Part::Overlay(top, inner) => Some((*top, *inner)),
        Part::Base(_) => None,
    });
    let overlays: Vec<_> = overlays
        .enumerate()
        .map(|(number, (top, inner))| Overlay::build(scene, number, top, inner))
        .collect::<Result<_, _>>()?;
    unstack()?;
    let (root, top) = super::stack::new_root(&scene.plan.entries[0])?;
    let base: Vec<Entry> = parts.iter().map(base_entry).collect();
    tree::write(scene, top, &scene.plan.entries[0], &base, &mut |spot| {
        super::bind::bind_new(scene, spot)
    })?;
    overlays.iter().try_for_each(|overlay| overlay.attach(scene))?;
    Ok(root)
}

fn base_entry(part: &Part<'_>) -> Entry {
    let (Part::Base(entry) | Part::Overlay(entry, _)) = part;
    (*entry).clone()
}

struct Overlay<'a> {
    top: &'a Entry,
    mount: OwnedFd,
    /// Devices, which no metadata file can stand for.
    devices: Vec<&'a Entry>,
}

impl<'a> Overlay<'a> {
    fn build(
        scene: &Scene<'_>,
        number: usize,
        top: &'a Entry,
        inner: &'a [Entry],
    ) -> Result<Self, Error> {
        let layer = layer_dir(scene, number, top)?;
        let write_in = layer
            .try_clone()
            .map_err(|_full| Error::call("fcntl(F_DUPFD_CLOEXEC)", rustix::io::Errno::MFILE))?;
        tree::write_in_parallel(scene, write_in, top, inner, &|spot| match spot.entry.kind {
            EntryKind::File { .. } => metadata_file(scene, spot, top),
            _ => tree::make_node(spot, rustix::fs::FileType::RegularFile, 0),
        })?;
        let devices = inner.iter().filter(|entry| is_device(&entry.kind)).collect();
        Ok(Self { top, mount: overlay::mount(scene, &layer, &top.path)?, devices })
    }

    fn attach(&self, scene: &Scene<'_>) -> Result<(), Error> {
        attach(&self.mount, &self.top.path)?;
        self.devices.iter().try_for_each(|entry| super::bind::bind_over(scene, entry))
    }
}

fn is_device(kind: &EntryKind) -> bool {
    use crate::plan::SpecialKind::{BlockDevice, CharDevice};
    matches!(kind, EntryKind::Special { node: CharDevice | BlockDevice, .. })
}

/// The directory of the metadata tmpfs, the working directory, that stands for `top`.
fn layer_dir(scene: &Scene<'_>, number: usize, top: &Entry) -> Result<OwnedFd, Error> {
    let EntryKind::Dir { mode } = top.kind else {
        return Err(Error::at(&top.path.0, crate::ErrorKind::NoParent));
    };
    let name = number.to_string();
    rustix::fs::mkdir(&name, Mode::from_raw_mode(mode))
        .named(|| format!("mkdir(layer of {:?})", top.path))?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = rustix::fs::open(&name, flags, Mode::empty())
        .named(|| format!("open(layer of {:?})", top.path))?;
    if scene.ownership {
        let stat = rustix::fs::lstat(scene.host.real(&top.path.0))
            .named(|| format!("lstat({:?})", top.path))?;
        chown(&dir, &stat, top)?;
    }
    Ok(dir)
}

/// An empty file of the right size that sends the overlay to the host's file for the content.
fn metadata_file(scene: &Scene<'_>, spot: &Spot<'_>, top: &Entry) -> Result<(), Error> {
    let entry = spot.entry;
    let EntryKind::File { mode, size, mtime } = entry.kind else { return Ok(()) };
    let stat = rustix::fs::lstat(scene.host.real(&entry.path.0))
        .named(|| format!("lstat({:?})", entry.path))?;
    tree::verify(entry, &stat)?;
    let fd = tree::create(spot, mode & 0o777)?;
    rustix::fs::ftruncate(&fd, size).named(|| format!("ftruncate({:?}, {size})", entry.path))?;
    for (name, value) in [
        ("user.overlay.redirect", layout::redirect(top, entry)),
        ("user.overlay.metacopy", &b""[..]),
    ] {
        rustix::fs::fsetxattr(&fd, name, value, XattrFlags::CREATE)
            .named(|| format!("fsetxattr({:?}, {name:?})", entry.path))?;
    }
    if scene.ownership {
        chown(&fd, &stat, entry)?;
    }
    rustix::fs::futimens(&fd, &tree::times(mtime)).named(|| format!("futimens({:?})", entry.path))
}

fn chown(fd: &OwnedFd, stat: &rustix::fs::Stat, entry: &Entry) -> Result<(), Error> {
    let owner = (stat.st_uid, stat.st_gid);
    if owner == (0, 0) {
        return Ok(());
    }
    let (uid, gid) = (Uid::from_raw(owner.0), Gid::from_raw(owner.1));
    tree::unless_unmapped(rustix::fs::fchown(fd, Some(uid), Some(gid)))
        .named(|| format!("fchown({:?}, {}, {})", entry.path, owner.0, owner.1))
}
