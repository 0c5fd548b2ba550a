//! The import of dpkg's database.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows only functions marked as tests, not what they call"
)]

mod damage;
mod fake;
mod import;
mod names;
mod versions;
