//! A directory for everything that a measurement makes, which goes away with it.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::failure::Failure;

/// Where it is made unless the user says otherwise: `/tmp` is another directory inside of a view.
const USUAL: &str = "/var/tmp";
/// In memory, for what would otherwise be measured as writing to a disk.
const IN_MEMORY: &str = "/dev/shm";

/// The directory and its parts.
#[derive(Debug)]
pub(super) struct Scratch {
    directory: TempDir,
    memory: Option<TempDir>,
}

impl Scratch {
    /// Makes it below a directory, with a copy of this executable in it.
    pub(super) fn below(given: Option<&Path>) -> Result<Self, Failure> {
        let parent = given.unwrap_or(Path::new(USUAL));
        let parent = parent.canonicalize().map_err(|error| unusable(parent, &error))?;
        let new =
            |parent: &Path| tempfile::Builder::new().prefix("hermitage-bench.").tempdir_in(parent);
        let directory = new(&parent).map_err(|error| unusable(&parent, &error))?;
        let scratch = Self { directory, memory: new(Path::new(IN_MEMORY)).ok() };
        for part in [scratch.work(), scratch.caches()] {
            fs::create_dir(&part).map_err(|error| unusable(&part, &error))?;
        }
        scratch.install()?;
        Ok(scratch)
    }

    /// What is writable inside of every view.
    pub(super) fn work(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    /// A new, empty directory inside of it for one sample; that of the sample before goes away.
    pub(super) fn fresh(&self) -> Result<PathBuf, Failure> {
        let place = self.work().join("sample");
        let made = remove(&place).and_then(|()| fs::create_dir(&place));
        made.map_err(|error| unusable(&place, &error))?;
        Ok(place)
    }

    /// The copy of this executable that is inside of every view.
    pub(super) fn executable(&self) -> PathBuf {
        self.work().join("hermitage")
    }

    /// A directory for caches, one for each that is measured.
    pub(super) fn caches(&self) -> PathBuf {
        self.directory.path().join("caches")
    }

    /// A place for a file or directory of the bench's own, hidden in every view.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The same in memory, where that is possible.
    pub(super) fn in_memory(&self, name: &str) -> PathBuf {
        self.memory.as_ref().unwrap_or(&self.directory).path().join(name)
    }

    fn install(&self) -> Result<(), Failure> {
        let own = std::env::current_exe()
            .map_err(|error| Failure::new(format!("our own executable is not known: {error}")))?;
        let copy = self.executable();
        fs::copy(own, &copy).map_err(|error| unusable(&copy, &error))?;
        Ok(())
    }
}

/// Removes a directory with everything in it; one that is not there is removed already.
pub(super) fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::file(path, "can't be used for the measurement", error)
        .advise("--scratch names another directory; programs must be allowed to run from there.")
}
