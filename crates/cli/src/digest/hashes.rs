//! Sums of files, kept from run to run.
//!
//! A sum belongs to a file that is the same in device, inode, size, time of change and time of modification. Several runs can
//! share the file of the sums: each reads it whole, and puts another one in its place.
//!
//! # Format
//! All integers are little-endian.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `HRMITSUM` |
//! | 8 | 4 | version, 1 |
//! | 12 | 4 | CRC-32 (IEEE) of everything after it |
//! | 16 | 80 each | entries, sorted as bytes of device, inode and algorithm |
//!
//! An entry: device (8), inode (8), algorithm (4; 1 is MD5, 2 SHA-256), the day it was last used, since 1970 (4), size (8), time of
//! modification in nanoseconds (8), of change (8), sum (32, MD5 with zeros behind it).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use hermitage_view::digest::{Algorithm, Content, Sum};
use rustix::fs::{FlockOperation, Stat};

use crate::cache::files::{self, lock};
use crate::cache::is_settled;

const MAGIC: &[u8; 12] = b"HRMITSUM\x01\0\0\0";
const HEADER: usize = 16;
const ENTRY: usize = 80;

/// The most entries that are kept: 32 MiB.
const LIMIT: usize = (32 << 20) / ENTRY;

/// The sums that are known, and those that are new.
#[derive(Debug)]
pub(crate) struct Hashes {
    path: PathBuf,
    known: Vec<Entry>,
    fresh: Mutex<Vec<Entry>>,
}

/// What an entry is found by.
type Key = (u64, u64, u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    device: u64,
    inode: u64,
    algorithm: u32,
    day: u32,
    size: u64,
    modified: i64,
    changed: i64,
    sum: [u8; 32],
}

impl Hashes {
    /// Reads a file of sums; one that is not there, damaged or of another version has none.
    pub(crate) fn open(path: PathBuf) -> Self {
        let known = read(&path);
        Self { path, known, fresh: Mutex::default() }
    }

    /// The sum of a file in this state.
    pub(crate) fn find(&self, stat: &Stat, algorithm: Algorithm) -> Option<Content> {
        let wanted = Entry::new(stat, algorithm, [0; 32]);
        let at = self.known.binary_search_by_key(&wanted.key(), Entry::key).ok()?;
        let entry = self.known.get(at)?;
        let same = Entry { sum: entry.sum, day: entry.day, ..wanted } == *entry;
        same.then(|| entry.content(algorithm))
    }

    /// Remembers what was read of a file in this state, beginning at this time. A change right after one that the reader saw
    /// can leave a file with the same times, so what was that new is not remembered.
    pub(crate) fn note(&self, stat: &Stat, content: &Content, began: SystemTime) {
        let (algorithm, sum) = match content {
            Content::Md5(sum) => (Algorithm::Md5, padded(sum)),
            Content::Sha256(Sum(sum)) => (Algorithm::Sha256, *sum),
            _ => return,
        };
        let entry = Entry::new(stat, algorithm, sum);
        if is_settled(entry.changed.max(entry.modified).into(), began) {
            self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        }
    }

    /// Puts what is new beside what others found out meanwhile.
    pub(crate) fn save(&self) -> io::Result<()> {
        let fresh = std::mem::take(&mut *self.fresh.lock().unwrap_or_else(PoisonError::into_inner));
        if fresh.is_empty() {
            return Ok(());
        }
        let dir = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(dir)?;
        // Without it, sums of another run could be lost, and would be found out again.
        let _held = lock(&self.path.with_extension("lock"), FlockOperation::LockExclusive)?;
        let bytes = written(&merged(fresh, read(&self.path)));
        // What a power cut may leave of it is known by its checksum to be nothing.
        files::write(&self.path, &[&bytes])
    }
}

impl Entry {
    fn new(stat: &Stat, algorithm: Algorithm, sum: [u8; 32]) -> Self {
        let time = |seconds: i64, nanoseconds: u64| {
            let nanoseconds = i64::try_from(nanoseconds).unwrap_or(0);
            seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds)
        };
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            algorithm: if algorithm == Algorithm::Md5 { 1 } else { 2 },
            day: today(),
            size: stat.st_size.cast_unsigned(),
            modified: time(stat.st_mtime, stat.st_mtime_nsec),
            changed: time(stat.st_ctime, stat.st_ctime_nsec),
            sum,
        }
    }

    fn key(&self) -> Key {
        (self.device, self.inode, self.algorithm)
    }

    fn content(&self, algorithm: Algorithm) -> Content {
        match (algorithm, self.sum.first_chunk::<16>()) {
            (Algorithm::Md5, Some(sum)) => Content::Md5(*sum),
            _ => Content::Sha256(Sum(self.sum)),
        }
    }

    fn bytes(&self) -> [u8; ENTRY] {
        let mut bytes = [0; ENTRY];
        bytes[..8].copy_from_slice(&self.device.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.inode.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.algorithm.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.day.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.size.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.modified.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.changed.to_le_bytes());
        bytes[48..].copy_from_slice(&self.sum);
        bytes
    }

    fn parse(bytes: &[u8; ENTRY]) -> Option<Self> {
        let long = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let short = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        Some(Self {
            device: long(0)?,
            inode: long(8)?,
            algorithm: short(16)?,
            day: short(20)?,
            size: long(24)?,
            modified: long(32)?.cast_signed(),
            changed: long(40)?.cast_signed(),
            sum: *bytes.get(48..)?.first_chunk()?,
        })
    }
}

/// Everything once, what is new before what is old, and no more than fits: what was not used for longest goes.
fn merged(fresh: Vec<Entry>, known: Vec<Entry>) -> Vec<Entry> {
    let mut all = fresh;
    all.extend(known);
    all.sort_by_key(Entry::key);
    all.dedup_by_key(|entry| entry.key());
    if all.len() > LIMIT {
        all.sort_by_key(|entry| std::cmp::Reverse(entry.day));
        all.truncate(LIMIT);
        all.sort_by_key(Entry::key);
    }
    all
}

