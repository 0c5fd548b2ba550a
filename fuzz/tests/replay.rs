//! Every seed of every target, on the stable compiler.

use hermitage_fuzz::replay_seeds;

/// A directory of seeds that was lost must not look like one that passed.
const FEWEST: usize = 5;

macro_rules! replays {
    ($($test:ident: $target:literal, $check:path;)*) => {
        $(
            #[test]
            fn $test() {
                let seeds = replay_seeds($target, $check).unwrap();
                assert!(seeds >= FEWEST, "only {seeds} seeds of {}", $target);
            }
        )*
    };
}

replays! {
    seeds_of_atoms_break_no_law: "atom", hermitage_atom::test_support::check::atom;
    seeds_of_patterns_break_no_law: "pattern", hermitage_atom::test_support::check::pattern;
    seeds_of_dependency_strings_break_no_law: "dep_spec", hermitage_atom::test_support::check::dep_spec;
    seeds_of_versions_break_no_law: "version", hermitage_atom::test_support::check::version;
    seeds_of_contents_break_no_law: "contents", hermitage_vdb::test_support::check::contents;
    seeds_of_metadata_files_break_no_law: "metadata", hermitage_vdb::test_support::check::metadata;
    seeds_of_needed_files_break_no_law: "needed", hermitage_vdb::test_support::check::needed;
    seeds_of_sonames_break_no_law: "sonames", hermitage_vdb::test_support::check::sonames;
    seeds_of_cache_entries_break_no_law: "md5_cache", hermitage_depgraph::test_support::check::md5_cache;
    seeds_of_profile_files_break_no_law: "profile_files", hermitage_depgraph::test_support::check::profile_files;
    seeds_of_plans_break_no_law: "plan_json", hermitage_fuzz::plan_json;
}
