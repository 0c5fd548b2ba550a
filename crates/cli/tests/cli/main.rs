//! The program as its users see it: exit code, stdout, stderr, and what a command sees inside.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test panics to fail and reads its settings from the environment"
)]

mod bad_input;
mod bench;
mod build;
mod cache;
mod check;
mod check_batch;
mod closures;
mod configuration;
mod digest;
mod inside;
mod killed;
mod limits;
mod machine;
mod memo;
mod places;
mod pure;
mod queries;
mod rebuild;
mod rules;
mod setup;
mod shim;
mod support;
mod traced;
