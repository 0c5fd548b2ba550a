//! What an import did and what it left out.

use std::path::PathBuf;

/// Settings of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Read the dynamic sections of programs and libraries and write NEEDED.ELF.2, PROVIDES and REQUIRES.
    pub elf: bool,
    /// How many threads look at the disk; 0 is one for each processor.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { elf: true, threads: 0 }
    }
}

impl Options {
    /// The same settings with [`Options::elf`] set.
    #[must_use]
    pub fn with_elf(mut self, elf: bool) -> Self {
        self.elf = elf;
        self
    }

    /// The same settings with [`Options::threads`] set.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }
}

/// Why a listed path is not in CONTENTS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Absence {
    /// There is nothing of that name, as when dpkg was told to exclude documentation.
    NotOnDisk,
    /// The importing user may not look at it.
    NotAccessible,
    /// It is of a kind that CONTENTS has no word for, such as a socket, or has a target with a line break.
    Unrecordable,
}

/// A listed path that is not in CONTENTS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absent {
    /// `category/name-version` of the package.
    pub package: String,
    /// The path as listed, or where a diversion put it.
    pub path: PathBuf,
    /// Why it is left out.
    pub why: Absence,
}

/// A package that is on the machine but not whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unfinished {
    /// dpkg's name of the package.
    pub package: String,
    /// Its architecture, empty when dpkg does not know it.
    pub architecture: String,
    /// dpkg's words: what is wanted, its flag, its state.
    pub status: String,
    /// Whether it was imported all the same: so are packages that only wait for triggers.
    pub imported: bool,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Packages written.
    pub packages: usize,
    /// Lines of CONTENTS written, over all packages.
    pub entries: usize,
    /// Atoms in the system set.
    pub system: usize,
    /// Lines of NEEDED.ELF.2 written, over all packages.
    pub elf_files: usize,
    /// Regular files that had no packaged md5 sum, so that it was computed.
    pub summed: usize,
    /// The machine's own architecture in dpkg's name for it.
    pub architecture: String,
    /// Packages that are not plainly installed, in order.
    pub unfinished: Vec<Unfinished>,
    /// Listed paths that are in no CONTENTS, in order of package and list.
    pub absent: Vec<Absent>,
}
