//! The libraries a program names, from its dynamic section (System V ABI, "Dynamic Linking").

use std::path::Path;

/// Names of needed libraries; none for what is not a dynamic ELF program.
pub(super) fn needed(program: &Path) -> std::io::Result<Vec<String>> {
    Ok(parse(&std::fs::read(program)?).unwrap_or_default())
}

const PT_LOAD: u64 = 1;
const PT_DYNAMIC: u64 = 2;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;

fn parse(bytes: &[u8]) -> Option<Vec<String>> {
    let elf = Elf::new(bytes)?;
    let headers = elf.program_headers()?;
    let dynamic = headers.iter().find(|header| header.kind == PT_DYNAMIC)?;
    let entries: Vec<_> = (0..dynamic.size / (2 * elf.word))
        .map_while(|index| {
            let at = dynamic.offset + index * 2 * elf.word;
            Some((elf.number(at, elf.word)?, elf.number(at + elf.word, elf.word)?))
        })
        .take_while(|(tag, _)| *tag != 0)
        .collect();
    let address = entries.iter().find(|(tag, _)| *tag == DT_STRTAB)?.1;
    let inside = |header: &&Header| {
        header.kind == PT_LOAD && (header.address..header.address + header.size).contains(&address)
    };
    let segment = headers.iter().find(inside)?;
    let strings = segment.offset + (address - segment.address);
    let names = entries.iter().filter(|(tag, _)| *tag == DT_NEEDED);
    names.map(|(_, at)| elf.text(strings + at)).collect()
}

/// A file of either class and byte order.
struct Elf<'a> {
    bytes: &'a [u8],
    word: u64,
    little: bool,
}

struct Header {
    kind: u64,
    offset: u64,
    address: u64,
    size: u64,
}

impl<'a> Elf<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let [0x7f, b'E', b'L', b'F', class @ 1..=2, order @ 1..=2, ..] = *bytes else {
            return None;
        };
        Some(Self { bytes, word: if class == 2 { 8 } else { 4 }, little: order == 1 })
    }

    fn program_headers(&self) -> Option<Vec<Header>> {
        let wide = self.word == 8;
        let (table, size, count) = if wide { (0x20, 0x36, 0x38) } else { (0x1c, 0x2a, 0x2c) };
        let (table, size, count) =
            (self.number(table, self.word)?, self.number(size, 2)?, self.number(count, 2)?);
        let [offset, address, file_size] = if wide { [8, 16, 32] } else { [4, 8, 16] };
        (0..count)
            .map(|index| {
                let at = table + index * size;
                let field = |place| self.number(at + place, self.word);
                Some(Header {
                    kind: self.number(at, 4)?,
                    offset: field(offset)?,
                    address: field(address)?,
                    size: field(file_size)?,
                })
            })
            .collect()
    }

    fn number(&self, at: u64, size: u64) -> Option<u64> {
        let (at, end) = (usize::try_from(at).ok()?, usize::try_from(at.checked_add(size)?).ok()?);
        let bytes = self.bytes.get(at..end)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    }

    fn text(&self, at: u64) -> Option<String> {
        let bytes = self.bytes.get(usize::try_from(at).ok()?..)?;
        let end = bytes.iter().position(|&byte| byte == 0)?;
        Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }
}
