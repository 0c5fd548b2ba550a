//! Byte-exact reader and writer of Gentoo's installed-package database, `/var/db/pkg`.

#![forbid(unsafe_code)]

mod contents;
mod database;
#[cfg(feature = "dpkg")]
pub mod dpkg;
mod error;
mod links;
mod metadata;
mod needed;
mod owners;
mod package;
#[cfg(feature = "preserved-libs")]
mod preserved;
mod sonames;
#[cfg(feature = "test-support")]
pub mod test_support;
pub mod write;

pub use contents::{Contents, ContentsBuilder, Entries, Entry, Line, Lines, Mtime};
pub use database::{Database, Packages, ReadLock};
pub use error::{Error, ErrorKind};
pub use hermitage_atom;
pub use links::{DiskLinks, Links, MemoryLinks};
pub use metadata::{Metadata, MetadataLine};
pub use needed::{Needed, NeededEntries, NeededEntry};
pub use owners::{OwnerIndex, PackageIdx, Record};
pub use package::{Field, FieldSource, Package, PackageDir};
#[cfg(feature = "preserved-libs")]
pub use preserved::{PreservedLibs, Registry};
pub use sonames::{Soname, SonameList};
