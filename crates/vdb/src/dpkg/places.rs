//! Where a listed path is for the operating system.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::owners::canonical::{Atlas, split};
use crate::{DiskLinks, Error};

/// Finds paths below a root, whose absolute links lead to places below it too.
#[derive(Debug)]
pub(super) struct Places {
    root: PathBuf,
    /// What is known of the links below a root other than `/`, where the kernel follows them rightly itself.
    below: Option<(DiskLinks, Atlas)>,
}

impl Places {
    /// Places below `root`.
    pub(super) fn new(root: &Path) -> Self {
        let below = (root != Path::new("/")).then(|| (DiskLinks::new(root), Atlas::default()));
        Self { root: root.to_owned(), below }
    }

    /// The place of an absolute path: all links followed but the last component's.
    pub(super) fn find(&mut self, path: &[u8]) -> Result<PathBuf, Error> {
        let Some((links, atlas)) = &mut self.below else { return Ok(join(&self.root, path)) };
        let (parent, name) = split(path);
        let number = atlas.enter(parent, links)?;
        let parent = join(&self.root, atlas.directory(number));
        Ok(parent.join(OsStr::from_bytes(name)))
    }
}

/// The path below a root, with no regard to links.
pub(super) fn join(root: &Path, path: &[u8]) -> PathBuf {
    let relative = path.strip_prefix(b"/").unwrap_or(path);
    root.join(OsStr::from_bytes(relative))
}
