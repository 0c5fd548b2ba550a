//! `hermitage bench`: how long it takes, on the user's own machine.
//!
//! What does not know what is measured is for every subject: [`stats`], [`units`], [`table`] and [`chart`].
#![allow(dead_code, unused_imports, reason = "the verb that uses it follows")]

pub(crate) mod chart;
pub(crate) mod stats;
pub(crate) mod table;
pub(crate) mod units;
