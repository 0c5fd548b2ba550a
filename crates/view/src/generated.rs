//! Files that packages' tools make after the packages were installed, and what a view does with each.

mod ldcache;
mod pattern;
mod table;

pub use ldcache::LdCache;
pub(crate) use pattern::Part;
pub use pattern::{Captures, Pattern};
pub use table::{GeneratedTable, Rule, Treatment};
