//! Which program has to start a file: what follows `#!`, or the program header `PT_INTERP`.

use crate::source::Interpreted;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

/// The kernel reads no more of a `#!` line than this.
const HEAD: usize = 256;
const PT_INTERP: u64 = 3;

/// The interpreters of a file, none where it is not executable, not there, or needs none.
pub(super) fn of(root: &Path, path: &[u8]) -> io::Result<Vec<Interpreted>> {
    let inside = path.strip_prefix(b"/").unwrap_or(path);
    let place = root.join(std::ffi::OsStr::from_bytes(inside));
    let file = match File::open(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(Vec::new()),
        file => file?,
    };
    let meta = file.metadata()?;
    if !meta.is_file() || meta.mode() & 0o111 == 0 {
        return Ok(Vec::new());
    }
    let head = read_at(&file, 0, HEAD)?;
    let interpreters = match head.strip_prefix(b"#!") {
        Some(line) => script(line),
        None => elf(&file, &head)?.into_iter().collect(),
    };
    let found = |interpreter| Interpreted { path: path.to_vec(), interpreter };
    Ok(interpreters.into_iter().map(found).collect())
}

/// The program of a `#!` line; for `env` also the program that it is going to look for, where that usually is.
fn script(line: &[u8]) -> Vec<Vec<u8>> {
    let line = line.split(|&b| b == b'\n').next().unwrap_or_default();
    let mut words = line.split(|b| matches!(b, b' ' | b'\t')).filter(|word| !word.is_empty());
    let Some(program) = words.next() else { return Vec::new() };
    let mut programs = vec![program.to_vec()];
    if program.ends_with(b"/env") {
        let named = words.find(|word| !word.starts_with(b"-") && !word.contains(&b'='));
        programs.extend(named.map(|name| [b"/usr/bin/", name].concat()));
    }
    programs
}

/// The `PT_INTERP` of an ELF file (System V ABI, "Program Header").
fn elf(file: &File, head: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let Some(layout) = Layout::of(head) else { return Ok(None) };
    let number = |at, size| layout.number(head, at, size);
    let (table, size, count) = if layout.wide {
        (number(0x20, 8), number(0x36, 2), number(0x38, 2))
    } else {
        (number(0x1c, 4), number(0x2a, 2), number(0x2c, 2))
    };
    for index in 0..count {
        let header = read_at(file, table.saturating_add(index * size), 56)?;
        if layout.number(&header, 0, 4) == PT_INTERP {
            let (start, length) = if layout.wide {
                (layout.number(&header, 0x08, 8), layout.number(&header, 0x20, 8))
            } else {
                (layout.number(&header, 0x04, 4), layout.number(&header, 0x10, 4))
            };
            let length = usize::try_from(length).unwrap_or(usize::MAX).min(4096);
            let name = read_at(file, start, length)?;
            return Ok(name.split(|&b| b == 0).next().map(<[u8]>::to_vec));
        }
    }
    Ok(None)
}

/// How numbers are stored in an ELF file.
#[derive(Clone, Copy)]
struct Layout {
    wide: bool,
    little: bool,
}

impl Layout {
    fn of(head: &[u8]) -> Option<Self> {
        match *head {
            [0x7f, b'E', b'L', b'F', class @ 1..=2, data @ 1..=2, ..] => {
                Some(Self { wide: class == 2, little: data == 1 })
            }
            _ => None,
        }
    }

    /// A number; 0 where the bytes end before it, so that a truncated file has no interpreter.
    fn number(self, bytes: &[u8], at: usize, size: usize) -> u64 {
        let Some(bytes) = bytes.get(at..at + size) else { return 0 };
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
    }
}

fn read_at(file: &File, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        match file.read_at(&mut bytes[filled..], offset + filled as u64)? {
            0 => break,
            read => filled += read,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
