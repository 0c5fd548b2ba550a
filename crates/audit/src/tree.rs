//! Walking what a build has or leaves.

use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// Calls `visit` for everything below a directory that is not a directory, in a fixed order. Links are not followed;
/// `.git` is left out, and so are directories that may not be read, which are returned.
///
/// # Errors
/// When a directory can't be read for another reason, or `visit` fails.
pub fn walk(
    top: &Path,
    visit: &mut dyn FnMut(&Path, FileType) -> io::Result<()>,
) -> io::Result<Vec<PathBuf>> {
    let mut open: Vec<PathBuf> = vec![top.to_owned()];
    let mut closed = Vec::new();
    while let Some(dir) = open.pop() {
        let in_dir =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", dir.display()));
        let entries = fs::read_dir(&dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                closed.push(dir);
                continue;
            }
            entries => entries.map_err(in_dir)?,
        };
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
    Ok(closed)
}
