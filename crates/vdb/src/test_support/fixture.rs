//! A database from one string literal.

use std::io;
use std::path::Path;

use tempfile::TempDir;

use crate::{Database, Error};

/// A database in a temporary directory, which goes away with it.
///
/// The text is indented as it pleases. `== category/pf` starts a package (the name is not checked, so `cat/-MERGING-x-1` is
/// possible), `NAME=value` is a field, and `-- NAME` starts a file whose lines follow up to the next marker:
///
/// ```
/// use hermitage_vdb::test_support::Fixture;
///
/// let fixture = Fixture::new("
///     == app-misc/hello-1.0-r1
///     SLOT=0/1
///     RDEPEND=sys-libs/zlib
///     -- CONTENTS
///     dir /usr/bin
///     obj /usr/bin/hello d41d8cd98f00b204e9800998ecf8427e 1500000000
/// ")?;
/// let packages = fixture.database()?.packages()?;
/// assert_eq!(packages.as_slice()[0].subslot()?, "1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Fixture {
    root: TempDir,
}

impl Fixture {
    /// Writes the packages of the text into a new temporary directory.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn new(text: &str) -> io::Result<Self> {
        Self::with_eprefix(text, "")
    }

    /// As [`Fixture::new`], for a database below EPREFIX.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn with_eprefix(text: &str, eprefix: &str) -> io::Result<Self> {
        let root = tempfile::tempdir()?;
        let db = root.path().join(eprefix.trim_start_matches('/')).join("var/db/pkg");
        std::fs::create_dir_all(&db)?;
        for package in text.split("== ").skip(1) {
            write_package(&db, package)?;
        }
        Ok(Self { root })
    }

    /// The temporary directory: the ROOT of the database.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The database, when it has no EPREFIX.
    ///
    /// # Errors
    /// When there is none.
    pub fn database(&self) -> Result<Database, Error> {
        Database::under(self.root(), "")
    }
}

fn write_package(db: &Path, text: &str) -> io::Result<()> {
    let (name, rest) = text.split_once('\n').unwrap_or((text, ""));
    let dir = db.join(name.trim());
    std::fs::create_dir_all(&dir)?;
    let mut files = rest.split("-- ");
    for line in files.next().unwrap_or_default().lines().map(str::trim) {
        if let Some((field, value)) = line.split_once('=') {
            std::fs::write(dir.join(field), format!("{value}\n"))?;
        }
    }
    for file in files {
        let (name, lines) = file.split_once('\n').unwrap_or((file, ""));
        let lines = lines.lines().map(str::trim_start).filter(|line| !line.is_empty());
        let text: String = lines.flat_map(|line| [line, "\n"]).collect();
        std::fs::write(dir.join(name.trim()), text)?;
    }
    Ok(())
}
