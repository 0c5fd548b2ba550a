//! What the dynamic section of an installed ELF file says.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use object::elf::{
    DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB, DynamicTag, ET_DYN,
    ET_EXEC, FileHeader32, FileHeader64, PT_LOAD,
};
use object::read::elf::{Dyn as _, FileHeader, ProgramHeader as _};
use object::{Endianness, ReadCache, ReadRef, StringTable};

use super::multilib::{Machine, category, machine_name};

/// The fields of one NEEDED.ELF.2 line but the path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Linkage {
    pub(super) machine: String,
    pub(super) category: Option<&'static str>,
    pub(super) soname: Vec<u8>,
    pub(super) rpath: Vec<u8>,
    pub(super) needed: Vec<Vec<u8>>,
}

/// Whether a file of this name and mode may be one that the loader maps: opening all files costs more than
/// everything else together, and libraries and programs are told by `.so` or an execute bit.
pub(super) fn may_be_dynamic(path: &[u8], mode: u32) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    mode & 0o111 != 0 || name.windows(3).any(|window| window == b".so")
}

/// Reads a file's linkage; `None` for what is not a dynamically linked ELF file, or not a readable one.
pub(super) fn linkage(path: &Path) -> Option<Linkage> {
    let mut file = File::open(path).ok()?;
    let mut start = [0; 5];
    file.read_exact(&mut start).ok()?;
    let cache = ReadCache::new(file);
    match &start {
        b"\x7fELF\x01" => read::<FileHeader32<Endianness>, _>(&cache),
        b"\x7fELF\x02" => read::<FileHeader64<Endianness>, _>(&cache),
        _ => None,
    }
}

fn read<'data, Header, Data>(data: Data) -> Option<Linkage>
where
    Header: FileHeader<Endian = Endianness>,
    Data: ReadRef<'data>,
{
    let header = Header::parse(data).ok()?;
    let endian = header.endian().ok()?;
    if !matches!(header.e_type(endian), ET_EXEC | ET_DYN) {
        return None;
    }
    let segments = header.program_headers(endian, data).ok()?;
    let entries =
        segments.iter().find_map(|segment| segment.dynamic(endian, data).ok().flatten())?;
    let value = |tag: DynamicTag| {
        let entry = entries.iter().find(|entry| entry.d_tag(endian) == tag)?;
        Some(entry.val(endian))
    };
    let address = value(DT_STRTAB)?;
    let offset = segments.iter().find_map(|segment| {
        let start: u64 = segment.p_vaddr(endian).into();
        let size: u64 = segment.p_filesz(endian).into();
        let inside =
            segment.p_type(endian) == PT_LOAD && address >= start && address - start < size;
        inside.then(|| address - start + segment.p_offset(endian).into())
    })?;
    let strings = StringTable::new(data, offset, offset.checked_add(value(DT_STRSZ)?)?);
    let text = |at: u64| strings.get(u32::try_from(at).ok()?).ok().map(<[u8]>::to_vec);
    let string = |tag: DynamicTag| value(tag).and_then(text);
    let needed = entries
        .iter()
        .take_while(|entry| entry.d_tag(endian) != DT_NULL)
        .filter(|entry| entry.d_tag(endian) == DT_NEEDED)
        .filter_map(|entry| text(entry.val(endian)))
        .collect();
    let machine = Machine {
        id: header.e_machine(endian),
        is_64: header.is_type_64(),
        flags: header.e_flags(endian).0,
    };
    Some(Linkage {
        machine: machine_name(machine),
        category: category(machine),
        soname: string(DT_SONAME).unwrap_or_default(),
        rpath: string(DT_RUNPATH).or_else(|| string(DT_RPATH)).unwrap_or_default(),
        needed,
    })
}
