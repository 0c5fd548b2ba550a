//! For tests of programs that read such databases: fixtures, strategies and check functions.

pub mod check;
mod fixture;
pub mod strategy;

pub use fixture::Fixture;
