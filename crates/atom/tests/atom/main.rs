//! Tests of the dependency language through its public interface.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "tests print what they compared")]

mod examples;
mod laws;
mod legal;
mod patterns;
