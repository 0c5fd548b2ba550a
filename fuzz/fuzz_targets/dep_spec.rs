//! A dependency specification of any EAPI.
#![cfg_attr(fuzzing, no_main)]
hermitage_fuzz::target!(hermitage_atom::test_support::check::dep_spec);
