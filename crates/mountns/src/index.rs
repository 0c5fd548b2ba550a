//! The visible tree as one compact file.
//!
//! An index holds names and kinds, link targets and the content of synthetic files; sizes, modes and times of the
//! host's files are left out, because whoever serves a tree asks the host for them at the first look.
//!
//! # Format
//! All integers are little-endian.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `HRMITIDX` |
//! | 8 | 4 | version, [`VERSION`] |
//! | 12 | 4 | CRC-32 (IEEE) of everything after it |
//! | 16 | 4 | the identity of the base this is a difference to; 0 for a tree that stands alone |
//! | 20 | 4 | number of nodes |
//! | 24 | 4 | length of the text |
//! | 28 | 4 | length of the note |
//! | 32 | 32 each | nodes |
//! | | | text: names, targets, contents |
//! | | | note: the writer's own bytes |
//!
//! A node: name's offset in the text (4) and length (2), kind (1), zero (1), mode (4), parent (4), first child or
//! offset of target or content (4), number of children or length (4), node of the base (4), zero (4). Node 0 is the
//! root; the children of a directory stand together, sorted by name as bytes.

mod build;
mod read;
mod tree;
mod view;

pub use read::{Index, WithNote};
pub(crate) use tree::{NodeId, Shape, Tree};
pub(crate) use view::{Split, split};

/// The version of the format that is written and read.
pub const VERSION: u32 = 1;

const MAGIC: &[u8; 8] = b"HRMITIDX";
const HEADER: usize = 32;
const NODE: usize = 32;
/// No node of the base stands behind this one.
const NONE: u32 = u32::MAX;

/// The kinds of nodes, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Tag {
    Dir = 0,
    File = 1,
    Symlink = 2,
    Synthetic = 3,
    CharDevice = 4,
    BlockDevice = 5,
    Fifo = 6,
    Socket = 7,
    /// The base has something of this name, and the tree has not.
    Gone = 8,
}

impl Tag {
    const ALL: [Self; 9] = [
        Self::Dir,
        Self::File,
        Self::Symlink,
        Self::Synthetic,
        Self::CharDevice,
        Self::BlockDevice,
        Self::Fifo,
        Self::Socket,
        Self::Gone,
    ];

    fn of(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}
