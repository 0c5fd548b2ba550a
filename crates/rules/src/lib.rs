//! Views written as rules for other sandboxes.
//!
//! A [`Survey`] holds a view and what must be known of its host. Each format has a module whose `render` gives the rules and
//! their [`Fidelity`]: what the consumer will allow, compared with what the view shows. What can't be written is an
//! [`Error`]; nothing is cut, and nothing dropped in silence.
//!
//! ```
//! use hermitage_rules::{Survey, sandbox};
//! use hermitage_view::{MemoryHost, ViewBuilder};
//!
//! let host = MemoryHost::new().file("/usr/bin/gcc", "").file("/usr/bin/svn", "");
//! let mut builder = ViewBuilder::new(&host);
//! let gcc = builder.owner("sys-devel/gcc-15");
//! builder.add("/usr/bin/gcc", gcc);
//! let view = builder.build()?;
//!
//! let rules = sandbox::render(&Survey::new(&view, &host), &sandbox::Options::default())?;
//! assert!(rules.fidelity.is_exact());
//! assert_eq!(rules.output.deny_value(), b"/usr/bin/svn");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

pub mod bwrap;
mod bytes;
mod error;
mod fidelity;
mod hide;
mod judge;
pub mod landlock;
pub mod nsjail;
pub mod nspawn;
pub mod oci;
mod root;
pub mod sandbox;
mod survey;
pub mod syd;
#[cfg(feature = "test-support")]
pub mod test_support;

pub use error::{Error, ErrorKind, Place};
pub use fidelity::{Fidelity, Rendered};
pub use root::{RootEntry, RootKind, make_root};
pub use survey::Survey;
