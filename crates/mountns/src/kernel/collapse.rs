//! Which directories can be bound whole, because all that the host has in them is visible.

use std::collections::BTreeSet;
use std::os::unix::fs::FileTypeExt as _;

use hermitage_view::paths::is_below;

use super::{Scene, layout, tree};
use crate::Error;
use crate::host::lookup_error;
use crate::plan::{Entry, EntryKind};

/// A plan's entries, but for the root.
pub(super) struct Collapsed<'a> {
    /// Those to be made one by one; what is bound whole is an empty directory of these.
    pub(super) rest: Vec<Entry>,
    /// The directories to be bound.
    pub(super) whole: Vec<&'a Entry>,
}

/// The topmost directories that hold just what the plan has there, with no mount in them, neither the host's nor the plan's.
pub(super) fn find<'a>(scene: &'a Scene<'_>) -> Result<Collapsed<'a>, Error> {
    let mut mounts = layout::mount_points(&scene.host)?;
    mounts.extend(scene.plan.covered());
    let mut collapsed = Collapsed { rest: Vec::new(), whole: Vec::new() };
    let mut rest = &scene.plan.entries[1..];
    while let Some((entry, after)) = rest.split_first() {
        let end = after.partition_point(|other| is_below(&other.path, &entry.path));
        let (inner, next) = after.split_at(end);
        collapsed.rest.push(entry.clone());
        let crossed =
            mounts.iter().any(|mount| *mount == entry.path || is_below(mount, &entry.path));
        rest = after;
        if matches!(entry.kind, EntryKind::Dir { .. }) && !crossed && is_whole(scene, entry, inner)
        {
            // What changed since the plan was made has to be found here, since nothing is made of it.
            inner.iter().try_for_each(|entry| verify(scene, entry))?;
            collapsed.whole.push(entry);
            rest = next;
        }
    }
    Ok(collapsed)
}

/// Whether the host has the same names there, all the way down, and none that has to be other than the host's.
fn is_whole(scene: &Scene<'_>, dir: &Entry, inner: &[Entry]) -> bool {
    let is_host = |entry: &Entry| {
        matches!(
            entry.kind,
            EntryKind::Dir { .. } | EntryKind::File { .. } | EntryKind::Symlink { .. }
        )
    };
    if inner.is_empty() || !inner.iter().all(is_host) {
        return false;
    }
    let planned: BTreeSet<&[u8]> = inner.iter().map(|entry| &entry.path.0[..]).collect();
    let dirs = inner.iter().filter(|entry| matches!(entry.kind, EntryKind::Dir { .. }));
    let mut found = 0;
    for dir in [dir].into_iter().chain(dirs) {
        let real = crate::ByteString(scene.host.real(&dir.path.0));
        // One that can't be listed is not known to be whole.
        let Ok(names) = std::fs::read_dir(real.as_path()) else { return false };
        for name in names {
            let Ok(name) = name else { return false };
            let path = [&dir.path.0[..], b"/", name.file_name().as_encoded_bytes()].concat();
            let special = name.file_type().is_ok_and(|kind| {
                kind.is_fifo()
                    || kind.is_socket()
                    || kind.is_char_device()
                    || kind.is_block_device()
            });
            if special || !planned.contains(&path[..]) {
                return false;
            }
            found += 1;
        }
    }
    found == inner.len()
}

fn verify(scene: &Scene<'_>, entry: &Entry) -> Result<(), Error> {
    if let EntryKind::Symlink { .. } = entry.kind {
        return tree::verify_link(entry, &scene.host);
    }
    let stat = rustix::fs::lstat(scene.host.real(&entry.path.0))
        .map_err(|errno| lookup_error("lstat", &entry.path.0, errno))?;
    match entry.kind {
        EntryKind::Dir { .. } => tree::verify_dir(entry, &stat),
        _ => tree::verify(entry, &stat),
    }
}
