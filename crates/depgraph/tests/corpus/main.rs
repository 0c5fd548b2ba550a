//! Agreement with Portage's recorded answers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "a test panics to fail, and reports on stderr"
)]

mod closures;
mod matches;
mod profiles;
mod scenarios;
mod system;
mod tally;

use std::process::ExitCode;

use hermitage_testing::{Case, Corpus};
use serde_json::Value;

const CASES: &[Case<Corpus>] = &[
    (
        "every_root_of_a_prefix_of_2014_has_the_closure_portage_keeps_for_it",
        closures::every_root_of_a_prefix_of_2014_has_the_closure_portage_keeps_for_it,
    ),
    (
        "every_root_of_a_desktop_of_2018_has_the_closure_portage_keeps_for_it",
        closures::every_root_of_a_desktop_of_2018_has_the_closure_portage_keeps_for_it,
    ),
    (
        "atoms_match_what_portage_matches_in_a_prefix_of_2014",
        matches::atoms_match_what_portage_matches_in_a_prefix_of_2014,
    ),
    (
        "atoms_match_what_portage_matches_in_a_desktop_of_2018",
        matches::atoms_match_what_portage_matches_in_a_desktop_of_2018,
    ),
    (
        "the_profiles_of_2014_stack_up_as_in_portage",
        profiles::the_profiles_of_2014_stack_up_as_in_portage,
    ),
    (
        "what_portage_would_remove_is_what_no_closure_holds",
        scenarios::what_portage_would_remove_is_what_no_closure_holds,
    ),
    (
        "the_world_and_system_of_a_prefix_keep_what_portage_keeps",
        system::the_world_and_system_of_a_prefix_keep_what_portage_keeps,
    ),
    (
        "the_world_and_system_of_a_desktop_keep_what_portage_keeps",
        system::the_world_and_system_of_a_desktop_keep_what_portage_keeps,
    ),
];

fn main() -> ExitCode {
    hermitage_testing::run(Corpus::from_environment(), CASES)
}

/// The strings of a JSON array.
fn strings(value: &Value) -> Vec<&str> {
    let array = value.as_array().expect("an array");
    array.iter().map(|item| item.as_str().expect("a string")).collect()
}
