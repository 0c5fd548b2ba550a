use sha2::{Digest as _, Sha256};

use super::encode::record;
use super::{Content, Sum};
use crate::Kind;

/// A record of the caller's: the fields of one line.
pub type Fact = Vec<Vec<u8>>;

/// All that a build sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// What there is besides paths, in any order.
    pub facts: Vec<Fact>,
    /// The labels of owners, which tell people whose a path is; they are not part of the identity.
    pub owners: Vec<String>,
    /// The visible paths, in the order of [`View`](crate::View).
    pub items: Vec<Item>,
}

/// A visible path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The canonical path.
    pub path: Vec<u8>,
    /// What it is.
    pub what: What,
    /// Who recorded it, as indices of [`Description::owners`]; not part of the identity.
    pub owners: Vec<u32>,
}

/// What there is to be told of a path from inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A directory.
    Dir {
        /// Permission bits.
        mode: u32,
        /// Whether it belongs to a tree that is shown whole, and may not be listed.
        closed: bool,
    },
    /// A file.
    File {
        /// Permission bits.
        mode: u32,
        /// Size in bytes.
        size: u64,
        /// What tells its content from others.
        content: Content,
    },
    /// A symbolic link.
    Symlink {
        /// Its target as stored.
        target: Vec<u8>,
    },
    /// A device, pipe or socket.
    Special {
        /// Which of them; never a file, directory or link.
        kind: Kind,
        /// Permission bits.
        mode: u32,
    },
}

/// The identity of a view with this digest and of these facts, in any order.
pub fn identity(view: &Sum, facts: &[Fact]) -> Sum {
    let encoded = |fields: &Fact| {
        let mut line = Vec::new();
        record(fields.iter().map(Vec::as_slice), &mut line);
        line
    };
    let mut lines: Vec<Vec<u8>> = facts.iter().map(encoded).collect();
    lines.sort();
    lines.dedup();
    let mut out = Vec::new();
    record([&b"hermitage identity"[..], b"1"], &mut out);
    record([&b"view"[..], view.hex().as_bytes()], &mut out);
    for line in lines {
        out.extend_from_slice(&line);
    }
    Sum::of(&out)
}

impl Description {
    /// The identity.
    pub fn digest(&self) -> Sum {
        identity(&self.view_digest(), &self.facts)
    }

    /// The digest of the visible paths.
    pub fn view_digest(&self) -> Sum {
        digest_of(&self.items)
    }

    /// The bytes of the visible paths.
    pub fn view_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for item in &self.items {
            item.encode(&mut out);
        }
        out
    }

    /// For each owner, by index, the digest of the paths it owns.
    pub fn owner_digests(&self) -> Vec<Sum> {
        let mut sums = vec![Sha256::new(); self.owners.len()];
        let mut line = Vec::new();
        for item in &self.items {
            line.clear();
            item.encode(&mut line);
            for owner in &item.owners {
                if let Some(sum) = sums.get_mut(*owner as usize) {
                    sum.update(&line);
                }
            }
        }
        sums.into_iter().map(|sum| Sum(sum.finalize().into())).collect()
    }
}

impl Item {
    /// Appends the record of this path.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let path = &self.path[..];
        match &self.what {
            What::Dir { mode, closed } => {
                let mode = format!("{mode:o}");
                let closed: &[&[u8]] = if *closed { &[b"closed"] } else { &[] };
                let fields = [&b"dir"[..], path, mode.as_bytes()];
                record(fields.into_iter().chain(closed.iter().copied()), out);
            }
            What::File { mode, size, content } => {
                let [mode, size, content] =
                    [format!("{mode:o}"), size.to_string(), content.to_string()];
                let fields = [&b"file"[..], path, mode.as_bytes(), size.as_bytes()];
                record(fields.into_iter().chain([content.as_bytes()]), out);
            }
            What::Symlink { target } => record([&b"symlink"[..], path, target], out),
            What::Special { kind, mode } => {
                record([word(*kind).as_bytes(), path, format!("{mode:o}").as_bytes()], out);
            }
        }
    }
}

fn digest_of(items: &[Item]) -> Sum {
    let mut sum = Sha256::new();
    let mut lines = Vec::new();
    // The sum is fastest over long pieces.
    for some in items.chunks(64) {
        lines.clear();
        for item in some {
            item.encode(&mut lines);
        }
        sum.update(&lines);
    }
    Sum(sum.finalize().into())
}

/// What a kind is called in a record.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::CharDev => "char-device",
        Kind::BlockDev => "block-device",
        Kind::Fifo => "fifo",
        Kind::Socket => "socket",
        Kind::File => "file",
        Kind::Dir => "dir",
        Kind::Symlink => "symlink",
    }
}
