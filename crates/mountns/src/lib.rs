//! Mount plans that show exactly a view, and what carries them out without root.

mod bytes;
mod error;
mod host;
mod plan;

pub use bytes::ByteString;
pub use error::{Error, ErrorKind};
pub use plan::{
    Access, Bind, Capability, Entry, EntryKind, Limit, Network, Plan, PlanOptions, Resource,
    SCHEMA, Session, SpecialKind, Timestamp, Tmpfs, Variable,
};
