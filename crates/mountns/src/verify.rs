//! Whether the host still has what a plan was made from.

use hermitage_view::paths::is_below;

use crate::Error;
use crate::crowd::in_parallel;
use crate::host::{HostTree, lookup_error};
use crate::kernel::{verify, verify_dir, verify_link};
use crate::observation::Change;
use crate::plan::{Entry, EntryKind, SpecialKind};

/// Makes sure of every file, link and device, and that what holds them is no link.
pub(crate) fn all(entries: &[Entry], host: &HostTree) -> Result<(), Error> {
    directories(entries, host)?;
    let first = |_, entries: &[Entry]| entries.iter().find_map(|entry| check(entry, host).err());
    in_parallel(entries, first).into_iter().flatten().next().map_or(Ok(()), Err)
}

fn directories(entries: &[Entry], host: &HostTree) -> Result<(), Error> {
    // The directories from the root to the entry before, and whether each is known to be one.
    let mut open: Vec<(&Entry, bool)> = Vec::new();
    for entry in entries {
        while open.last().is_some_and(|(dir, _)| !is_below(&entry.path, &dir.path)) {
            open.pop();
        }
        match entry.kind {
            EntryKind::Dir { .. } => open.push((entry, entry.path.0 == b"/")),
            EntryKind::File { .. } => {
                for (dir, known) in open.iter_mut().rev().take_while(|(_, known)| !*known) {
                    let stat = rustix::fs::lstat(host.real(&dir.path.0))
                        .map_err(|errno| lookup_error("lstat", &dir.path.0, errno))?;
                    verify_dir(dir, &stat)?;
                    *known = true;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// What is no longer as the plan says, by path.
pub(crate) fn changes(entries: &[Entry], host: &HostTree) -> Vec<Change> {
    let each = |_, entries: &[Entry]| {
        let changed = |entry: &Entry| {
            let error = check(entry, host).err()?;
            Some(Change { path: entry.path.clone(), what: error.kind().to_string() })
        };
        entries.iter().filter_map(changed).collect::<Vec<_>>()
    };
    in_parallel(entries, each).concat()
}

fn check(entry: &Entry, host: &HostTree) -> Result<(), Error> {
    use SpecialKind::{BlockDevice, CharDevice};
    match entry.kind {
        EntryKind::File { .. } | EntryKind::Special { node: CharDevice | BlockDevice, .. } => {}
        EntryKind::Symlink { .. } => return verify_link(entry, host),
        _ => return Ok(()),
    }
    match rustix::fs::lstat(host.real(&entry.path.0)) {
        Ok(stat) => verify(entry, &stat),
        Err(errno) => Err(lookup_error("lstat", &entry.path.0, errno)),
    }
}
