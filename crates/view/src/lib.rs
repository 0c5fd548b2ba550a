//! The tree of paths a build may see, each with its owner.
//!
//! A [`ViewBuilder`] takes recorded paths with their owners, looks at a [`Host`], and makes a [`View`]: exactly the
//! paths that are to resolve, and nothing else.
//!
//! ```
//! use hermitage_view::{MemoryHost, NodeKind, ViewBuilder};
//!
//! let host = MemoryHost::new().file("/usr/lib/libz.so", "").symlink("/lib", "usr/lib");
//! let mut builder = ViewBuilder::new(&host);
//! let zlib = builder.owner("sys-libs/zlib-1.3");
//! builder.add("/lib/libz.so", zlib);
//! let view = builder.build()?;
//!
//! let paths: Vec<_> = view.iter().map(|node| node.path()).collect();
//! assert_eq!(paths, [&b"/"[..], b"/lib", b"/usr", b"/usr/lib", b"/usr/lib/libz.so"]);
//! let lib = view.lookup(b"/lib").ok_or("not there")?;
//! assert_eq!(lib.kind(), NodeKind::Symlink { target: b"usr/lib" });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod build;
mod cover;
pub mod digest;
mod error;
mod generated;
mod host;
mod meta;
pub mod paths;
#[cfg(feature = "test-support")]
pub mod test_support;
mod view;

pub use build::{Explanation, HiddenBy, PathList, ViewBuilder};
pub use cover::{Cover, CoverEntry, Extent};
pub use error::{Error, ErrorKind};
pub use generated::{Captures, GeneratedTable, LdCache, Pattern, Rule, Treatment};
pub use host::{DirEntry, Directory, Host, MemoryHost, RealHost};
pub use meta::{Kind, Meta, Mtime};
pub use view::{
    Absence, Conflict, Iter, Missing, Node, NodeKind, OwnerId, Reason, Resolution, View,
};
