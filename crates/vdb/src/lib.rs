//! Byte-exact reader and writer of Gentoo's installed-package database, `/var/db/pkg`.
//!
//! Everything is read when it is asked for, and given as it stands in the files. Start at [`Database`]; a [`Package`] has
//! fields and [`Contents`], an [`OwnerIndex`] finds the owners of paths, and [`write`](mod@write) writes entries.
//!
//! ```
//! use hermitage_vdb::test_support::Fixture;
//! use hermitage_vdb::{Database, OwnerIndex};
//!
//! let fixture = Fixture::new("
//!     == app-misc/hello-1.0
//!     SLOT=0
//!     RDEPEND=sys-libs/zlib
//!     -- CONTENTS
//!     dir /usr/bin
//!     obj /usr/bin/hello d41d8cd98f00b204e9800998ecf8427e 1500000000
//! ")?;
//! let database = Database::under(fixture.root(), "")?; // or: Database::under("/", "")?
//! let packages = database.packages()?;
//! for package in &packages {
//!     let contents = package.contents()?.unwrap_or_default();
//!     for entry in contents.entries() {
//!         let entry = entry?; // an erroneous line is an error with its number; skip it to be lenient
//!         println!("{} {}", package.cpv(), entry.as_path().display());
//!     }
//! }
//! let owners = OwnerIndex::build(packages.as_slice(), database.links())?;
//! let owner = owners.owners(b"/usr/bin/hello")?[0];
//! assert_eq!(packages.as_slice()[owner.0].cpv().as_str(), "app-misc/hello-1.0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is deliberately absent
//!
//! Nothing here knows what a dependency means or what is really on disk: a path in CONTENTS may be gone, changed, or a link
//! where a directory was recorded. No function reads the environment.

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
mod parallel;
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
pub use package::{Field, FieldReader, FieldSource, OpenFields, Package, PackageDir};
#[cfg(feature = "preserved-libs")]
pub use preserved::{PreservedLibs, Registry};
pub use sonames::{Soname, SonameList};
