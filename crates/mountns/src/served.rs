//! The server of a view's names: a process beside the view that answers every look-up out of an index.
//!
//! It is forked before the namespaces are entered and stays in those of the caller, so it sees the host as it is. What
//! it mounts is only the metadata layer of overlays, and the root above them when look-ups are observed: each name is asked for once, data
//! never passes through it.

mod asked;
mod filesystem;
mod host;
mod journal;
mod layout;
mod server;

pub(crate) use layout::{Layout, kind as entry_kind};
pub(crate) use server::{Server, Summary};
