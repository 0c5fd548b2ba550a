use std::ffi::OsStr;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use crate::hide::Step;
use crate::{Error, ErrorKind};

/// Something that must be in a root directory before a consumer mounts on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootEntry {
    /// The path inside.
    pub path: Vec<u8>,
    /// What is to be there.
    pub kind: RootKind,
}

/// What a [`RootEntry`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootKind {
    /// A directory.
    Dir {
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link.
    Symlink {
        /// The target as stored.
        target: Vec<u8>,
    },
    /// A file: the view's own, or an empty one that a mount covers.
    File {
        /// Permission bits.
        mode: u32,
        /// The content.
        content: Vec<u8>,
    },
}

impl RootEntry {
    /// What a step needs in the root directory.
    pub(crate) fn of(step: &Step<'_>) -> Option<Self> {
        let kind = match step {
            Step::Dir { mode, .. } => RootKind::Dir { mode: *mode },
            Step::Tree { .. } | Step::Fresh { .. } => RootKind::Dir { mode: 0o755 },
            Step::Link { target, .. } => RootKind::Symlink { target: target.to_vec() },
            Step::Data { mode, content, .. } => {
                RootKind::File { mode: *mode, content: content.to_vec() }
            }
            Step::File { .. } | Step::Device { .. } => {
                RootKind::File { mode: 0o644, content: Vec::new() }
            }
            // Its place is in what is mounted before.
            Step::Within { .. } => return None,
        };
        Some(Self { path: step.path().to_vec(), kind })
    }
}

/// Makes a root directory from its entries, which come directories first. The directory itself must not be there.
///
/// # Errors
/// When anything can't be made; what was made is left.
pub fn make_root(dir: &Path, entries: &[RootEntry]) -> Result<(), Error> {
    let place =
        |entry: &RootEntry| dir.join(OsStr::from_bytes(entry.path.get(1..).unwrap_or_default()));
    let failed = |path: &Path, call: &'static str| {
        let path = path.as_os_str().as_bytes().to_vec();
        move |source| Error::path(&path, ErrorKind::Host { call, source })
    };
    if !entries.iter().any(|entry| entry.path == b"/") {
        DirBuilder::new().create(dir).map_err(failed(dir, "mkdir"))?;
    }
    for entry in entries {
        let path = place(entry);
        make(&path, &entry.kind).map_err(failed(&path, "create"))?;
    }
    // Last, because nothing can be made in a directory that may not be written.
    for entry in entries.iter().rev() {
        if let RootKind::Dir { mode } = entry.kind {
            let path = place(entry);
            fs::set_permissions(&path, Permissions::from_mode(mode))
                .map_err(failed(&path, "chmod"))?;
        }
    }
    Ok(())
}

fn make(path: &Path, kind: &RootKind) -> io::Result<()> {
    match kind {
        RootKind::Dir { .. } => DirBuilder::new().create(path),
        RootKind::Symlink { target } => std::os::unix::fs::symlink(OsStr::from_bytes(target), path),
        RootKind::File { mode, content } => {
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(*mode).open(path)?;
            file.write_all(content)?;
            // Whatever the umask was.
            file.set_permissions(Permissions::from_mode(*mode))
        }
    }
}
