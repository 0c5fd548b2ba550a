//! Strategies that make what this crate parses, for property tests of code that embeds it.
//!
//! They come with the feature `test-support` and build on [`proptest`]. Each gives text, so that a test can hand it
//! to any parser; what they give is legal for the EAPI they were asked for, but for [`almost_valid`].
//!
//! ```
//! use hermitage_atom::{Atom, Eapi, strategy};
//! use proptest::prelude::*;
//!
//! proptest!(|(text in strategy::atom(Eapi::V8))| {
//!     let atom = Atom::parse(&text, Eapi::V8).expect("the strategy gives legal atoms");
//!     prop_assert_eq!(atom.to_string(), text);
//! });
//! ```

mod atoms;
mod names;
mod specs;
mod versions;

pub use atoms::{Package, atom, candidate};
pub use names::{category, cp, cpv, flag, package, repository, slot, use_set};
pub use specs::{almost_valid, required_use, spec};
pub use versions::{version, version_pair};
