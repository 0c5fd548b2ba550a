//! Tests that need what a machine may lack, for the other crates' own tests only.
//!
//! The harness of the standard library knows passed and failed at run time; a test that finds nothing
//! to test could only pass. So such tests are targets of their own, with `harness = false`, whose
//! `main` calls [`run`]: when what they need is absent each counts as ignored, a line on stderr says
//! why, and under `CI=true` that is a failure.
//!
//! What most of them need is the [`Corpus`]: real databases and what other programs answered.

#![forbid(unsafe_code)]

mod conditional;
mod corpus;

pub use conditional::{Case, run};
pub use corpus::Corpus;
