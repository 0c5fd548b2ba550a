//! The tmpfs that becomes the root.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};

use super::{Named as _, new_tmpfs, stack_on_root};
use crate::Error;
use crate::plan::{Entry, EntryKind};

/// A new root for the entry `/`, stacked over the host's and the working directory now; and its directory to write in.
pub(super) fn new_root(above: &Entry) -> Result<(OwnedFd, OwnedFd), Error> {
    let mode = match above.kind {
        // Not the set-group-id bit, which everything made in it would inherit; it comes last.
        EntryKind::Dir { mode } => mode & 0o1777,
        _ => 0o755,
    };
    let root = new_tmpfs(mode, None)?;
    stack_on_root(&root)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let top = rustix::fs::open(".", flags, Mode::empty()).named(|| "open(new root)".into())?;
    Ok((root, top))
}
