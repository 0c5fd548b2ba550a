//! What was installed, and which libraries it needs.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use hermitage_audit::{Linked, Text, needed};
use hermitage_view::View;

use crate::failure::Failure;

/// The ELF files below a directory, each with the libraries of the view that it needs.
pub(super) fn linked(image: &Path, view: &View) -> Result<Vec<Linked>, Failure> {
    let libraries = by_name(view);
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![image.to_owned()];
    while let Some(dir) = open.pop() {
        let unreadable = |error| Failure::file(&dir, "what was installed can't be read", &error);
        for entry in std::fs::read_dir(&dir).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let kind = entry.file_type().map_err(unreadable)?;
            let path = entry.path();
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                let content = std::fs::read(&path)
                    .map_err(|error| Failure::file(&path, "can't be read", &error))?;
                let needed = needed(&content);
                // What is installed with it is its own.
                let paths = needed.iter().filter_map(|name| libraries.get(&name[..]));
                let libraries: Vec<Text> = paths.map(|path| Text(path.clone())).collect();
                if !libraries.is_empty() {
                    let inside = path.strip_prefix(image).unwrap_or(&path);
                    let file = Text([b"/", inside.as_os_str().as_bytes()].concat());
                    found.push(Linked { file, libraries });
                }
            }
        }
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
