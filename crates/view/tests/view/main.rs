//! Tests of the public API.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test's helper fails the test by panicking, as the test itself does, and says aloud what it can't do"
)]

mod asking;
mod corpus;
mod cover;
mod exactness;
mod generated;
mod ldcache;
mod realhost;
mod support;
