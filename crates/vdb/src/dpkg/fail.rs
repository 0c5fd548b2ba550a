//! How this module's failures become the crate's error.

use std::io;
use std::path::Path;

use crate::{Error, ErrorKind};

use super::problem::Fault;

/// A fault in a file; line 0 is the file as a whole.
pub(super) fn at(path: &Path, fault: Fault) -> Error {
    let kind = ErrorKind::Dpkg(fault.problem);
    if fault.line == 0 { Error::new(path, kind) } else { Error::at_line(path, fault.line, kind) }
}

/// A file or directory that cannot be read.
pub(super) fn read(path: &Path, error: io::Error) -> Error {
    Error::io(path, ErrorKind::Read, error)
}

/// A file or directory that cannot be made or written.
pub(super) fn write(path: &Path, error: io::Error) -> Error {
    Error::io(path, ErrorKind::Write, error)
}
