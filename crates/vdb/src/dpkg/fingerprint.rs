//! A cheap answer to "is this still the database that was imported?".

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use md5::{Digest as _, Md5};

use crate::Error;

use super::fail;

/// Changes whenever the same database would be imported differently.
const FORMAT: u32 = 1;

/// The files and directories of dpkg's that [`fingerprint`] looks at.
pub const FINGERPRINTED: [&str; 5] = ["status", "diversions", "arch", "info", "updates"];

/// A key of 32 hexadecimal digits for the state of dpkg's database.
///
/// It is made of the path, inode, size and modification time of the files that dpkg replaces when it changes anything
/// (`status`, `diversions`, `arch`), those of the `info` and `updates` directories, and the version of the import.
/// Nothing is read: four calls of `stat`.
///
/// # Errors
/// When the status file is not there, or one of the others cannot be looked at.
pub fn fingerprint(admindir: &Path) -> Result<String, Error> {
    let mut state = format!("{FORMAT}");
    for name in FINGERPRINTED {
        let path = admindir.join(name);
        match fs::metadata(&path) {
            // A String takes all that is written to it.
            Ok(meta) => {
                let _ = write!(
                    state,
                    "\n{name} {} {} {} {}.{} {}.{}",
                    meta.dev(),
                    meta.ino(),
                    meta.size(),
                    meta.mtime(),
                    meta.mtime_nsec(),
                    meta.ctime(),
                    meta.ctime_nsec()
                );
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && name != "status" => {}
            Err(error) => return Err(fail::read(&path, error)),
        }
    }
    let mut hasher = Md5::new();
    hasher.update(admindir.as_os_str().as_encoded_bytes());
    hasher.update(state);
    Ok(hex(&hasher.finalize()))
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
