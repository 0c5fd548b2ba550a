//! The import of dpkg's database.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "clippy knows only functions marked as tests, not what they call"
)]

mod damage;
mod fake;
mod import;
mod machine;
mod names;
mod versions;
