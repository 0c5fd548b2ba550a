//! A file system in memory that only this process and those it starts see.

use std::path::{Path, PathBuf};

use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags};
use rustix::thread::UnshareFlags;

use crate::kernel::Named as _;
use crate::{Error, process, sys};

/// A fresh file system in memory at a directory of the host, in a mount namespace of this process; taken off when it is
/// dropped.
///
/// Copies of a source tree that lie in one list their names in the order in which they were made (or the opposite one),
/// which no disk's file system lets one choose.
#[derive(Debug)]
pub struct PrivateMemory {
    directory: PathBuf,
}

impl PrivateMemory {
    /// Leaves the caller's mount namespace (an ordinary user, the user namespace too, where they stay who they are), and mounts it.
    ///
    /// Only a process with one thread can do that. Views are made as before.
    ///
    /// # Errors
    /// The call that is refused; where it is the first one, nothing has changed.
    pub fn at(directory: &Path) -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            process::enter_user_namespace(None)?;
        }
        sys::unshare(UnshareFlags::NEWNS).named(|| "unshare(CLONE_NEWNS)".into())?;
        let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
        rustix::mount::mount_change("/", private)
            .named(|| "mount(\"/\", MS_REC|MS_PRIVATE)".into())?;
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        rustix::mount::mount("tmpfs", directory, "tmpfs", flags, c"mode=0700,nr_inodes=0")
            .named(|| format!("mount(tmpfs, {:?})", directory.display()))?;
        Ok(Self { directory: directory.to_owned() })
    }
}

impl Drop for PrivateMemory {
    fn drop(&mut self) {
        // With this process it goes in any case.
        let _busy = rustix::mount::unmount(&self.directory, UnmountFlags::DETACH);
    }
}
