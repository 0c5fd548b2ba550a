//! A consolidated `metadata` file.
#![cfg_attr(fuzzing, no_main)]
hermitage_fuzz::target!(hermitage_vdb::test_support::check::metadata);
