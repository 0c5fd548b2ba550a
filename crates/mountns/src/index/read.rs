use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use super::{HEADER, MAGIC, NODE, NONE, Tag, VERSION};
use crate::sys::{self, Mapping};
use crate::{ByteString, Error, ErrorKind};

/// A visible tree, or the difference to another one, in the form of a file.
///
/// 1. The CRC is right, and every length fits the bytes that are there.
/// 2. Children stand behind their directory, so no tree goes round in a circle.
/// 3. What a node refers to may still be nonsense in a file that was made to be: every access checks its bounds, and
///    what leads nowhere is absent.
///
/// Cloning is cheap: the bytes are shared.
#[derive(Clone, Debug)]
pub struct Index {
    bytes: Arc<Bytes>,
    nodes: usize,
    text: usize,
    note: usize,
}

#[derive(Debug)]
enum Bytes {
    Owned(Vec<u8>),
    Mapped(Mapping),
}

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped(mapping) => mapping.bytes(),
        }
    }
}

/// One node as it is stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    pub(super) name: (u32, u16),
    pub(super) tag: Tag,
    pub(super) mode: u32,
    pub(super) parent: u32,
    pub(super) first: u32,
    pub(super) count: u32,
    pub(super) base: u32,
}

/// An index to be written with a note. Made by [`Index::with_note`].
#[derive(Clone, Copy, Debug)]
pub struct WithNote<'a> {
    header: [u8; HEADER],
    tree: &'a [u8],
    note: &'a [u8],
}

impl WithNote<'_> {
    /// What is to be written, one after the other.
    pub fn pieces(&self) -> [&[u8]; 3] {
        [&self.header, self.tree, self.note]
    }
}

