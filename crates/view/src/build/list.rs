//! Paths as packages recorded them.

use super::split;
use crate::{Error, OwnerId};

/// Paths that one package recorded, gathered apart from a [`ViewBuilder`](super::ViewBuilder), so that several threads can.
#[derive(Clone, Debug, Default)]
pub struct PathList {
    bytes: Vec<u8>,
    paths: Vec<Written>,
    /// Where the directories are written, each once for paths that follow one another.
    dirs: Vec<Piece>,
    /// The first path that can't be shown.
    malformed: Option<usize>,
}

/// Where in the bytes something is.
#[derive(Clone, Copy, Debug, Default)]
struct Piece {
    start: usize,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Written {
    start: usize,
    len: u32,
    /// The last component: where in the path it starts, and its length, which is 0 for the root.
    name: (u32, u32),
    dir: u32,
    as_dir: bool,
}

/// One path of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recorded<'b> {
    pub(super) path: &'b [u8],
    pub(super) owner: OwnerId,
    pub(super) as_dir: bool,
}

impl PathList {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`ViewBuilder::add`](super::ViewBuilder::add).
    pub fn add(&mut self, path: impl AsRef<[u8]>) -> &mut Self {
        self.record(path.as_ref(), false)
    }

    /// As [`ViewBuilder::add_dir`](super::ViewBuilder::add_dir).
    pub fn add_dir(&mut self, path: impl AsRef<[u8]>) -> &mut Self {
        self.record(path.as_ref(), true)
    }

    pub(super) fn record(&mut self, path: &[u8], as_dir: bool) -> &mut Self {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(path);
        let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let mut written =
            Written { start, len: number(path.len()), name: (0, 0), dir: u32::MAX, as_dir };
        match split(path) {
            Ok(Some((dir, name))) => {
                let at = name.as_ptr().addr() - path.as_ptr().addr();
                written.name = (number(at), number(name.len()));
                if self.dirs.last().is_none_or(|last| self.piece(*last) != dir) {
                    self.dirs.push(Piece { start, len: dir.len() });
                }
                written.dir = number(self.dirs.len() - 1);
            }
            Ok(None) => {}
            Err(_) => {
                self.malformed.get_or_insert(self.paths.len());
            }
        }
        self.paths.push(written);
        self
    }

    pub(super) fn len(&self) -> usize {
        self.paths.len()
    }

    /// The error of the first path that can't be shown.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.malformed.map_or(Ok(()), |at| split(self.path(at)).map(drop))
    }

    pub(super) fn path(&self, at: usize) -> &[u8] {
        let Written { start, len, .. } = self.paths[at];
        &self.bytes[start..][..len as usize]
    }

    pub(super) fn is_dir(&self, at: usize) -> bool {
        self.paths[at].as_dir
    }

    /// The last component of a path, and the number of its directory; none for the root.
    pub(super) fn parts(&self, at: usize) -> Option<(usize, &[u8])> {
        let Written { start, name: (name, len), dir, .. } = self.paths[at];
        (len > 0).then(|| (dir as usize, &self.bytes[start + name as usize..][..len as usize]))
    }

    /// The directories, by number; each path's is that of the one before, or the next.
    pub(super) fn dirs(&self) -> impl Iterator<Item = &[u8]> {
        self.dirs.iter().map(|dir| self.piece(*dir))
    }

    fn piece(&self, Piece { start, len }: Piece) -> &[u8] {
        &self.bytes[start..][..len]
    }
}
