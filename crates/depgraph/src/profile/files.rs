//! Where profile files come from: a directory tree, or memory.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The few things a profile stack asks of a file system.
pub trait ProfileFiles {
    /// The content of a file; `None` when there is no file of that name.
    ///
    /// # Errors
    /// Whatever else keeps it from being read.
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;

    /// The same place without symbolic links, `.` and `..`; `None` when there is nothing.
    ///
    /// # Errors
    /// Whatever else keeps it from being followed.
    fn resolve(&self, path: &Path) -> io::Result<Option<PathBuf>>;

    /// The names of the entries of a directory in byte order; `None` when it is not a directory.
    ///
    /// # Errors
    /// Whatever else keeps it from being listed.
    fn list(&self, path: &Path) -> io::Result<Option<Vec<PathBuf>>>;
}

/// The files of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl ProfileFiles for Disk {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => Ok(None),
            result => absent(result),
        }
    }

    fn resolve(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        absent(fs::canonicalize(path))
    }

    fn list(&self, path: &Path) -> io::Result<Option<Vec<PathBuf>>> {
        let Some(entries) = absent(fs::read_dir(path))? else { return Ok(None) };
        let mut paths =
            entries.map(|entry| entry.map(|e| e.path())).collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(Some(paths))
    }
}

fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Files in memory, for tests and examples. There are no symbolic links; directories exist where files are.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl MemoryFiles {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file at an absolute path.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), content.into());
        self
    }

    fn is_directory(&self, path: &Path) -> bool {
        let mut after = self
            .files
            .range::<Path, _>((std::ops::Bound::Excluded(path), std::ops::Bound::Unbounded));
        after.next().is_some_and(|(file, _)| file.starts_with(path))
    }
}

impl ProfileFiles for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files.get(&normal(path)).cloned())
    }

    fn resolve(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        let path = normal(path);
        let exists = self.files.contains_key(&path) || self.is_directory(&path);
        Ok(exists.then_some(path))
    }

    fn list(&self, path: &Path) -> io::Result<Option<Vec<PathBuf>>> {
        let path = normal(path);
        if !self.is_directory(&path) {
            return Ok(None);
        }
        let depth = path.components().count();
        let mut entries: Vec<PathBuf> = self
            .files
            .keys()
            .filter(|file| file.starts_with(&path))
            .map(|file| file.components().take(depth + 1).collect())
            .collect();
        entries.dedup();
        Ok(Some(entries))
    }
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}
