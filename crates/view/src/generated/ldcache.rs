use crate::{Error, ErrorKind};

const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
/// What older glibc writes first; the new format follows it.
const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const HEADER: usize = 48;
const ENTRY: usize = 24;
const EXTENSION_MAGIC: u32 = 0xEAA4_2174;
/// Extension sections: who wrote the cache, and the names of the glibc-hwcaps directories.
const TAG_GENERATOR: u32 = 0;
const TAG_HWCAPS: u32 = 1;
/// Set in an entry's hwcap word when its lower half is an index into the glibc-hwcaps names.
const HWCAP_EXTENSION: u64 = 1 << 62;

/// The dynamic linker's cache (`/etc/ld.so.cache`) in glibc's format "glibc-ld.so.cache1.1".
///
/// The layout is that of glibc's `sysdeps/generic/dl-cache.h`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdCache {
    endian: Endian,
    endian_flag: u8,
    libraries: Vec<Library>,
    hwcaps: Vec<Vec<u8>>,
    generator: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Library {
    flags: u32,
    soname: Vec<u8>,
    path: Vec<u8>,
    os_version: u32,
    hwcap: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endian {
    Little,
    Big,
}

impl LdCache {
    /// Reads a cache.
    ///
    /// # Errors
    /// When the bytes are not a cache of this format, or an offset leads out of them.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let cache = new_format(bytes).ok_or_else(|| bad("no magic of it"))?;
        let endian_flag = *cache.get(28).ok_or_else(|| bad("cut in the header"))?;
        let endian = match endian_flag & 3 {
            2 => Endian::Little,
            3 => Endian::Big,
            _ if cfg!(target_endian = "big") => Endian::Big,
            _ => Endian::Little,
        };
        let input = Input { cache, endian };
        let count = input.u32(20)? as usize;
        // Not trusted as a capacity: each entry is read, and running out of bytes ends it.
        let libraries =
            (0..count).map(|at| input.library(at)).collect::<Result<Vec<_>, Error>>()?;
        let mut parsed =
            Self { endian, endian_flag, libraries, hwcaps: Vec::new(), generator: Vec::new() };
        input.extensions(&mut parsed)?;
        Ok(parsed)
    }

    /// The paths of all libraries in the order of the cache.
    pub fn paths(&self) -> impl Iterator<Item = &[u8]> {
        self.libraries.iter().map(|library| &library.path[..])
    }

    /// Drops the libraries whose path is not wanted. The order, which the linker's search relies on, stays.
    pub fn retain(&mut self, mut wanted: impl FnMut(&[u8]) -> bool) {
        self.libraries.retain(|library| wanted(&library.path));
        let mut used = vec![None; self.hwcaps.len()];
        let mut hwcaps = Vec::new();
        for library in &mut self.libraries {
            if let Some(at) = library.hwcap_index().filter(|&at| at < used.len()) {
                let new = *used[at].get_or_insert_with(|| {
                    hwcaps.push(self.hwcaps[at].clone());
                    hwcaps.len() - 1
                });
                library.hwcap = (library.hwcap & !0xFFFF_FFFF) | new as u64;
            }
        }
        self.hwcaps = hwcaps;
    }

    /// The cache as bytes.
    ///
    /// # Errors
    /// When it would be larger than the format can say.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        Output::new(self).finish()
    }
}

impl Library {
    fn hwcap_index(&self) -> Option<usize> {
        let index = usize::try_from(self.hwcap & 0xFFFF_FFFF).ok()?;
        (self.hwcap & HWCAP_EXTENSION != 0).then_some(index)
    }
}

struct Input<'a> {
    cache: &'a [u8],
    endian: Endian,
}

impl Input<'_> {
    fn library(&self, at: usize) -> Result<Library, Error> {
        let start = HEADER + at * ENTRY;
        let (low, high) = match self.endian {
            Endian::Little => (self.u32(start + 16)?, self.u32(start + 20)?),
            Endian::Big => (self.u32(start + 20)?, self.u32(start + 16)?),
        };
        Ok(Library {
            flags: self.u32(start)?,
            soname: self.string(self.u32(start + 4)?)?,
            path: self.string(self.u32(start + 8)?)?,
            os_version: self.u32(start + 12)?,
            hwcap: u64::from(high) << 32 | u64::from(low),
        })
    }

    fn extensions(&self, parsed: &mut LdCache) -> Result<(), Error> {
        let start = self.u32(32)? as usize;
        if start == 0 {
            return Ok(());
        }
        if self.u32(start)? != EXTENSION_MAGIC {
            return Err(bad("wrong magic of the extensions"));
        }
        for section in 0..self.u32(start + 4)? as usize {
            let section = start + 8 + section * 16;
            let (at, size) = (self.u32(section + 8)? as usize, self.u32(section + 12)? as usize);
            match self.u32(section)? {
                TAG_GENERATOR => {
                    let bytes = at.checked_add(size).and_then(|end| self.cache.get(at..end));
                    parsed.generator = bytes.ok_or_else(|| bad("cut extension"))?.to_vec();
                }
                TAG_HWCAPS => {
                    let name = |index| self.string(self.u32(at + index * 4)?);
                    parsed.hwcaps = (0..size / 4).map(name).collect::<Result<_, _>>()?;
                }
                // The linker ignores sections it does not know, and so may we.
                _ => {}
            }
        }
        Ok(())
    }

    fn u32(&self, at: usize) -> Result<u32, Error> {
        let bytes = self.cache.get(at..).and_then(|rest| rest.first_chunk::<4>());
        let bytes = *bytes.ok_or_else(|| bad("an offset leads out of it"))?;
        Ok(match self.endian {
            Endian::Little => u32::from_le_bytes(bytes),
            Endian::Big => u32::from_be_bytes(bytes),
        })
    }

    fn string(&self, at: u32) -> Result<Vec<u8>, Error> {
        let rest = self.cache.get(at as usize..).ok_or_else(|| bad("an offset leads out of it"))?;
        let end = rest.iter().position(|&byte| byte == 0);
        Ok(rest[..end.ok_or_else(|| bad("a string has no end"))?].to_vec())
    }
}

