//! A name with stars, and packages for it to match.
#![cfg_attr(fuzzing, no_main)]
hermitage_fuzz::target!(hermitage_atom::test_support::check::pattern);
