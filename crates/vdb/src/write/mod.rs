//! Writing entries of the database.

mod files;
mod package;
mod writer;

pub use package::NewPackage;
pub use writer::{MetadataFile, Writer};

pub(crate) use files::mtime_ns;
