//! Looking at files of the host.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use hermitage_view::digest::{Content, Contents, Seen, Sought};
use rustix::fs::{CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::hashes::Hashes;

/// The files below a directory.
#[derive(Debug)]
pub(super) struct Files<'h> {
    root: Vec<u8>,
    hashes: &'h Hashes,
    trust: Trust,
    /// Paths whose content is not what was recorded or remembered, though their times say it is.
    belied: Mutex<Vec<Vec<u8>>>,
}

/// What is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// What was recorded or remembered of a file in the state it is in.
    Recorded,
    /// What is read.
    Nothing,
}

impl<'h> Files<'h> {
    pub(super) fn below(root: &Path, hashes: &'h Hashes, trust: Trust) -> Self {
        let root = root.as_os_str().as_bytes();
        let root = root.strip_suffix(b"/").unwrap_or(root).to_vec();
        Self { root, hashes, trust, belied: Mutex::default() }
    }

    /// The paths whose content is another than would have been believed, sorted.
    pub(super) fn belied(self) -> Vec<Vec<u8>> {
        let mut paths = self.belied.into_inner().unwrap_or_else(PoisonError::into_inner);
        paths.sort();
        paths
    }

    /// What is said of a file in this state.
    fn said(&self, file: &Sought<'_>, stat: &Stat) -> Option<Content> {
        let remembered = self.hashes.find(stat, file.algorithm());
        remembered.or_else(|| file.recorded(stat.st_mtime))
    }

    fn read(&self, file: &Sought<'_>, path: &Path) -> io::Result<Option<(Stat, Content)>> {
        let began = SystemTime::now();
        // NONBLOCK: a pipe put where a file was must not hang us.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let opened = match rustix::fs::openat(CWD, path, flags, Mode::empty()) {
            Err(Errno::ACCESS | Errno::PERM) => return Ok(None),
            opened => opened?,
        };
        let before = rustix::fs::fstat(&opened)?;
        regular(&before)?;
        let mut opened = File::from(opened);
        let (content, size) = file.algorithm().of_reader(&mut opened)?;
        let after = rustix::fs::fstat(&opened)?;
        if state(&before) != state(&after) || size != after.st_size.cast_unsigned() {
            return Err(changed());
        }
        self.hashes.note(&after, &content, began);
        Ok(Some((after, content)))
    }
}

impl Contents for Files<'_> {
    fn look(&self, file: &Sought<'_>) -> io::Result<Seen> {
        let path = PathBuf::from(OsString::from_vec([&self.root, file.path].concat()));
        let stat = rustix::fs::lstat(&path)?;
        regular(&stat)?;
        let said = self.said(file, &stat);
        if self.trust == Trust::Recorded
            && let Some(content) = said
        {
            return Ok(seen(&stat, content));
        }
        // What may not be read can still have a record.
        let Some((stat, content)) = self.read(file, &path)? else {
            return Ok(seen(&stat, said.unwrap_or(Content::Closed)));
        };
        if said.is_some_and(|said| said != content) {
            let mut belied = self.belied.lock().unwrap_or_else(PoisonError::into_inner);
            belied.push(file.path.to_vec());
        }
        Ok(seen(&stat, content))
    }
}

fn regular(stat: &Stat) -> io::Result<()> {
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    if is_file { Ok(()) } else { Err(changed()) }
}

fn changed() -> io::Error {
    io::Error::other("it changed while it was looked at")
}

/// What changes when the content does.
fn state(stat: &Stat) -> [i128; 6] {
    [
        stat.st_ino.into(),
        stat.st_size.into(),
        stat.st_mtime.into(),
        stat.st_mtime_nsec.into(),
        stat.st_ctime.into(),
        stat.st_ctime_nsec.into(),
    ]
}

fn seen(stat: &Stat, content: Content) -> Seen {
    Seen { mode: stat.st_mode & 0o7777, size: stat.st_size.cast_unsigned(), content }
}
