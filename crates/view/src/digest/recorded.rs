use std::collections::BTreeMap;

use crate::{Node, Resolution, View};

/// What a package recorded of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// The MD5 of its content.
    pub md5: [u8; 16],
    /// Its time, in seconds since 1970-01-01.
    pub seconds: i64,
}

impl Record {
    /// Takes a sum as it is written, of 32 hexadecimal digits; none when it is another one.
    pub fn new(digits: &[u8], seconds: i64) -> Option<Self> {
        let digits = std::str::from_utf8(digits).ok()?.to_ascii_lowercase();
        Some(Self { md5: super::content::bytes(&digits)?, seconds })
    }
}

/// The records of a view's files.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    by_node: BTreeMap<usize, Vec<Record>>,
    /// The directory that was asked for last, and where it leads: most files stand beside their predecessor.
    last: Option<(Vec<u8>, Option<usize>)>,
}

impl Recorded {
    /// Takes the record of a path, which is spelled as it was recorded. One of a path that the view does not have, or that is no
    /// file, has no effect.
    pub fn add(&mut self, view: &View, path: &[u8], record: Record) {
        if let Some(node) = self.place(view, path) {
            let records = self.by_node.entry(node).or_default();
            if let Err(at) = records.binary_search(&record) {
                records.insert(at, record);
            }
        }
    }

    /// The records of a node, sorted.
    pub fn of(&self, node: &Node<'_>) -> &[Record] {
        self.by_node.get(&node.index()).map(Vec::as_slice).unwrap_or_default()
    }

    fn place(&mut self, view: &View, path: &[u8]) -> Option<usize> {
        let slash = path.iter().rposition(|&byte| byte == b'/')?;
        let (dir, name) = (&path[..slash], &path[slash + 1..]);
        if self.last.as_ref().is_none_or(|(known, _)| known != dir) {
            let leads = match view.resolve(dir) {
                Resolution::Node { node, .. } => Some(node.index()),
                _ => None,
            };
            self.last = Some((dir.to_vec(), leads));
        }
        let dir = self.last.as_ref()?.1?;
        Some(view.node(dir)?.child(name)?.index())
    }
}
