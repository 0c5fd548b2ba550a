//! Empty files, for views larger than what is installed.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

/// How many of them are in a directory, and how many such directories in one above.
const PER_DIRECTORY: usize = 50;

/// A tree that is made as far as it is asked for.
#[derive(Debug)]
pub(in crate::bench) struct MadeUp {
    root: PathBuf,
    files: Vec<PathBuf>,
}

impl MadeUp {
    /// Below a directory that need not be there yet.
    pub(in crate::bench) fn below(root: PathBuf) -> Self {
        Self { root, files: Vec::new() }
    }

    /// The first so many files.
    pub(in crate::bench) fn first(&mut self, count: usize) -> io::Result<&[PathBuf]> {
        for number in self.files.len()..count {
            let directory = number / PER_DIRECTORY;
            let place =
                self.root.join(format!("include{}/d{directory}", directory / PER_DIRECTORY));
            if number % PER_DIRECTORY == 0 {
                fs::create_dir_all(&place)?;
            }
            let path = place.join(format!("made-up-{number}.h"));
            File::create(&path)?;
            self.files.push(path);
        }
        Ok(&self.files[..count])
    }
}
