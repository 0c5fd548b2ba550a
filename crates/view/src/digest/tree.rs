//! What is in a directory that is shown whole.

use std::io;

use super::survey::fill;
use super::{Contents, Item, What};
use crate::{DirEntry, Error, ErrorKind, Host, Kind};

/// Describes a directory with everything below, as a [`Survey`](super::Survey) does one that is shown whole. What is at one of
/// the paths `without`, or below, is left out.
///
/// # Errors
/// [`ErrorKind::Host`] with the path that could not be looked at, also when there is no directory.
pub fn describe_tree(
    dir: &[u8],
    host: &dyn Host,
    without: &[Vec<u8>],
    contents: &dyn Contents,
) -> Result<Vec<Item>, Error> {
    let Some(What::Dir { mode, .. }) = what(host, dir)? else {
        return Err(failed(dir, "lstat", io::ErrorKind::NotADirectory.into()));
    };
    let dir_item =
        |closed| Item { path: dir.to_vec(), what: What::Dir { mode, closed }, owners: Vec::new() };
    let mut items = vec![dir_item(false)];
    if !below(host, dir, without, &mut items)? {
        items[0] = dir_item(true);
    }
    let is_file = |item: &Item| matches!(item.what, What::File { .. });
    let files: Vec<_> =
        (0..items.len()).filter(|at| is_file(&items[*at])).map(|at| (at, &[][..])).collect();
    fill(&mut items, &files, contents)?;
    Ok(items)
}

/// Appends everything that is below a directory, which is not in the list itself; contents of files are left open. What is at
/// one of the paths `without`, or below, is left out. False when the directory may not be listed.
pub(super) fn below(
    host: &dyn Host,
    dir: &[u8],
    without: &[Vec<u8>],
    found: &mut Vec<Item>,
) -> Result<bool, Error> {
    let Some(mut names) = listed(host, dir)? else { return Ok(false) };
    names.sort();
    for DirEntry { name, .. } in names {
        let path = [dir.strip_suffix(b"/").unwrap_or(dir), b"/", &name].concat();
        if without.contains(&path) {
            continue;
        }
        if let Some(what) = what(host, &path)? {
            let at = found.len();
            let is_dir = matches!(what, What::Dir { .. });
            found.push(Item { path: path.clone(), what, owners: Vec::new() });
            if is_dir
                && !below(host, &path, without, found)?
                && let What::Dir { closed, .. } = &mut found[at].what
            {
                *closed = true;
            }
        }
    }
    Ok(true)
}

fn listed(host: &dyn Host, dir: &[u8]) -> Result<Option<Vec<DirEntry>>, Error> {
    match host.read_dir(dir) {
        Ok(names) => Ok(Some(names)),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(None),
        Err(error) => Err(failed(dir, "read_dir", error)),
    }
}

/// None for what went away in the meantime, or may not be looked at because its directory can only be listed.
fn what(host: &dyn Host, path: &[u8]) -> Result<Option<What>, Error> {
    let meta = match host.lstat(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(None),
        meta => meta.map_err(|error| failed(path, "lstat", error))?,
    };
    let Some(meta) = meta else { return Ok(None) };
    Ok(Some(match meta.kind {
        Kind::Dir => What::Dir { mode: meta.mode & 0o3777, closed: false },
        Kind::File => What::File { mode: 0, size: 0, content: super::Content::Closed },
        Kind::Symlink => {
            let target = host.read_link(path).map_err(|error| failed(path, "readlink", error))?;
            What::Symlink { target }
        }
        kind => What::Special { kind, mode: meta.mode & 0o777 },
    }))
}

pub(super) fn failed(path: &[u8], call: &'static str, source: io::Error) -> Error {
    Error::new(path, ErrorKind::Host { call, source })
}
