//! The tmpfs that becomes the root.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};

use super::{Named as _, Scene, new_tmpfs, stack_on_root};
use crate::Error;
use crate::plan::EntryKind;

/// A new root, stacked over the host's and the working directory now; and its directory to write in.
pub(super) fn new_root(scene: &Scene<'_>) -> Result<(OwnedFd, OwnedFd), Error> {
    let mode = match scene.plan.entries[0].kind {
        EntryKind::Dir { mode } => mode,
        _ => 0o755,
    };
    let root = new_tmpfs(mode, None)?;
    stack_on_root(&root)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let top = rustix::fs::open(".", flags, Mode::empty()).named(|| "open(new root)".into())?;
    Ok((root, top))
}
