//! Gentoo package names, versions, atoms and dependency specifications, as PMS defines them for EAPI 0 to 9.
//!
//! Everything here is pure: text in, values out. Each value exists in a borrowed form that points into
//! the text it was parsed from ([`VersionRef`], [`CpvRef`], [`AtomRef`], [`DepSpecRef`]) and in an owned one
//! ([`Version`], [`Cpv`], [`Atom`], [`DepSpec`]). What was parsed prints back as it was written.
//!
//! ```
//! use hermitage_atom::{Cpv, DepKind, DepSpec, Eapi};
//!
//! let spec = DepSpec::parse(">=dev-libs/glib-2.32:2 doc? ( dev-util/gtk-doc )", Eapi::V5, DepKind::Package)?;
//! let active = spec.evaluate(&["doc"]);
//! assert_eq!(active.to_string(), ">=dev-libs/glib-2.32:2 dev-util/gtk-doc");
//!
//! let glib = active.atoms().next().expect("there are two atoms");
//! let installed = Cpv::parse("dev-libs/glib-2.40.0-r1")?;
//! assert!(glib.matches_version(installed.version()));
//! # Ok::<(), hermitage_atom::Error>(())
//! ```

mod atom;
mod cpv;
mod dep;
mod eapi;
mod error;
mod name;
mod pattern;
mod printable;
#[cfg(feature = "test-support")]
pub mod strategy;
#[cfg(feature = "test-support")]
pub mod test_support;
mod use_flags;
mod version;

pub use atom::{
    Atom, AtomRef, Blocker, Candidate, Mismatch, Operator, SlotOperator, UseDep, UseDepKind,
    UseDeps,
};
pub use cpv::{Cp, CpRef, Cpv, CpvRef};
pub use dep::{DepKind, DepNode, DepSpec, DepSpecRef, MAX_DEPTH, Nodes};
pub use eapi::Eapi;
pub use error::{Error, ErrorKind};
pub use name::{is_category, is_package, is_repository, is_slot, is_use_flag, split_slot};
pub use pattern::Pattern;
pub use printable::Printable;
pub use use_flags::UseFlags;
pub use version::{Suffix, Version, VersionRef};