fn written(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + entries.len() * ENTRY);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[0; 4]);
    for entry in entries {
        bytes.extend_from_slice(&entry.bytes());
    }
    let crc = crc32fast::hash(&bytes[HEADER..]);
    bytes[12..HEADER].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Nothing where the file is not as it was written.
fn read(path: &Path) -> Vec<Entry> {
    std::fs::read(path).ok().and_then(|bytes| parse(&bytes)).unwrap_or_default()
}

fn parse(bytes: &[u8]) -> Option<Vec<Entry>> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let crc = crc32fast::hash(rest).to_le_bytes();
    let (entries, cut) = rest.as_chunks::<ENTRY>();
    if header[..12] != MAGIC[..] || header[12..] != crc || !cut.is_empty() {
        return None;
    }
    entries.iter().map(Entry::parse).collect()
}

/// Whether a file has sums as they were written, of this version.
pub(crate) fn is_whole(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| parse(&bytes).is_some())
}

fn padded(sum: &[u8; 16]) -> [u8; 32] {
    let mut padded = [0; 32];
    padded[..16].copy_from_slice(sum);
    padded
}

fn today() -> u32 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() / 86_400).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::Duration;

    use super::*;

    const OLD: Duration = Duration::from_millis(80);

    fn stat(path: &Path) -> Stat {
        rustix::fs::lstat(path).unwrap()
    }

    fn place() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let (file, sums) = (dir.path().join("file"), dir.path().join("cache/sums"));
        std::fs::write(&file, "one").unwrap();
        (dir, file, sums)
    }

    #[test]
    fn a_sum_is_found_again_for_the_same_file_in_the_same_state_alone() {
        let (_dir, file, sums) = place();
        let before = stat(&file);
        std::thread::sleep(OLD);
        let hashes = Hashes::open(sums.clone());
        for algorithm in [Algorithm::Md5, Algorithm::Sha256] {
            hashes.note(&before, &algorithm.of_bytes(b"one"), SystemTime::now());
        }
        hashes.save().unwrap();
        let again = Hashes::open(sums);
        for algorithm in [Algorithm::Md5, Algorithm::Sha256] {
            assert_eq!(again.find(&before, algorithm), Some(algorithm.of_bytes(b"one")));
        }
        // Of the same length and with the time put back.
        let modified = std::fs::metadata(&file).unwrap().modified().unwrap();
        std::fs::write(&file, "two").unwrap();
        File::options().write(true).open(&file).unwrap().set_modified(modified).unwrap();
        assert_eq!(again.find(&stat(&file), Algorithm::Sha256), None);
    }

    #[test]
    fn what_changed_a_moment_ago_is_not_remembered() {
        let (_dir, file, sums) = place();
        let hashes = Hashes::open(sums.clone());
        hashes.note(&stat(&file), &Algorithm::Sha256.of_bytes(b"one"), SystemTime::now());
        hashes.save().unwrap();
        assert!(!sums.exists());
    }

    #[test]
    fn a_damaged_file_of_sums_is_as_good_as_none_wherever_it_is_damaged() {
        let (_dir, file, sums) = place();
        let before = stat(&file);
        std::thread::sleep(OLD);
        let hashes = Hashes::open(sums.clone());
        let content = Algorithm::Sha256.of_bytes(b"one");
        hashes.note(&before, &content, SystemTime::now());
        hashes.save().unwrap();
        let whole = std::fs::read(&sums).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert_eq!(parse(&bytes), None, "byte {at}");
            assert_eq!(parse(&whole[..at]).unwrap_or_default(), [], "cut at {at}");
        }
        std::fs::write(&sums, &whole[..40]).unwrap();
        let damaged = Hashes::open(sums.clone());
        assert_eq!(damaged.find(&before, Algorithm::Sha256), None);
        damaged.note(&before, &content, SystemTime::now());
        damaged.save().unwrap();
        assert_eq!(Hashes::open(sums).find(&before, Algorithm::Sha256), Some(content));
    }

    #[test]
    fn runs_that_share_it_lose_nothing_of_each_other() {
        let (dir, _, sums) = place();
        let files: Vec<PathBuf> = (0..8).map(|n| dir.path().join(format!("f{n}"))).collect();
        for file in &files {
            std::fs::write(file, file.as_os_str().as_encoded_bytes()).unwrap();
        }
        std::thread::sleep(OLD);
        let content = |file: &Path| Algorithm::Sha256.of_bytes(file.as_os_str().as_encoded_bytes());
        std::thread::scope(|scope| {
            for file in &files {
                scope.spawn(|| {
                    let hashes = Hashes::open(sums.clone());
                    hashes.note(&stat(file), &content(file), SystemTime::now());
                    hashes.save().unwrap();
                });
            }
        });
        let all = Hashes::open(sums);
        for file in &files {
            assert_eq!(all.find(&stat(file), Algorithm::Sha256), Some(content(file)));
        }
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let entry = |inode: u64, day: u32| Entry {
            device: 1,
            inode,
            algorithm: 2,
            day,
            size: 0,
            modified: 0,
            changed: 0,
            sum: [0; 32],
        };
        let many = u64::try_from(LIMIT).unwrap();
        let known = (0..many).map(|inode| entry(inode, u32::from(inode != 7))).collect();
        let all = merged(vec![entry(many, 9)], known);
        assert_eq!(all.len(), LIMIT);
        assert!(all.iter().all(|entry| entry.inode != 7));
        assert_eq!(all.last().map(|entry| entry.inode), Some(many));
    }
}
