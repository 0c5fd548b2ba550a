//! A version, and its order among the others.
#![cfg_attr(fuzzing, no_main)]
hermitage_fuzz::target!(hermitage_atom::test_support::check::version);
