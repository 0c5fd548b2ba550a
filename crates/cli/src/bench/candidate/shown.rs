//! What other programs are told to show: the entries of a plan, one by one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hermitage_mountns::{Access, ByteString, EntryKind, Plan};

use super::{path, unwritable};

/// Something to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item<'p> {
    /// A directory with nothing in it.
    Empty(&'p ByteString),
    /// A file of the host, or one made for it where its content is not the host's, at a path.
    File {
        source: ByteString,
        at: &'p ByteString,
    },
    Link {
        target: &'p ByteString,
        at: &'p ByteString,
    },
    /// A directory or file with all that is in it.
    Tree {
        path: &'p ByteString,
        access: Access,
    },
}

/// The items of a plan in its order, its binds last. Files with content of their own are made in `directory`.
///
/// # Errors
/// When one can't be written.
pub(super) fn items<'p>(plan: &'p Plan, directory: &Path) -> Result<Vec<Item<'p>>, String> {
    let held: BTreeSet<&[u8]> =
        plan.entries.iter().filter_map(|entry| parent(&entry.path)).collect();
    let bound = |path: &ByteString| plan.binds.iter().any(|bind| bind.destination == *path);
    let mut items = Vec::with_capacity(plan.entries.len());
    for entry in
        plan.entries.iter().filter(|entry| !is_fresh(plan, &entry.path) && !bound(&entry.path))
    {
        items.push(match &entry.kind {
            EntryKind::Dir { .. } if held.contains(entry.path.as_bytes()) => continue,
            EntryKind::Dir { .. } => Item::Empty(&entry.path),
            EntryKind::Symlink { target } => Item::Link { target, at: &entry.path },
            EntryKind::Synthetic { content, .. } => {
                let place = made(directory, items.len(), content)?;
                Item::File { source: path(&place), at: &entry.path }
            }
            _ => Item::File { source: real(plan, &entry.path), at: &entry.path },
        });
    }
    items.extend(
        plan.binds.iter().map(|bind| Item::Tree { path: &bind.destination, access: bind.access }),
    );
    Ok(items)
}

fn parent(path: &ByteString) -> Option<&[u8]> {
    let slash = path.0.iter().rposition(|&byte| byte == b'/')?;
    (path.0.len() > 1).then(|| if slash == 0 { &b"/"[..] } else { &path.0[..slash] })
}

/// These are made by the program itself.
fn is_fresh(plan: &Plan, path: &ByteString) -> bool {
    [&b"/"[..], b"/proc", b"/dev"].contains(&path.as_bytes())
        || plan.tmpfs.iter().any(|tmpfs| tmpfs.path == *path)
}

fn real(plan: &Plan, path: &ByteString) -> ByteString {
    let root = plan.host_root.as_bytes().strip_suffix(b"/").unwrap_or(plan.host_root.as_bytes());
    ByteString([root, path.as_bytes()].concat())
}

fn made(directory: &Path, number: usize, content: &ByteString) -> Result<PathBuf, String> {
    let place = directory.join(format!("content-{number}"));
    let written =
        fs::create_dir_all(directory).and_then(|()| fs::write(&place, content.as_bytes()));
    written.map_err(|error| unwritable(&place, &error))?;
    Ok(place)
}
