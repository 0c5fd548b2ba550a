//! An entry of a repository's md5-cache.
#![cfg_attr(fuzzing, no_main)]
hermitage_fuzz::target!(hermitage_depgraph::test_support::check::md5_cache);
