//! Tests of the public API.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helper fails the test by panicking, as the test itself does"
)]

mod asking;
mod cover;
mod digest;
mod exactness;
mod generated;
mod ldcache;
mod realhost;
mod support;
mod unmeasured;
