//! Prepared views, kept from run to run: what is visible as index files, with all that it was made from.
//!
//! An entry is an index whose note says which base it lies over, what is mounted besides, and which state of the
//! machine it belongs to: the package database, the profile, the files given on the command line, and every visible
//! directory of the host, those in which others make things too ([`busy`]) only as far as it has to do with them. An entry of another state is made anew. What @system contributes is an index of its own,
//! shared by all entries that agree on it.

mod busy;
pub(crate) mod files;
mod key;
mod note;
mod state;
mod store;
mod watch;
mod whole;

pub(crate) use busy::Busy;
pub(crate) use key::{Key, hex};
pub(crate) use note::{Note, Watched};
pub(crate) use state::{State, is_settled};
pub(crate) use store::{Store, Stored};
pub(crate) use whole::{Entry, Kind, Whole, digests, sums};
