//! Tests of the public API, against models of the consumers.
#![allow(
    clippy::unwrap_used,
    reason = "a test's helper fails the test by panicking, as the test itself does"
)]

mod bwrap;
mod landlock;
mod log;
mod nsjail;
mod nspawn;
mod oci;
mod sandbox;
mod support;
mod syd;
