//! Strategies of databases and profile stacks, naive oracles, and checks, for testing resolvers: this one or another.
//!
//! A [`Model`] is a whole database of installed packages in the plainest terms: versions are small integers, and a
//! dependency is a tree of enum values that prints as a dependency string. [`databases`] generates them, with cycles,
//! slots, virtuals and missing dependencies; [`Model::source`] makes a [`crate::MemorySource`] of one; and
//! [`oracle::closure`] says which packages are needed, by reading the definitions off and without any of this crate's
//! other code.

pub mod check;
mod model;
pub mod oracle;
mod profiles;
mod strategy;

pub use model::{Model, ModelAtom, ModelDep, ModelPackage, Range};
pub use profiles::{ProfileLine, ProfileModel, ProfileNodeModel, profile_stacks};
pub use strategy::{databases, dependencies, targets};
