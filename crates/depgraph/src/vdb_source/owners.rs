//! The owners of a path and of everything it points to.

use crate::path::normal;
use crate::source::Owned;
use crate::table::PackageId;
use hermitage_vdb::{DiskLinks, Error, Links as _, OwnerIndex};

/// As many symbolic links as the kernel follows.
const LINKS: usize = 40;

/// Who owns a path, the target of the link it is, and so on.
pub(super) fn of(index: &OwnerIndex<DiskLinks>, path: &[u8]) -> Result<Vec<Owned>, Error> {
    let mut found = Vec::new();
    let mut path = path.to_vec();
    for _ in 0..LINKS {
        for record in index.records_of(&path)? {
            let package = PackageId::new(record.package.0);
            found.push(Owned { package, path: record.entry.path().to_vec() });
        }
        match index.links().read_link(&path) {
            Ok(Some(target)) => path = beside(&path, &target),
            // A link that can't be read leads nowhere.
            Ok(None) | Err(_) => break,
        }
    }
    Ok(found)
}

/// Where a link at `path` leads. The parts before `..` are taken as they are written, which only matters where they are
/// links themselves.
fn beside(path: &[u8], target: &[u8]) -> Vec<u8> {
    let parent = path.iter().rposition(|&b| b == b'/').map_or(&b""[..], |slash| &path[..slash]);
    let joined =
        if target.starts_with(b"/") { target.to_vec() } else { [parent, b"/", target].concat() };
    normal(&joined)
}
