//! Mount plans that show exactly a view, and what carries them out without root.

mod bytes;
mod command;
mod error;
mod host;
mod kernel;
#[cfg(feature = "test-support")]
mod model;
mod plan;
mod process;
mod run;
mod support;
mod sys;
mod wire;

pub use bytes::ByteString;
pub use command::{Command, Outcome};
pub use error::{Error, ErrorKind};
#[cfg(feature = "test-support")]
pub use model::Shown;
pub use plan::{
    Access, Bind, Capability, Entry, EntryKind, Limit, Network, Plan, PlanOptions, Resource,
    SCHEMA, Session, SpecialKind, Timestamp, Tmpfs, Variable,
};
pub use run::run;
pub use support::{Ability, Backend, BackendChoice, Privilege, Support};
