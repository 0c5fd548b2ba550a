use std::ffi::{CStr, CString};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::key::hex;
use super::watch::Group;

/// Times of files are no finer than the kernel's clock tick; what is this new may change again unnoticed.
const TICK: Duration = Duration::from_millis(50);

/// How much other threads than the first let others go before them.
const GIVE_WAY: i32 = 10;

/// Below this many groups a thread costs more than it saves.
const WORTH_A_THREAD: usize = 8;

/// The state of a list of paths on the host: what each is, and when it last changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    digest: String,
    /// The latest change of any of them, in nanoseconds since 1970.
    latest: i128,
}

impl State {
    /// Looks at every path; what is not there is a state too. None when a path can't be looked at for another reason
    /// than that it is closed to us.
    pub(super) fn of(groups: &[Group<'_>]) -> Option<Self> {
        let pieces: Vec<OnceLock<Option<Piece>>> = groups.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        // Each takes what is next, since the processors have other things to do as well.
        let work = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some((group, piece)) = groups.get(at).zip(pieces.get(at)) else { return };
                piece.get_or_init(|| look(*group).ok());
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads_for(groups.len()) {
                // Where no thread is to be had, this one does it all.
                let _none = thread::Builder::new().spawn_scoped(scope, || {
                    // The view is being made meanwhile, which is not to wait for us; only this thread gives way.
                    let _none = rustix::process::nice(GIVE_WAY);
                    work();
                });
            }
            work();
        });
        let mut hasher = Sha256::new();
        let mut latest = i128::MIN;
        for piece in pieces {
            let piece = piece.into_inner()??;
            hasher.update(piece.digest);
            latest = latest.max(piece.latest);
        }
        Some(Self { digest: hex(&hasher.finalize()), latest })
    }

    /// Whether nothing has changed from the one to the other.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// Whether everything had been as it is for a while at this time: a change right after, with the same time of the
    /// clock, would go unnoticed.
    pub(crate) fn settled_before(&self, time: SystemTime) -> bool {
        is_settled(self.latest, time)
    }
}

/// Whether what last changed then, in nanoseconds since 1970, had been as it is for a while at this time.
pub(crate) fn is_settled(changed: i128, time: SystemTime) -> bool {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let limit = since.saturating_sub(TICK).as_nanos();
    i128::try_from(limit).is_ok_and(|limit| changed < limit)
}

/// As many as there are processors for us; what limits our time on them is not asked for, since that means reading files.
fn threads_for(groups: usize) -> usize {
    let processors = rustix::thread::sched_getaffinity(None).map_or(1, |set| set.count());
    (groups / WORTH_A_THREAD).min(usize::try_from(processors).unwrap_or(1)).max(1)
}

/// The state of one group.
#[derive(Debug)]
struct Piece {
    digest: [u8; 32],
    latest: i128,
}

/// Fails where something can't be looked at, for another reason than that it is closed to us.
fn look(group: Group<'_>) -> Result<Piece, Errno> {
    let mut look = Look { hasher: Sha256::new(), latest: i128::MIN };
    if group.busy {
        look.around(group)?;
        return Ok(look.done());
    }
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = if group.dir.is_empty() {
        Ok(None)
    } else {
        rustix::fs::open(group.dir, flags, Mode::empty()).map(Some)
    };
    for name in group.names() {
        match &dir {
            Ok(Some(dir)) => look.at(dir.as_fd(), name)?,
            Ok(None) => look.at(CWD, name)?,
            // Then nothing in it can be reached either.
            Err(error) => look.see(Err(*error)).map(drop)?,
        }
    }
    Ok(look.done())
}

/// A piece in the making.
struct Look {
    hasher: Sha256,
    latest: i128,
}

impl Look {
    /// Looks at a path, and if it is a link also at where it leads.
    fn at(&mut self, dir: BorrowedFd<'_>, name: &CStr) -> Result<(), Errno> {
        let stat = self.see(rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW))?;
        let link = stat.is_some_and(|s| FileType::from_raw_mode(s.st_mode) == FileType::Symlink);
        if link {
            self.see(rustix::fs::statat(dir, name, AtFlags::empty()))?;
        }
        Ok(())
    }

    /// Looks at a directory in which others make things: what it is, which links are in it, and of what kind that is which
    /// has these names. When it changed counts only for whether it may be changing now.
    fn around(&mut self, group: Group<'_>) -> Result<(), Errno> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let Ok(dir) = rustix::fs::open(group.dir, flags, Mode::empty()) else {
            return self.at(CWD, group.dir);
        };
        let stat = rustix::fs::fstat(&dir)?;
        self.latest = self.latest.max(changed(&stat));
        for number in [stat.st_dev, stat.st_ino, u64::from(stat.st_mode)] {
            self.hasher.update(number.to_le_bytes());
        }
        for text in links(dir.as_fd())?.iter().flatten() {
            self.hasher.update(text.to_bytes_with_nul());
        }
        for name in group.names() {
            let kind = match rustix::fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode).as_raw_mode(),
                // What we may not look up, a view does not have either.
                Err(Errno::NOENT | Errno::ACCESS) => 0,
                Err(unknown) => return Err(unknown),
            };
            self.hasher.update(kind.to_le_bytes());
        }
        Ok(())
    }

    fn done(self) -> Piece {
        Piece { digest: self.hasher.finalize().into(), latest: self.latest }
    }

    fn see(&mut self, stat: Result<Stat, Errno>) -> Result<Option<Stat>, Errno> {
        let stat = match stat {
            Ok(stat) => stat,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS | Errno::LOOP) => {
                self.hasher.update([0]);
                return Ok(None);
            }
            Err(unknown) => return Err(unknown),
        };
        self.latest = self.latest.max(changed(&stat));
        let mut bytes = [1; 65];
        let numbers = [
            stat.st_dev,
            stat.st_ino,
            u64::from(stat.st_mode),
            stat.st_size.cast_unsigned(),
            stat.st_mtime.cast_unsigned(),
            stat.st_mtime_nsec,
            stat.st_ctime.cast_unsigned(),
            stat.st_ctime_nsec,
        ];
        for (slot, number) in bytes[1..].chunks_exact_mut(8).zip(numbers) {
            slot.copy_from_slice(&number.to_le_bytes());
        }
        self.hasher.update(bytes);
        Ok(Some(stat))
    }
}

/// When something last changed, in nanoseconds since 1970.
fn changed(stat: &Stat) -> i128 {
    i128::from(stat.st_ctime) * 1_000_000_000 + i128::from(stat.st_ctime_nsec)
}

/// The symbolic links in a directory and what they lead to, by name; none where we may not look, for there a view has none
/// but those that packages own.
fn links(dir: BorrowedFd<'_>) -> Result<Vec<[CString; 2]>, Errno> {
    let mut links = Vec::new();
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let listing = match rustix::fs::openat(dir, c".", flags, Mode::empty()) {
        Err(Errno::ACCESS) => return Ok(links),
        listing => listing?,
    };
    for entry in Dir::new(listing)? {
        let entry = entry?;
        if !matches!(entry.file_type(), FileType::Symlink | FileType::Unknown) {
            continue;
        }
        match rustix::fs::readlinkat(dir, entry.file_name(), Vec::new()) {
            Ok(target) => links.push([entry.file_name().to_owned(), target]),
            // No link, or gone by now.
            Err(Errno::INVAL | Errno::NOENT) => {}
            Err(unknown) => return Err(unknown),
        }
    }
    links.sort();
    Ok(links)
}
