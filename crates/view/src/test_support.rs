//! For tests of this crate and of those that embed it: host trees by the thousand, and a slow, plain answer to
//! compare with.

mod model;
mod strategy;

pub use model::{Model, Wanted};
pub use strategy::{case, host_tree, path_in};
