//! Puts there what a command left.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use hermitage_view::digest::{Algorithm, Content};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps};

use super::outcome::{Left, Outcome, Thing, place};
use super::store::{Problem, Store};
use crate::failure::Failure;

/// Nothing is touched before every content is known to be whole.
pub(super) fn restore(outcome: &Outcome, store: &Store, root: &Path) -> Result<(), Problem> {
    let sums = outcome.left.iter().filter_map(Left::content);
    let mut files = VecDeque::new();
    for sum in sums {
        // Few are kept open at a time: limits are low.
        drop(store.object(&sum)?);
        files.push_back(sum);
    }
    for path in &outcome.gone {
        let place = place(root, path);
        remove(&place).map_err(|error| fatal(&place, &error))?;
    }
    for left in &outcome.left {
        let place = place(root, &left.path);
        let source = files.front().filter(|_| left.content().is_some());
        let source = source.map(|sum| store.object(sum)).transpose().map_err(half)?;
        if source.is_some() {
            files.pop_front();
        }
        put(left, source, root).map_err(|error| fatal(&place, &error))?;
    }
    // What is put into a directory changes its time, and may need rights that it is not to have.
    for left in outcome.left.iter().rev() {
        let place = place(root, &left.path);
        finish(left, &place).map_err(|error| fatal(&place, &error))?;
    }
    Ok(())
}

fn put(left: &Left, source: Option<File>, root: &Path) -> io::Result<()> {
    let to = place(root, &left.path);
    match &left.what {
        Thing::Dir { .. } => {
            if !to.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
                remove(&to)?;
                std::fs::create_dir(&to)?;
            }
            Ok(())
        }
        Thing::File { content, .. } => {
            remove(&to)?;
            let mut source = source.ok_or(io::ErrorKind::NotFound)?;
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&to)?;
            io::copy(&mut source, &mut file)?;
            let (found, _) = Algorithm::Sha256.of_reader(&mut File::open(&to)?)?;
            match Content::parse(content) {
                Some(wanted) if wanted == found => Ok(()),
                _ => Err(io::Error::other("the store changed while it was read")),
            }
        }
        Thing::Same { as_path } => {
            remove(&to)?;
            std::fs::hard_link(place(root, as_path), &to)
        }
        Thing::Symlink { target } => {
            remove(&to)?;
            std::os::unix::fs::symlink(target.as_path(), &to)
        }
    }
}

/// Mode and time.
fn finish(left: &Left, place: &Path) -> io::Result<()> {
    if let Thing::Dir { mode } | Thing::File { mode, .. } = &left.what {
        std::fs::set_permissions(place, std::fs::Permissions::from_mode(*mode))?;
    }
    let (seconds, nanoseconds) = left.time;
    let time = Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    let times = Timestamps { last_access: time, last_modification: time };
    Ok(rustix::fs::utimensat(CWD, place, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

fn remove(place: &Path) -> io::Result<()> {
    let removed = match place.symlink_metadata() {
        Ok(meta) if meta.is_dir() => std::fs::remove_dir_all(place),
        Ok(_) => std::fs::remove_file(place),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn fatal(place: &Path, error: &io::Error) -> Problem {
    let failure = Failure::file(place, "what is stored can't be put there", error);
    Problem::Fatal(failure.advise(
        "Only a part of it is there now. Put the writable directories back as they were before you run it again.",
    ))
}

/// What goes wrong in the middle.
fn half(problem: Problem) -> Problem {
    match problem {
        Problem::Damaged(what) => Problem::Fatal(Failure::new(format!(
            "{what}: it changed while it was put back, so only a part of what is stored is there"
        ))),
        other => other,
    }
}
