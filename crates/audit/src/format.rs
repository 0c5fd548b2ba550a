//! Reports as text for people, as lines, and in the formats that other programs read.
//!
//! | function | is for |
//! |---|---|
//! | [`text`] | people |
//! | [`lines`] | grep, cut and awk |
//! | [`json`] | programs; [`JSON_SCHEMA`] describes it |
//! | [`sarif`], [`sarif_all`] | code scanners, editors: SARIF 2.1.0 |
//! | [`junit`] | continuous integration: `JUnit` XML |
//! | [`html`] | people with a browser: one page that needs nothing else |
//!
//! The same report gives the same bytes. What is written is escaped for its format, and what could mislead a reader (control
//! characters, marks that change the direction of writing) is shown as `\xHH` or `\u{HHHH}` in all that people read.
//!
//! ```
//! use hermitage_audit::{Audit, Class, MemoryInventory, Package, Trace, format};
//!
//! let mut machine = MemoryInventory::default();
//! machine.package(Package::new("dev-util/flex", "2.6").declared_in(&[Class::Bdepend]));
//! let report = Audit::new("app-misc/viewer-1", &machine).report(Trace::default())?;
//! assert_eq!(
//!     format::lines(&report),
//!     "note\tunused:dev-util/flex\tdev-util/flex-2.6\t-\t\
//!      remove \"dev-util/flex\" from BDEPEND if no other configuration needs it\n"
//! );
//! # Ok::<(), hermitage_audit::Error>(())
//! ```

mod comparison;
mod count;
mod ending;
mod escape;
mod graph;
mod html;
mod json;
mod junit;
mod lineage;
mod lines;
mod page;
mod sarif;
mod text;

pub(crate) use count::counted;
pub(crate) use escape::{Shown, Xml};
pub use html::html;
pub(crate) use json::pretty;
pub use json::{JSON_SCHEMA, json};
pub use junit::junit;
pub use lines::lines;
pub(crate) use page::{By, Page, head};
pub use sarif::{EbuildFile, SarifOptions, sarif, sarif_all};
pub use text::{TextOptions, text};
