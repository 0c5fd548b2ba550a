//! From looks to findings to what is written, through the public interface.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test panics to fail")]

mod findings;
mod format;
mod html;
mod junit;
mod lines;
mod missed;
mod sarif;
mod scene;
mod schema;
mod summary;
mod support;
mod suppress;
mod text;
mod together;
