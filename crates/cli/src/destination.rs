//! Where what `--output` asks for goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::output::Output;

/// Where something goes, found to be writable before it is there.
#[derive(Debug)]
pub(crate) struct Destination {
    /// What it is, for messages: "the report".
    what: &'static str,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Stdout,
    /// A file that appears, or is replaced, when everything is there.
    Replaced(PathBuf),
    /// What is written to where it is: a device, a pipe, or a file in a directory that can't be written.
    Opened(PathBuf, File),
}

impl Destination {
    /// Tries the file, so that nothing is worked out that can't be written. Nothing of it is changed.
    pub(crate) fn of(path: Option<&Path>, what: &'static str) -> Result<Self, Failure> {
        let place = path.map_or(Ok(Place::Stdout), |path| Place::of(path, what))?;
        Ok(Self { what, place })
    }

    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self.place, Place::Stdout)
    }

    /// Writes it; a file has the whole of it or what it had.
    pub(crate) fn write(self, text: &[u8]) -> Result<(), Failure> {
        let unwritable = |path: &Path, error| unwritable(self.what, path, &error);
        match self.place {
            Place::Stdout => {
                let mut out = Output::new();
                out.raw(text)?;
                out.finish()
            }
            Place::Replaced(path) => replace(&path, text).map_err(|error| unwritable(&path, error)),
            Place::Opened(path, mut file) => {
                // Only files have a length to be set.
                let is_file = file.metadata().is_ok_and(|meta| meta.is_file());
                let emptied = if is_file { file.set_len(0) } else { Ok(()) };
                emptied
                    .and_then(|()| file.write_all(text))
                    .map_err(|error| unwritable(&path, error))
            }
        }
    }
}

impl Place {
    fn of(path: &Path, what: &'static str) -> Result<Self, Failure> {
        let unwritable = |error| unwritable(what, path, &error);
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

fn unwritable(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::file(path, &format!("{what} can't be written"), error)
}
