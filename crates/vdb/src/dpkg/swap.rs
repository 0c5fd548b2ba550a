//! A directory that appears whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::Error;

use super::fail;
use super::problem::{Fault, Problem};

/// Marks a directory as an import's output, so that a later import may replace it.
pub(super) const MARKER: &str = "hermitage-dpkg-import";
/// A build takes seconds: what is older than this was left by a process that was killed.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A directory under construction beside its final place; removed when dropped before [`Draft::publish`].
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
    out: PathBuf,
}

impl Draft {
    /// Makes an empty directory beside `out`, and removes abandoned ones.
    pub(super) fn beside(out: &Path) -> Result<Self, Error> {
        let name = out.file_name().ok_or_else(|| in_the_way(out))?;
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        check_replaceable(out)?;
        fs::create_dir_all(parent).map_err(|error| fail::write(parent, error))?;
        let mut prefix = OsString::from(".");
        prefix.push(name);
        prefix.push(".draft-");
        remove_abandoned(parent, &prefix);
        for number in 0_u32.. {
            let mut name = prefix.clone();
            name.push(format!("{}-{number}", std::process::id()));
            let path = parent.join(name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path, out: out.to_owned() }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(fail::write(&path, error)),
            }
        }
        Err(in_the_way(out))
    }

    /// Where to write.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the directory in its place in one step. An earlier import's output is exchanged with it, and
    /// then removed; so is an empty directory. Where the file system can't exchange directories, as overlays can't,
    /// there is nothing in its place for a moment.
    pub(super) fn publish(self) -> Result<(), Error> {
        loop {
            match renameat_with(CWD, &self.path, CWD, &self.out, RenameFlags::NOREPLACE) {
                Ok(()) => return Ok(()),
                Err(Errno::EXIST) => check_replaceable(&self.out)?,
                Err(error) => return Err(fail::write(&self.out, error.into())),
            }
            match renameat_with(CWD, &self.path, CWD, &self.out, RenameFlags::EXCHANGE) {
                // Dropping removes what is now at the draft's path: the old output.
                Ok(()) => return Ok(()),
                Err(Errno::NOENT) => {}
                Err(Errno::XDEV | Errno::INVAL | Errno::NOSYS) => self.remove_former()?,
                Err(error) => return Err(fail::write(&self.out, error.into())),
            }
        }
    }
}

impl Draft {
    /// Takes away what is in the place: all at once if it can be renamed.
    fn remove_former(&self) -> Result<(), Error> {
        let mut aside = self.path.clone().into_os_string();
        aside.push("-former");
        let former = match fs::rename(&self.out, &aside) {
            Ok(()) => Path::new(&aside),
            Err(_unmovable) => &self.out,
        };
        match fs::remove_dir_all(former) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(fail::write(former, error))
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a plain rename there is nothing to remove; a failure to remove leaves a directory that
        // a later import finds abandoned.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn check_replaceable(out: &Path) -> Result<(), Error> {
    if out.join(MARKER).is_file() || !out.exists() {
        return Ok(());
    }
    let is_empty = fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty { Ok(()) } else { Err(in_the_way(out)) }
}

fn in_the_way(out: &Path) -> Error {
    fail::at(out, Fault::new(0, Problem::OutputInTheWay))
}

/// Removes old drafts; one that cannot be looked at or removed is left alone.
fn remove_abandoned(parent: &Path, prefix: &OsString) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let is_draft = entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes());
        if is_draft && is_abandoned(&entry) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_abandoned(entry: &fs::DirEntry) -> bool {
    let modified = entry.metadata().and_then(|meta| meta.modified());
    modified
        .is_ok_and(|time| SystemTime::now().duration_since(time).is_ok_and(|age| age > ABANDONED))
}
