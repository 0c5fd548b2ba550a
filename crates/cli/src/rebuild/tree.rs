//! Two trees, compared byte by byte.

use std::fs::{self, File, Metadata};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use hermitage_mountns::ByteString;

/// A path at which two trees differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// The path inside.
    pub(crate) path: ByteString,
    #[serde(flatten)]
    pub(crate) kind: DifferenceKind,
}

/// How they differ there. Of everything that has two values the first tree's is first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "difference", rename_all = "kebab-case")]
pub(crate) enum DifferenceKind {
    /// Only the first tree has it.
    OnlyFirst,
    /// Only the second tree has it.
    OnlySecond,
    /// One is a directory and the other a file, say.
    Type { first: &'static str, second: &'static str },
    /// Permission bits.
    Mode { first: String, second: String },
    /// The targets of symbolic links.
    Target { first: ByteString, second: ByteString },
    /// The content of files, from this byte on.
    Content { offset: u64, first_size: u64, second_size: u64 },
    /// Times of modification, in nanoseconds since 1970.
    Time { first: i128, second: i128 },
}

/// Compares what is at two places, and calls it `path`; with `times` times of modification count.
pub(crate) fn compare(
    first: &Path,
    second: &Path,
    path: &Path,
    times: bool,
) -> io::Result<Vec<Difference>> {
    let mut comparison = Comparison { times, found: Vec::new() };
    comparison.both(first, second, path)?;
    Ok(comparison.found)
}

struct Comparison {
    times: bool,
    found: Vec<Difference>,
}

impl Comparison {
    fn both(&mut self, first: &Path, second: &Path, path: &Path) -> io::Result<()> {
        let (one, other) = match (look(first)?, look(second)?) {
            (Some(one), Some(other)) => (one, other),
            (Some(_), None) => return self.tell(path, DifferenceKind::OnlyFirst),
            (None, Some(_)) => return self.tell(path, DifferenceKind::OnlySecond),
            (None, None) => return Ok(()),
        };
        if kind(&one) != kind(&other) {
            let (first, second) = (kind(&one), kind(&other));
            return self.tell(path, DifferenceKind::Type { first, second });
        }
        if one.is_symlink() {
            let [a, b] = [fs::read_link(first)?, fs::read_link(second)?];
            if a != b {
                let (first, second) = (a.as_path().into(), b.as_path().into());
                self.tell(path, DifferenceKind::Target { first, second })?;
            }
            return Ok(());
        }
        self.metadata(&one, &other, path)?;
        if one.is_dir() {
            return self.directories(first, second, path);
        }
        if one.is_file()
            && let Some(offset) = first_difference(first, second)?
        {
            let (first_size, second_size) = (one.len(), other.len());
            self.tell(path, DifferenceKind::Content { offset, first_size, second_size })?;
        }
        Ok(())
    }

    fn metadata(&mut self, one: &Metadata, other: &Metadata, path: &Path) -> io::Result<()> {
        let mode = |meta: &Metadata| format!("{:04o}", meta.mode() & 0o7777);
        if mode(one) != mode(other) {
            let (first, second) = (mode(one), mode(other));
            self.tell(path, DifferenceKind::Mode { first, second })?;
        }
        let time = |meta: &Metadata| {
            i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec())
        };
        if self.times && time(one) != time(other) {
            let (first, second) = (time(one), time(other));
            self.tell(path, DifferenceKind::Time { first, second })?;
        }
        Ok(())
    }

    fn directories(&mut self, first: &Path, second: &Path, path: &Path) -> io::Result<()> {
        let mut names = names(first)?;
        names.extend(self::names(second)?);
        names.sort();
        names.dedup();
        names
            .iter()
            .try_for_each(|name| self.both(&first.join(name), &second.join(name), &path.join(name)))
    }

    #[allow(clippy::unnecessary_wraps, reason = "ends a branch of what can fail")]
    fn tell(&mut self, path: &Path, kind: DifferenceKind) -> io::Result<()> {
        self.found.push(Difference { path: path.into(), kind });
        Ok(())
    }
}

fn look(path: &Path) -> io::Result<Option<Metadata>> {
    match path.symlink_metadata() {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(named(path, &error)),
    }
}

fn names(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).map_err(|error| named(directory, &error))?;
    entries.map(|entry| Ok(entry?.file_name().into())).collect()
}

fn kind(meta: &Metadata) -> &'static str {
    let kind = meta.file_type();
    match () {
        () if kind.is_file() => "file",
        () if kind.is_dir() => "directory",
        () if kind.is_symlink() => "link",
        () if kind.is_fifo() => "pipe",
        () if kind.is_socket() => "socket",
        () => "device",
    }
}

/// The offset of the first byte that two files don't have in common.
fn first_difference(first: &Path, second: &Path) -> io::Result<Option<u64>> {
    let open = |path: &Path| {
        let file = File::open(path).map_err(|error| named(path, &error))?;
        Ok::<_, io::Error>(BufReader::with_capacity(1 << 16, file))
    };
    let (mut one, mut other) = (open(first)?, open(second)?);
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut offset = 0;
    loop {
        let (size, other_size) = (fill(&mut one, &mut left)?, fill(&mut other, &mut right)?);
        let common = left[..size].iter().zip(&right[..other_size]).take_while(|(a, b)| a == b);
        let common = common.count();
        offset += common as u64;
        if common < size.max(other_size) {
            return Ok(Some(offset));
        }
        if size == 0 {
            return Ok(None);
        }
    }
}

/// As much as there is, up to the size of the buffer.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
