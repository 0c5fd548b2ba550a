//! What a build reached for beyond its declared dependencies.
//!
//! A [`Trace`] says what a command looked for, an [`Inventory`] whose the files are, and [`Audit`] tells what is to be done about it:
//! a [`Report`] of [`Finding`]s, each with what shows it and a [`Suggestion`].
//!
//! | kind | what it tells |
//! |---|---|
//! | [`Undeclared`](Kind::Undeclared) | a hidden file of an installed package was looked for |
//! | [`Indirect`](Kind::Indirect) | a package was used that is there only because a declared one needs it |
//! | [`System`](Kind::System) | a package was looked for that was subtracted from @system |
//! | [`Unused`](Kind::Unused) | a package is declared for the build, and was not touched |
//! | [`Misplaced`](Kind::Misplaced) | a package is declared in the wrong variable for what it was used for |
//! | [`Unowned`](Kind::Unowned) | a file was looked for that no package owns |
//! | [`PackageManager`](Kind::PackageManager) | a package was used that is there for the package manager alone |
//!
//! What looks mean is data, [`Rules`]: which paths are headers or programs, which looks mean nothing and why, which programs do
//! the same. See [`Audit`] for an example.
#![forbid(unsafe_code)]

mod audit;
mod cmake;
mod compare;
mod elf;
mod error;
mod features;
#[cfg(feature = "test-support")]
pub mod fixture;
pub mod format;
mod inventory;
mod message;
mod patch;
mod project;
mod python;
mod report;
mod rules;
#[cfg(feature = "test-support")]
pub mod strategy;
mod suggest;
mod summary;
mod suppress;
mod text;
mod trace;
mod tree;

pub use audit::{Audit, Linked};
pub use compare::{Comparison, Feature, Needed, Results};
pub use elf::needed;
pub use error::{Error, ErrorKind, Place};
pub use inventory::{
    Class, Declaration, Inventory, MemoryInventory, OnHost, Package, PackageIdx, Standing,
};
pub use patch::patch;
pub use project::Project;
pub use report::{
    Asker, Evidence, Finding, Kind, PackageName, Quieted, Report, SCHEMA, Severity, Suggestion,
    Suppressed,
};
pub use rules::{Quiet, Role, Rules};
pub use suggest::Ebuild;
pub use summary::{Failed, Often, Row, Summary};
pub use suppress::{Date, Idle, Suppression, Suppressions, Used};
pub use text::Text;
pub use trace::{Access, Answer, Observer, Outcome, Process, Source, Trace};
pub use tree::walk;