struct Output<'a> {
    cache: &'a LdCache,
    strings: Vec<u8>,
    bytes: Vec<u8>,
}

impl<'a> Output<'a> {
    fn new(cache: &'a LdCache) -> Self {
        Self { cache, strings: Vec::new(), bytes: Vec::new() }
    }

    fn finish(mut self) -> Result<Vec<u8>, Error> {
        let cache = self.cache;
        let strings_at = HEADER + cache.libraries.len() * ENTRY;
        let mut entries = Vec::new();
        for library in &cache.libraries {
            let key = self.string(strings_at, &library.soname)?;
            let value = self.string(strings_at, &library.path)?;
            entries.push((library, key, value));
        }
        let mut hwcaps = Vec::new();
        for name in &cache.hwcaps {
            hwcaps.push(self.string(strings_at, name)?);
        }
        let extension_at = (strings_at + self.strings.len()).next_multiple_of(4);
        self.header(extension_at)?;
        for (library, key, value) in entries {
            for word in [library.flags, key, value, library.os_version] {
                self.u32(word);
            }
            self.u64(library.hwcap);
        }
        self.bytes.extend_from_slice(&std::mem::take(&mut self.strings));
        self.bytes.resize(extension_at, 0);
        self.extensions(extension_at, &hwcaps)?;
        Ok(self.bytes)
    }

    fn header(&mut self, extension_at: usize) -> Result<(), Error> {
        self.bytes.extend_from_slice(MAGIC);
        self.u32(fit(self.cache.libraries.len())?);
        self.u32(fit(self.strings.len())?);
        self.bytes.extend_from_slice(&[self.cache.endian_flag, 0, 0, 0]);
        self.u32(if self.has_extensions() { fit(extension_at)? } else { 0 });
        self.bytes.resize(HEADER, 0);
        Ok(())
    }

    fn has_extensions(&self) -> bool {
        !self.cache.generator.is_empty() || !self.cache.hwcaps.is_empty()
    }

    fn extensions(&mut self, start: usize, hwcaps: &[u32]) -> Result<(), Error> {
        if !self.has_extensions() {
            return Ok(());
        }
        let generator = &self.cache.generator;
        let data_at = start + 8 + 2 * 16;
        let text_at = data_at + hwcaps.len() * 4;
        for word in [EXTENSION_MAGIC, 2] {
            self.u32(word);
        }
        for (tag, at, size) in
            [(TAG_GENERATOR, text_at, generator.len()), (TAG_HWCAPS, data_at, hwcaps.len() * 4)]
        {
            for word in [tag, 0, fit(at)?, fit(size)?] {
                self.u32(word);
            }
        }
        for &name in hwcaps {
            self.u32(name);
        }
        self.bytes.extend_from_slice(generator);
        Ok(())
    }

    fn string(&mut self, strings_at: usize, text: &[u8]) -> Result<u32, Error> {
        let at = fit(strings_at + self.strings.len())?;
        self.strings.extend_from_slice(text);
        self.strings.push(0);
        Ok(at)
    }

    fn u32(&mut self, word: u32) {
        self.bytes.extend(match self.cache.endian {
            Endian::Little => word.to_le_bytes(),
            Endian::Big => word.to_be_bytes(),
        });
    }

    fn u64(&mut self, word: u64) {
        self.bytes.extend(match self.cache.endian {
            Endian::Little => word.to_le_bytes(),
            Endian::Big => word.to_be_bytes(),
        });
    }
}

/// The part of a file that is in the new format.
fn new_format(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.starts_with(MAGIC) {
        return Some(bytes);
    }
    let rest = bytes.strip_prefix(OLD_MAGIC)?;
    let count = u32::from_ne_bytes(*rest.first_chunk::<4>()?) as usize;
    let end = count.checked_mul(12)?.checked_add(16)?.checked_next_multiple_of(8)?;
    bytes.get(end..).filter(|rest| rest.starts_with(MAGIC))
}

fn fit(size: usize) -> Result<u32, Error> {
    u32::try_from(size).map_err(|_error| bad("too large"))
}

fn bad(what: &'static str) -> Error {
    Error::new("linker cache", ErrorKind::LdCache(what))
}
