//! The files `packages` and `parent` of a profile.
#![cfg_attr(fuzzing, no_main)]
hermitage_fuzz::target!(hermitage_depgraph::test_support::check::profile_files);
