//! The `hermitage` command.

fn main() {}
