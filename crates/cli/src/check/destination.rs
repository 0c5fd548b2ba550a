//! Where a report goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::output::Output;

/// Where a report goes, found to be writable before there is one.
#[derive(Debug)]
pub(super) enum Destination {
    Stdout,
    /// A file that appears, or is replaced, when the report is there.
    Replaced(PathBuf),
    /// What is written to where it is: a device, a pipe, or a file in a directory that can't be written.
    Opened(PathBuf, File),
}

impl Destination {
    /// Tries the file, so that no build runs for a report that can't be written. Nothing of it is changed.
    pub(super) fn of(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::Stdout) };
        let unwritable = |error| unwritable(path, &error);
        // A link stays a link to what is replaced.
        let path = match path.canonicalize() {
            Ok(path) => path,
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            Err(error) => return Err(unwritable(error)),
        };
        let is_other = fs::metadata(&path).is_ok_and(|meta| !meta.is_file());
        if !is_other {
            match beside(&path) {
                Ok(_removed) => return Ok(Self::Replaced(path)),
                Err(error) if !path.exists() => return Err(unwritable(error)),
                Err(_) => {}
            }
        }
        let file = OpenOptions::new().write(true).open(&path).map_err(unwritable)?;
        Ok(Self::Opened(path, file))
    }

    pub(super) fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout)
    }

    /// Writes the report; a file has the whole of it or what it had.
    pub(super) fn write(self, text: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Stdout => {
                let mut out = Output::new();
                out.raw(text)?;
                out.finish()
            }
            Self::Replaced(path) => replace(&path, text).map_err(|error| unwritable(&path, &error)),
            Self::Opened(path, mut file) => {
                // Only files have a length to be set.
                let is_file = file.metadata().is_ok_and(|meta| meta.is_file());
                let emptied = if is_file { file.set_len(0) } else { Ok(()) };
                emptied
                    .and_then(|()| file.write_all(text))
                    .map_err(|error| unwritable(&path, &error))
            }
        }
    }
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = beside(path)?;
    file.write_all(text)?;
    if let Ok(meta) = fs::metadata(path) {
        file.as_file().set_permissions(meta.permissions())?;
    }
    file.persist(path)?;
    Ok(())
}

/// A file in the same directory, with the mode of any new file.
fn beside(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hermitage-").permissions(fs::Permissions::from_mode(0o666)).tempfile_in(dir)
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::file(path, "the report can't be written", error)
}
