//! What a program names to be run by: the kernel opens it of its own accord, so no call tells of it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// As much as the kernel reads of a script (`BINPRM_BUF_SIZE`).
const HEAD: usize = 256;
/// As many headers as the kernel takes, in bytes (`ELF_MIN_ALIGN` is at least this).
const MOST_HEADERS: usize = 4096;
/// A longer path can't be one.
const LONGEST_PATH: usize = 4096;
const PT_INTERP: u64 = 3;

/// The interpreter of a script, or the dynamic loader of an ELF file.
pub(super) fn interpreter(file: &File) -> Option<Vec<u8>> {
    let head = read(file, 0, HEAD)?;
    match &head[..] {
        [b'#', b'!', line @ ..] => script(line),
        [0x7f, b'E', b'L', b'F', class, order, ..] => {
            let native = if cfg!(target_endian = "big") { 2 } else { 1 };
            (*order == native).then(|| loader(file, &head, *class == 2)).flatten()
        }
        _ => None,
    }
}

fn script(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.split(|&byte| byte == b'\n').next()?;
    let mut words = line.split(|byte| b" \t\0".contains(byte));
    words.find(|word| !word.is_empty()).map(<[u8]>::to_vec)
}

/// The content of the `PT_INTERP` segment; see elf(5) for where what is.
fn loader(file: &File, head: &[u8], wide: bool) -> Option<Vec<u8>> {
    let (headers, size, count) = if wide { (32, 54, 56) } else { (28, 42, 44) };
    let headers = word(head, headers, wide)?;
    let (size, count) = (half(head, size)?, half(head, count)?);
    let table = read(file, headers, size.checked_mul(count)?.min(MOST_HEADERS))?;
    let is_it = |header: &&[u8]| word(header, 0, false) == Some(PT_INTERP);
    let header = table.chunks_exact(size.max(1)).find(is_it)?;
    let (offset, length) = if wide { (8, 32) } else { (4, 16) };
    let length = usize::try_from(word(header, length, wide)?).ok()?.min(LONGEST_PATH);
    let mut path = read(file, word(header, offset, wide)?, length)?;
    path.truncate(path.iter().position(|&byte| byte == 0)?);
    Some(path)
}

/// As much as there is of so many bytes.
fn read(file: &File, from: u64, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    let read = file.read_at(&mut bytes, from).ok()?;
    bytes.truncate(read);
    Some(bytes)
}

fn word(bytes: &[u8], at: usize, wide: bool) -> Option<u64> {
    if wide {
        return Some(u64::from_ne_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
    }
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?).into())
}

fn half(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into())
}
