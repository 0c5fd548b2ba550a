//! A package database of one package that owns all files of a view, so that `hermitage run` does with it what it does with any.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use hermitage_atom::Cpv;
use hermitage_vdb::ContentsBuilder;
use hermitage_vdb::write::{NewPackage, Writer};

use super::Files;
use crate::failure::Failure;

/// What to declare for all the files.
pub(in crate::bench) const ATOM: &str = "bench/files";

/// Nobody compares it: views are made of paths.
const MD5: &[u8] = b"d41d8cd98f00b204e9800998ecf8427e";

/// Writes the database below a directory, as its `var/db/pkg`.
pub(in crate::bench) fn write(files: &Files, below: &Path) -> Result<(), Failure> {
    let mut contents = ContentsBuilder::new();
    for path in &files.links {
        let target =
            path.read_link().map_err(|error| Failure::file(path, "no link any more", &error))?;
        contents.sym(path.as_os_str().as_bytes(), target.as_os_str().as_bytes(), 0)?;
    }
    for path in &files.regular {
        contents.obj(path.as_os_str().as_bytes(), MD5, 0)?;
    }
    let cpv = Cpv::parse(&format!("{ATOM}-1")).map_err(|error| Failure::caused(&error))?;
    let mut package = NewPackage::new(cpv);
    package.field("SLOT", "0")?.field("EAPI", "8")?.contents(contents);
    Writer::create(&below.join("var/db/pkg"))?.write(&package)?;
    Ok(())
}
