use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::ops::Bound;

use super::{DirEntry, Host};
use crate::{Kind, Meta, Mtime};

/// A tree in memory, for tests, examples and data that was recorded elsewhere.
///
/// Parents are made as directories of mode 0755. A path given to the methods is used as it is, so give it in
/// canonical form.
///
/// ```
/// use hermitage_view::{Host as _, MemoryHost};
///
/// let host = MemoryHost::new().file("/usr/bin/gcc", "#!ELF").symlink("/bin", "usr/bin");
/// assert_eq!(host.read_link(b"/bin")?, b"usr/bin");
/// assert!(host.lstat(b"/usr")?.is_some_and(|meta| meta.is_dir()));
/// assert!(host.lstat(b"/usr/bin/cc")?.is_none());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct MemoryHost {
    // Keys without the leading slash, so that "" is the root; compared by component, so that a directory's
    // entries follow it.
    entries: BTreeMap<Vec<Vec<u8>>, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    meta: Meta,
    content: Vec<u8>,
}

impl fmt::Debug for MemoryHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = f.debug_list();
        for (key, Entry { meta, content }) in &self.entries {
            let (path, content) = (joined(key), content.escape_ascii());
            let (path, kind, mode) = (path.escape_ascii(), meta.kind, meta.mode);
            lines.entry(&format_args!("{kind:?} {mode:o} \"{path}\" \"{content}\""));
        }
        lines.finish()
    }
}

impl Default for MemoryHost {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryHost {
    /// A host with nothing but its root directory.
    pub fn new() -> Self {
        let mut host = Self { entries: BTreeMap::new() };
        host.put(b"/", Kind::Dir, 0o755, Vec::new());
        host
    }

    /// Adds a file of mode 0644.
    #[must_use]
    pub fn file(mut self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.insert(path, Kind::File, 0o644, content);
        self
    }

    /// Adds a directory of mode 0755.
    #[must_use]
    pub fn dir(mut self, path: impl AsRef<[u8]>) -> Self {
        self.insert(path, Kind::Dir, 0o755, b"");
        self
    }

    /// Adds a symbolic link.
    #[must_use]
    pub fn symlink(mut self, path: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.insert(path, Kind::Symlink, 0o777, target);
        self
    }

    /// Adds or replaces an entry of any kind; `content` is a file's content or a link's target.
    pub fn insert(
        &mut self,
        path: impl AsRef<[u8]>,
        kind: Kind,
        mode: u32,
        content: impl AsRef<[u8]>,
    ) {
        let path = path.as_ref();
        let parts = components(path);
        for depth in 1..parts.len() {
            if !self.entries.contains_key(&parts[..depth]) {
                self.put(&joined(&parts[..depth]), Kind::Dir, 0o755, Vec::new());
            }
        }
        self.put(path, kind, mode, content.as_ref().to_vec());
    }

    /// Sets a file's size without giving it that much content.
    pub fn set_size(&mut self, path: impl AsRef<[u8]>, size: u64) {
        if let Some(entry) = self.entries.get_mut(&components(path.as_ref())) {
            entry.meta.size = size;
        }
    }

    /// Removes a path and everything below it.
    pub fn remove(&mut self, path: impl AsRef<[u8]>) {
        let gone = components(path.as_ref());
        self.entries.retain(|key, _| !key.starts_with(&gone));
    }

    /// Every path with its facts, parents before what they hold, names in byte order.
    pub fn iter(&self) -> impl Iterator<Item = (Vec<u8>, Meta)> + '_ {
        self.entries.iter().map(|(key, entry)| (joined(key), entry.meta))
    }

    fn put(&mut self, path: &[u8], kind: Kind, mode: u32, content: Vec<u8>) {
        let ino = self.entries.len() as u64 + 1;
        let size = if kind == Kind::Dir { 4096 } else { content.len() as u64 };
        let meta = Meta { kind, mode, size, mtime: Mtime::default(), dev: 1, ino };
        self.entries.insert(components(path), Entry { meta, content });
    }

    fn get(&self, path: &[u8], kind: Kind) -> io::Result<&Entry> {
        let entry = self.entries.get(&components(path)).ok_or(io::ErrorKind::NotFound)?;
        if entry.meta.kind == kind { Ok(entry) } else { Err(io::ErrorKind::InvalidInput.into()) }
    }
}

impl Host for MemoryHost {
    fn lstat(&self, path: &[u8]) -> io::Result<Option<Meta>> {
        Ok(self.entries.get(&components(path)).map(|entry| entry.meta))
    }

    fn read_link(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        Ok(self.get(path, Kind::Symlink)?.content.clone())
    }

    fn read_dir(&self, path: &[u8]) -> io::Result<Vec<DirEntry>> {
        self.get(path, Kind::Dir)?;
        let dir = components(path);
        let after = (Bound::Excluded(dir.clone()), Bound::Unbounded);
        let below = self.entries.range(after).take_while(|(key, _)| key.starts_with(&dir));
        let direct = below.filter(|(key, _)| key.len() == dir.len() + 1);
        let entry = |(key, entry): (&Vec<Vec<u8>>, &Entry)| DirEntry {
            name: key[dir.len()].clone(),
            kind: Some(entry.meta.kind),
        };
        Ok(direct.map(entry).collect())
    }

    fn read_file(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        Ok(self.get(path, Kind::File)?.content.clone())
    }
}

fn components(path: &[u8]) -> Vec<Vec<u8>> {
    path.split(|&b| b == b'/').filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect()
}

fn joined(parts: &[Vec<u8>]) -> Vec<u8> {
    if parts.is_empty() {
        return b"/".to_vec();
    }
    parts.iter().flat_map(|part| [b"/", &part[..]].concat()).collect()
}
