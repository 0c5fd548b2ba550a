//! What was installed, and which libraries it needs.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use hermitage_audit::{Linked, Text, needed, walk};
use hermitage_view::View;

use crate::failure::Failure;

/// The ELF files below a directory, each with the libraries of the view that it needs.
pub(super) fn linked(image: &Path, view: &View) -> Result<Vec<Linked>, Failure> {
    let libraries = by_name(view);
    let mut found = Vec::new();
    let in_image =
        |error: io::Error| Failure::new(format!("what was installed can't be read: {error}"));
    let closed = walk(image, &mut |path, kind| {
        if kind.is_file() {
            let at = |error: io::Error| {
                io::Error::new(error.kind(), format!("{}: {error}", path.display()))
            };
            let needed = needed(&std::fs::read(path).map_err(at)?);
            // What is installed with it is its own.
            let paths = needed.iter().filter_map(|name| libraries.get(&name[..]));
            let libraries: Vec<Text> = paths.map(|path| Text(path.clone())).collect();
            if !libraries.is_empty() {
                let inside = path.strip_prefix(image).unwrap_or(path);
                let file = Text([b"/", inside.as_os_str().as_bytes()].concat());
                found.push(Linked { file, libraries });
            }
        }
        Ok(())
    });
    if let Some(closed) = closed.map_err(in_image)?.first() {
        let error = io::Error::from(io::ErrorKind::PermissionDenied);
        return Err(Failure::file(closed, "what was installed can't be read", &error));
    }
    found.sort();
    Ok(found)
}

/// The files of a view that are named like libraries; where a name occurs twice, the one with the shorter path.
fn by_name(view: &View) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut known: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for node in view {
        let name = node.name();
        if !name.windows(3).any(|part| part == b".so") {
            continue;
        }
        let path = node.path();
        let known = known.entry(name.to_vec()).or_insert_with(|| path.clone());
        if path.len() < known.len() {
            *known = path;
        }
    }
    known
}
