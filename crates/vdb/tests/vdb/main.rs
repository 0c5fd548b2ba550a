//! The tests of the crate, through its public API.

mod contents;
mod corpus;
mod database;
mod dpkg;
mod laws;
mod needed;
mod owners;
mod writing;
