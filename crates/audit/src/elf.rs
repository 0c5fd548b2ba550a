//! Which libraries a file needs.

use object::read::elf::{Dyn as _, FileHeader};
use object::{Endianness, FileKind, elf};

/// The names of the libraries that an ELF file needs (`DT_NEEDED`), in its order; none where it is no such file or a
/// damaged one.
pub fn needed(content: &[u8]) -> Vec<Vec<u8>> {
    let needed = match FileKind::parse(content) {
        Ok(FileKind::Elf32) => needed_of::<elf::FileHeader32<Endianness>>(content),
        Ok(FileKind::Elf64) => needed_of::<elf::FileHeader64<Endianness>>(content),
        _ => None,
    };
    needed.unwrap_or_default()
}

fn needed_of<Elf: FileHeader<Endian = Endianness>>(content: &[u8]) -> Option<Vec<Vec<u8>>> {
    let header = Elf::parse(content).ok()?;
    let endian = header.endian().ok()?;
    let sections = header.sections(endian, content).ok()?;
    let (entries, link) = sections.dynamic(endian, content).ok()??;
    let strings = sections.strings(endian, content, link).ok()?;
    let is_needed = |entry: &&Elf::Dyn| entry.tag32(endian) == Some(elf::DT_NEEDED);
    let names = entries.iter().filter(is_needed);
    Some(names.filter_map(|entry| entry.string(endian, strings).ok().map(<[u8]>::to_vec)).collect())
}
