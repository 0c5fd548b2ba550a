//! The files that the machine's packages installed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use hermitage_depgraph::{RootKind, Source as _};
use hermitage_vdb::{DiskLinks, Entry};
use rustix::fs::{Access, AtFlags, CWD};

use super::is_plain;
use crate::failure::Failure;
use crate::source::Machine;

/// What is not the same inside, or not to be shown.
const ELSEWHERE: [&str; 6] = ["/dev", "/proc", "/run", "/sys", "/tmp", "/home"];

/// The regular files of all packages, in the order of the database and of each CONTENTS, each once under its real path; those that
/// the caller may read, and with names that no program of those measured stumbles over.
pub(in crate::bench) fn of_machine(machine: &Machine) -> Result<Vec<PathBuf>, Failure> {
    let place = machine.place(RootKind::Root);
    let links = DiskLinks::new(&place.root);
    let (mut files, mut seen, mut parents) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
    for (id, _) in place.packages.packages().iter() {
        // What is damaged is not measured; `run` would say so.
        let Some(contents) = place.packages.entry(id).contents()? else { continue };
        for entry in contents.settled(&links).flatten() {
            let Entry::Obj { path, .. } = entry else { continue };
            let Some(path) = real(Path::new(OsStr::from_bytes(path)), &mut parents) else {
                continue;
            };
            if is_usable(&path) && seen.insert(path.clone()) {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// The path with its directory's real name.
fn real(path: &Path, parents: &mut BTreeMap<PathBuf, Option<PathBuf>>) -> Option<PathBuf> {
    let (parent, name) = (path.parent()?, path.file_name()?);
    let open = || parent.canonicalize().ok().filter(|real| is_open_to_all(real));
    let known = parents.entry(parent.to_owned()).or_insert_with(open);
    Some(known.as_ref()?.join(name))
}

/// Whether anybody may look into a directory: some of what is measured does so as nobody in particular, even when root calls it.
fn is_open_to_all(dir: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let is_open =
        |dir: &Path| dir.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0);
    dir.ancestors().all(is_open)
}

fn is_usable(path: &Path) -> bool {
    let readable = || rustix::fs::accessat(CWD, path, Access::READ_OK, AtFlags::EACCESS).is_ok();
    let regular = || path.symlink_metadata().is_ok_and(|meta| meta.is_file());
    is_plain(path) && !ELSEWHERE.iter().any(|dir| path.starts_with(dir)) && regular() && readable()
}
