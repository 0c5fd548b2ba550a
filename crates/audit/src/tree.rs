//! Walking what a build has or leaves.

use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// Calls `visit` for everything below a directory that is not a directory, in a fixed order. Links are not followed;
/// `.git` is left out.
///
/// # Errors
/// When a directory can't be read, or `visit` fails.
pub(crate) fn walk(
    top: &Path,
    visit: &mut dyn FnMut(&Path, FileType) -> io::Result<()>,
) -> io::Result<()> {
    let mut open: Vec<PathBuf> = vec![top.to_owned()];
    while let Some(dir) = open.pop() {
        let in_dir =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", dir.display()));
        let entries = fs::read_dir(&dir).map_err(in_dir)?.collect::<Result<Vec<_>, _>>();
        let mut entries = entries.map_err(in_dir)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let kind = entry.file_type().map_err(in_dir)?;
            if !kind.is_dir() {
                visit(&entry.path(), kind)?;
            } else if entry.file_name() != ".git" {
                open.push(entry.path());
            }
        }
    }
    Ok(())
}
