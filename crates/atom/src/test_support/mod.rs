//! What property tests and fuzzers share.

pub mod check;
