//! What one package has on the disk, as CONTENTS and NEEDED.ELF.2 say it.

use std::collections::HashSet;
use std::fs::{self, File, FileType, Metadata};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use md5::{Digest as _, Md5};

use crate::Error;

use super::elf::{Linkage, linkage, may_be_dynamic};
use super::fail;
use super::fingerprint::hex;
use super::list::Sums;
use super::places::Places;
use super::report::Absence;

/// What is written about a file whose sum is not known and which may not be read.
const NO_SUM: &str = "00000000000000000000000000000000";

/// The result of looking at all paths of a package.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// The bytes of CONTENTS.
    pub(super) contents: Vec<u8>,
    /// How many lines these are.
    pub(super) entries: usize,
    /// Sum of the sizes of the regular files, in bytes.
    pub(super) size: u64,
    /// Recorded path and linkage of each dynamic ELF file.
    pub(super) linked: Vec<(Vec<u8>, Linkage)>,
    /// Paths that are not in CONTENTS, and why.
    pub(super) absent: Vec<(Vec<u8>, Absence)>,
    /// Files without a packaged sum whose own sum was computed.
    pub(super) summed: usize,
}

/// A listed path: where it is (after diversions), and its packaged sum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed<'a> {
    pub(super) path: &'a [u8],
    pub(super) sum: Option<&'a str>,
}

impl<'a> Listed<'a> {
    /// A path of the list: the sum goes by the packaged name, the place by the diversion.
    pub(super) fn new(packaged: &'a [u8], place: &'a [u8], sums: &Sums<'a>) -> Self {
        Self { path: place, sum: sums.get(packaged) }
    }
}

/// Looks at each path below `root`.
pub(super) fn take(root: &Path, listed: &[Listed<'_>], elf: bool) -> Result<Inventory, Error> {
    let mut inventory =
        Inventory { contents: Vec::with_capacity(listed.len() * 96), ..Inventory::default() };
    let parents: std::cell::OnceCell<HashSet<&[u8]>> = std::cell::OnceCell::new();
    let is_parent = |path: &[u8]| parents.get_or_init(|| parents_of(listed)).contains(path);
    let mut places = Places::new(root);
    for entry in listed {
        let place = places.find(entry.path)?;
        match fs::symlink_metadata(&place) {
            Ok(meta) => inventory
                .add(entry, &place, &meta, elf, &is_parent)
                .map_err(|error| fail::read(&place, error))?,
            Err(error) => {
                let why = absence(error).map_err(|error| fail::read(&place, error))?;
                inventory.absent.push((entry.path.to_vec(), why));
            }
        }
    }
    Ok(inventory)
}

impl Inventory {
    fn add(
        &mut self,
        entry: &Listed<'_>,
        place: &Path,
        meta: &Metadata,
        elf: bool,
        is_parent: &dyn Fn(&[u8]) -> bool,
    ) -> io::Result<()> {
        let kind = meta.file_type();
        let recorded = if kind.is_file() {
            self.add_file(entry, place, meta, elf)?;
            true
        } else if kind.is_symlink() && !is_parent(entry.path) {
            self.add_symlink(entry, place, meta)?
        } else if let Some(word) = word(kind) {
            self.line(word, entry.path);
            true
        } else {
            false
        };
        if recorded {
            self.contents.push(b'\n');
            self.entries += 1;
        } else {
            self.absent.push((entry.path.to_vec(), Absence::Unrecordable));
        }
        Ok(())
    }

    fn line(&mut self, word: &[u8], path: &[u8]) {
        self.contents.extend_from_slice(word);
        self.contents.extend_from_slice(path);
    }

    fn add_file(
        &mut self,
        entry: &Listed<'_>,
        place: &Path,
        meta: &Metadata,
        elf: bool,
    ) -> io::Result<()> {
        self.size += meta.size();
        self.line(b"obj ", entry.path);
        self.contents.push(b' ');
        if let Some(sum) = entry.sum {
            self.contents.extend_from_slice(sum.as_bytes());
        } else {
            self.summed += 1;
            let sum = sum_of(place)?;
            self.contents.extend_from_slice(sum.as_bytes());
        }
        self.time(meta);
        if elf
            && may_be_dynamic(entry.path, meta.mode())
            && let Some(linkage) = linkage(place)
        {
            self.linked.push((entry.path.to_vec(), linkage));
        }
        Ok(())
    }

    /// False when CONTENTS cannot record the target.
    fn add_symlink(
        &mut self,
        entry: &Listed<'_>,
        place: &Path,
        meta: &Metadata,
    ) -> io::Result<bool> {
        let target = fs::read_link(place)?.into_os_string().into_vec();
        if target.contains(&b'\n') {
            return Ok(false);
        }
        self.line(b"sym ", entry.path);
        self.line(b" -> ", &target);
        self.time(meta);
        Ok(true)
    }

    fn time(&mut self, meta: &Metadata) {
        self.contents.push(b' ');
        self.contents.extend_from_slice(meta.mtime().to_string().as_bytes());
    }
}

/// The word and space of a line that has nothing after its path. A symlink comes here when the package has files
/// below it: to the package it is a directory (merged usr).
fn word(kind: FileType) -> Option<&'static [u8]> {
    if kind.is_dir() || kind.is_symlink() {
        Some(b"dir ")
    } else if kind.is_fifo() {
        Some(b"fif ")
    } else if kind.is_block_device() || kind.is_char_device() {
        Some(b"dev ")
    } else {
        None
    }
}

/// Every directory that the list has something in.
fn parents_of<'a>(listed: &[Listed<'a>]) -> HashSet<&'a [u8]> {
    listed
        .iter()
        .filter_map(|entry| {
            let slash = entry.path.iter().rposition(|byte| *byte == b'/')?;
            Some(&entry.path[..slash])
        })
        .collect()
}

/// Turns "it is not there" and "it may not be looked at" into values; other errors stay errors.
fn absence(error: io::Error) -> io::Result<Absence> {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(Absence::NotOnDisk),
        io::ErrorKind::PermissionDenied => Ok(Absence::NotAccessible),
        _ => Err(error),
    }
}

fn sum_of(place: &Path) -> io::Result<String> {
    let mut file = match File::open(place) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Ok(NO_SUM.to_owned());
        }
        Err(error) => return Err(error),
    };
    let mut hasher = Md5::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hex(&hasher.finalize())),
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
