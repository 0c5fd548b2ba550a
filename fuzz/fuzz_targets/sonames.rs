//! A PROVIDES or REQUIRES field.
#![cfg_attr(fuzzing, no_main)]
hermitage_fuzz::target!(hermitage_vdb::test_support::check::sonames);
