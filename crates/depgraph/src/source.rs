//! What a closure asks of a package database.

use crate::answers::Answers;
use crate::class::DepClass;
use crate::error::Error;
use crate::table::{PackageId, PackageTable};
use hermitage_atom::DepSpec;

/// What makes a source fail; the embedder's own error.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// A package database: the trait an embedder implements.
///
/// Only the first two methods are needed for closures over packages. The others refine them: [`Source::holding`] lets
/// closures look through packages that own nothing, and the rest serves [`crate::Policy::DirectLoadable`].
///
/// A source is asked the same things in the same order for the same query, and must give the same answers.
pub trait Source {
    /// The installed packages.
    fn packages(&self) -> &PackageTable;

    /// Says that much is going to be asked of these packages, so that a source that reads can read ahead.
    fn prepare(&self, packages: &[PackageId]) {
        let _ = packages;
    }

    /// What kept the source from reading something that one of its packages was asked, if there was such a thing; every
    /// query that is answered after that fails with it.
    fn failure(&self) -> Option<Error> {
        None
    }

    /// What a package depends on, as recorded: conditionals that are left are evaluated with the package's own flags.
    ///
    /// # Errors
    /// The dependency string can't be parsed, or not be read. The closure goes on without it and reports it.
    fn dependencies(&self, package: PackageId, class: DepClass) -> Result<&DepSpec, SourceError>;

    /// What a package owns.
    ///
    /// # Errors
    /// Whatever keeps the source from telling; the query then fails.
    fn holding(&self, package: PackageId) -> Result<Holding, SourceError> {
        let _ = package;
        Ok(Holding::Files)
    }

    /// The ELF files a package owns.
    ///
    /// # Errors
    /// Whatever keeps the source from telling; the query then fails.
    fn elf_files(&self, package: PackageId) -> Result<Vec<ElfFile>, SourceError> {
        let _ = package;
        Ok(Vec::new())
    }

    /// The programs that the executable files of a package name as their interpreters.
    ///
    /// # Errors
    /// Whatever keeps the source from telling; the query then fails.
    fn interpreted(&self, package: PackageId) -> Result<Vec<Interpreted>, SourceError> {
        let _ = package;
        Ok(Vec::new())
    }

    /// The packages that own a path, with every path that has to exist for it to be reached: the path itself, and what
    /// it points to as far as it is a symbolic link.
    ///
    /// # Errors
    /// Whatever keeps the source from telling; the query then fails.
    fn owners(&self, path: &[u8]) -> Result<Vec<Owned>, SourceError> {
        let _ = path;
        Ok(Vec::new())
    }

    /// Where what the packages' dependencies come to is kept from query to query, if it is. A source that keeps answers
    /// must forget them when its packages change.
    fn answers(&self) -> Option<&Answers> {
        None
    }

    /// The libraries of a replaced version that a package keeps for others.
    fn preserved_libraries(&self, package: PackageId) -> &[Vec<u8>] {
        let _ = package;
        &[]
    }
}

/// What a package owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holding {
    /// Files of its own.
    Files,
    /// Nothing but symbolic links and directories.
    Links,
    /// Nothing, or nothing but directories.
    Nothing,
}

/// An ELF file as `NEEDED.ELF.2` records it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ElfFile {
    /// What keeps libraries of different ABIs apart: the multilib category, like `x86_64`, or where none is recorded
    /// the architecture, like `X86_64`.
    pub abi: String,
    /// Where the file is.
    pub path: Vec<u8>,
    /// The name it is needed by; empty for a program.
    pub soname: Vec<u8>,
    /// Where its own libraries are looked for first, with `$ORIGIN` as recorded.
    pub rpath: Vec<Vec<u8>>,
    /// The sonames it needs.
    pub needed: Vec<Vec<u8>>,
}

/// A file that another program has to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreted {
    /// The file.
    pub path: Vec<u8>,
    /// The program: what follows `#!`, or the program header `PT_INTERP`.
    pub interpreter: Vec<u8>,
}

/// A path and its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The owner.
    pub package: PackageId,
    /// The path.
    pub path: Vec<u8>,
}
