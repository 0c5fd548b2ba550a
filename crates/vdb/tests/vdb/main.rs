//! The tests of the crate, through its public API.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod contents;
mod database;
mod dpkg;
mod laws;
mod needed;
mod owners;
mod writing;