impl Index {
    /// Maps a file into memory. Nobody may change it in place meanwhile: write another one and rename it.
    ///
    /// # Errors
    /// [`ErrorKind::Call`] when the file can't be read, [`ErrorKind::Index`] when it is damaged, cut short, or of
    /// another version.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let call = |call: &str, error: &std::io::Error| {
            let errno = rustix::io::Errno::from_io_error(error).unwrap_or(rustix::io::Errno::IO);
            Error::call(format!("{call}({:?})", ByteString::from(path)), errno)
        };
        let file = File::open(path).map_err(|error| call("open", &error))?;
        let mapping = sys::map(&file).map_err(|error| call("mmap", &error))?;
        Self::new(Bytes::Mapped(mapping)).map_err(|error| error.placed(path))
    }

    /// Takes the bytes of an index.
    ///
    /// # Errors
    /// [`ErrorKind::Index`] when they are damaged, cut short, or of another version.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, Error> {
        Self::new(Bytes::Owned(bytes))
    }

    fn new(bytes: Bytes) -> Result<Self, Error> {
        let all = bytes.get();
        let bad = |what: &str| Error::new(ErrorKind::Index(what.into()));
        if all.get(..8) != Some(&MAGIC[..]) {
            return Err(bad("it does not begin as one"));
        }
        let word = |at: usize| u32_at(all, at).ok_or_else(|| bad("it is cut short"));
        let version = word(8)?;
        if version != VERSION {
            return Err(bad(&format!(
                "it is of version {version}, but {VERSION} is what is known"
            )));
        }
        let (nodes, text, note) = (word(20)? as usize, word(24)? as usize, word(28)? as usize);
        let length = nodes
            .checked_mul(NODE)
            .and_then(|nodes| HEADER.checked_add(nodes)?.checked_add(text)?.checked_add(note));
        if length != Some(all.len()) {
            return Err(bad("it is cut short, or something follows it"));
        }
        if word(12)? != crc32fast::hash(&all[16..]) {
            return Err(bad("its checksum is wrong"));
        }
        if nodes == 0 {
            return Err(bad("it has no root"));
        }
        Ok(Self { bytes: Arc::new(bytes), nodes, text, note })
    }

    /// The whole file.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get()
    }

    /// The number of nodes, the root and what marks something of the base as gone included.
    pub fn len(&self) -> usize {
        self.nodes
    }

    /// Whether there is nothing but a root.
    pub fn is_empty(&self) -> bool {
        self.nodes <= 1
    }

    /// What tells this index from others: its checksum.
    pub fn identity(&self) -> u32 {
        u32_at(self.as_bytes(), 12).unwrap_or_default()
    }

    /// The identity of the index that this one is a difference to; 0 when it stands alone.
    pub fn base_identity(&self) -> u32 {
        u32_at(self.as_bytes(), 16).unwrap_or_default()
    }

    /// The paths of the directories, and of the files with a content of their own, in this file alone; a directory before
    /// what it holds.
    pub fn dirs_and_synthetic_files(&self) -> Vec<ByteString> {
        // Parents stand before their children, so each directory's path is made once.
        let mut places: Vec<Option<usize>> = vec![None; self.nodes];
        let mut found: Vec<ByteString> = Vec::new();
        for node in 0..u32::try_from(self.nodes).unwrap_or(NONE) {
            let Some(raw) = self.raw(node) else { continue };
            if raw.tag != Tag::Dir && raw.tag != Tag::Synthetic {
                continue;
            }
            let up = places.get(raw.parent as usize).copied().flatten();
            let up =
                up.map_or(&[][..], |up| found[up].0.strip_suffix(b"/").unwrap_or(&found[up].0));
            let path = ByteString([up, b"/", self.name(&raw)].concat());
            if raw.tag == Tag::Dir {
                places[node as usize] = Some(found.len());
            }
            found.push(path);
        }
        found
    }

    /// The bytes that the writer gave with it.
    pub fn note(&self) -> &[u8] {
        let start = self.text_start() + self.text;
        self.as_bytes().get(start..start + self.note).unwrap_or_default()
    }

    /// The bytes of the same tree with another note, one piece after the other: the tree's own are not copied.
    ///
    /// # Errors
    /// [`ErrorKind::Value`] when the note exceeds 4 GiB.
    pub fn with_note<'a>(&'a self, note: &'a [u8]) -> Result<WithNote<'a>, Error> {
        let Ok(length) = u32::try_from(note.len()) else {
            return Err(Error::new(ErrorKind::Value("the note is too large for an index".into())));
        };
        let (own, rest) = self.as_bytes().split_at(HEADER);
        let tree = &rest[..self.text_start() + self.text - HEADER];
        let mut header = [0; HEADER];
        header.copy_from_slice(own);
        header[28..32].copy_from_slice(&length.to_le_bytes());
        let mut sum = crc32fast::Hasher::new();
        for piece in [&header[16..], tree, note] {
            sum.update(piece);
        }
        header[12..16].copy_from_slice(&sum.finalize().to_le_bytes());
        Ok(WithNote { header, tree, note })
    }

    pub(super) fn raw(&self, node: u32) -> Option<Raw> {
        let node = node as usize;
        if node >= self.nodes {
            return None;
        }
        let record = self.as_bytes().get(HEADER + node * NODE..)?.first_chunk::<NODE>()?;
        let word = |at: usize| u32_at(record, at);
        let raw = Raw {
            name: (word(0)?, u16::from_le_bytes([record[4], record[5]])),
            tag: Tag::of(record[6])?,
            mode: word(8)?,
            parent: word(12)?,
            first: word(16)?,
            count: word(20)?,
            base: word(24)?,
        };
        let circular = raw.tag == Tag::Dir && raw.count > 0 && raw.first as usize <= node;
        (!circular).then_some(raw)
    }

    pub(super) fn name(&self, raw: &Raw) -> &[u8] {
        self.text(raw.name.0, u32::from(raw.name.1))
    }

    /// Whether any node is a character or block device.
    pub(super) fn has_devices(&self) -> bool {
        let records = self.as_bytes().get(HEADER..self.text_start()).unwrap_or_default();
        let devices = [Tag::CharDevice as u8, Tag::BlockDevice as u8];
        records.chunks_exact(NODE).any(|record| devices.contains(&record[6]))
    }

    /// A piece of the text; empty where the range is none.
    pub(super) fn text(&self, start: u32, len: u32) -> &[u8] {
        let all = self.as_bytes().get(self.text_start()..).unwrap_or_default();
        let all = &all[..self.text.min(all.len())];
        let (start, len) = (start as usize, len as usize);
        start.checked_add(len).and_then(|end| all.get(start..end)).unwrap_or_default()
    }

    /// The child of this name, by binary search.
    pub(super) fn child(&self, dir: &Raw, name: &[u8]) -> Option<u32> {
        if dir.tag != Tag::Dir {
            return None;
        }
        let (mut low, mut high) = (dir.first, dir.first.checked_add(dir.count)?);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.name(&self.raw(middle)?).cmp(name) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The children of a directory.
    pub(super) fn children(&self, dir: &Raw) -> impl Iterator<Item = (u32, Raw)> + '_ {
        let end =
            dir.first.saturating_add(dir.count).min(u32::try_from(self.nodes).unwrap_or(NONE));
        let range = if dir.tag == Tag::Dir { dir.first..end } else { 0..0 };
        range.filter_map(|node| Some((node, self.raw(node)?)))
    }

    fn text_start(&self) -> usize {
        HEADER + self.nodes * NODE
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
