//! Which installed packages a build needs, and why each of them.
//!
//! A [`Source`] is a database of installed packages; [`MemorySource`] is one in memory, and with the feature `vdb`
//! `VdbSource` is one on disk. A [`Query`] asks what a [`Target`] needs, and the answer is a [`Closure`]: packages in a
//! fixed order, each with every reason why it is there, and what is missing, with the chain that asks for it.
//!
//! ```
//! use hermitage_atom::Cpv;
//! use hermitage_depgraph::{DepClass, MemoryPackage, MemorySource, Query, Roots, Target};
//!
//! let source = MemorySource::new([
//!     MemoryPackage::parse("sys-libs/zlib-1.2.8")?,
//!     MemoryPackage::parse("media-libs/libpng-1.6.12")?
//!         .with_dependencies(DepClass::Rdepend, "sys-libs/zlib dev-libs/absent")?,
//! ]);
//! let target = Target::given("viewer").with_dependencies(DepClass::Depend, "media-libs/libpng")?;
//! let closure = Query::new(target).resolve(&Roots::one(&source))?;
//!
//! let why = closure.why(&Cpv::parse("sys-libs/zlib-1.2.8")?).expect("zlib is in the closure");
//! assert_eq!(
//!     why.to_string(),
//!     "viewer --DEPEND media-libs/libpng--> media-libs/libpng-1.6.12 --RDEPEND sys-libs/zlib--> sys-libs/zlib-1.2.8",
//! );
//! assert_eq!(closure.unsatisfied()[0].text, "dev-libs/absent");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod answers;
mod class;
mod closure;
mod error;
mod flags;
mod md5_cache;
mod memory;
mod package;
mod path;
mod policy;
pub mod profile;
mod query;
mod resolve;
mod source;
mod system;
mod table;
mod target;
#[cfg(feature = "test-support")]
pub mod test_support;
#[cfg(feature = "vdb")]
mod vdb_source;

pub use answers::Answers;
pub use class::{Classes, DepClass, Phase};
pub use closure::{
    Blocked, Chain, Choice, Closure, Link, LoadReason, LoadableFile, Malformed, Member, MemberId,
    Origin, Provided, Reason, Rejection, Step, Text, Unsatisfied, Withheld,
};
#[cfg(feature = "serde")]
pub use closure::{ClosureReport, PackageReport, ReasonReport};
pub use error::{Error, ErrorKind, Place};
pub use md5_cache::Md5Cache;
pub use memory::{MemoryPackage, MemorySource};
pub use package::Package;
pub use policy::{BranchPolicy, Policy, UnknownPolicy};
pub use query::{Query, RootKind, Roots};
pub use source::{ElfFile, Holding, Interpreted, Owned, Source, SourceError};
pub use system::{Rejected, SystemSet};
pub use table::{PackageId, PackageTable};
pub use target::Target;
#[cfg(feature = "vdb")]
pub use vdb_source::VdbSource;

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
