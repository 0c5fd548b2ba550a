use std::num::NonZero;
use std::thread;
use std::time::{Duration, SystemTime};

use hermitage_mountns::ByteString;
use rustix::fs::{AtFlags, CWD, FileType, Stat};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::key::hex;

/// Times of files are no finer than the kernel's clock tick; what is this new may change again unnoticed.
const TICK: Duration = Duration::from_millis(50);

/// Below this many paths a thread costs more than it saves.
const WORTH_A_THREAD: usize = 512;

/// The state of a list of paths on the host: what each is, and when it last changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    digest: String,
    /// The latest change of any of them, in nanoseconds since 1970.
    latest: i128,
}

/// One piece of the list.
struct Piece {
    digest: [u8; 32],
    latest: i128,
}

impl State {
    /// Looks at every path; what is not there is a state too. None when a path can't be looked at for another reason
    /// than that it is closed to us.
    pub(crate) fn of(paths: &[ByteString]) -> Option<Self> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        // A fixed size, so that the digest does not depend on the machine's processors.
        let pieces: Vec<&[ByteString]> = paths.chunks(WORTH_A_THREAD).collect();
        let threads = pieces.len().min(cores).max(1);
        let share = |first: usize| -> Vec<Option<Piece>> {
            pieces.iter().skip(first).step_by(threads).map(|piece| look(piece)).collect()
        };
        let share = &share;
        let mut shares: Vec<_> = thread::scope(|scope| {
            let start =
                |first| thread::Builder::new().spawn_scoped(scope, move || share(first)).ok();
            let workers: Vec<_> = (1..threads).map(start).collect();
            let mine = share(0);
            let finish = |(at, worker): (usize, Option<thread::ScopedJoinHandle<'_, _>>)| {
                // Where no thread is to be had, this one does the share.
                worker.and_then(|worker| worker.join().ok()).unwrap_or_else(|| share(at + 1))
            };
            let others = workers.into_iter().enumerate().map(finish);
            std::iter::once(mine).chain(others).map(Vec::into_iter).collect()
        });
        let mut hasher = Sha256::new();
        let mut latest = i128::MIN;
        for at in 0..pieces.len() {
            let piece = shares[at % threads].next()??;
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
        let now = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let limit = now.saturating_sub(TICK).as_nanos();
        i128::try_from(limit).is_ok_and(|limit| self.latest < limit)
    }
}

fn look(paths: &[ByteString]) -> Option<Piece> {
    let mut hasher = Sha256::new();
    let mut latest = i128::MIN;
    for path in paths {
        let mut see = |stat: Result<Stat, rustix::io::Errno>| -> Option<Option<Stat>> {
            use rustix::io::Errno;
            let stat = match stat {
                Ok(stat) => stat,
                Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS | Errno::LOOP) => {
                    hasher.update([0]);
                    return Some(None);
                }
                Err(_unknown) => return None,
            };
            let changed = (i128::from(stat.st_ctime), i128::from(stat.st_ctime_nsec));
            latest = latest.max(changed.0 * 1_000_000_000 + changed.1);
            hasher.update([1]);
            for number in [
                stat.st_dev,
                stat.st_ino,
                u64::from(stat.st_mode),
                stat.st_size.cast_unsigned(),
                stat.st_mtime.cast_unsigned(),
                stat.st_mtime_nsec,
                stat.st_ctime.cast_unsigned(),
                stat.st_ctime_nsec,
            ] {
                hasher.update(number.to_le_bytes());
            }
            Some(Some(stat))
        };
        let stat = see(rustix::fs::statat(CWD, path.as_bytes(), AtFlags::SYMLINK_NOFOLLOW))?;
        let link = stat.is_some_and(|s| FileType::from_raw_mode(s.st_mode) == FileType::Symlink);
        if link {
            see(rustix::fs::statat(CWD, path.as_bytes(), AtFlags::empty()))?;
        }
    }
    Some(Piece { digest: hasher.finalize().into(), latest })
}
