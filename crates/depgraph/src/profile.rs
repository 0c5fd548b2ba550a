//! Profile stacks: where @system comes from.

mod files;
mod lines;
mod packages;
mod repositories;
mod stack;

pub use files::{Disk, MemoryFiles, ProfileFiles};
pub(crate) use lines::lines;
pub(crate) use packages::{Change, Line};
pub use repositories::Repositories;
pub use stack::{ProfileNode, ProfileStack};
