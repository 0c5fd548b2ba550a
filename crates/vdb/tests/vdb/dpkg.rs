//! The import of dpkg's database.

mod damage;
mod fake;
mod import;
mod machine;
mod names;
mod versions;
