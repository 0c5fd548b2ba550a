//! The program on recorded data, when `HERMITAGE_CORPUS` names it.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod closures;
mod digests;
mod installed;
mod repository;

use std::path::Path;
use std::process::{Command, ExitCode};

use hermitage_testing::Corpus;

fn main() -> ExitCode {
    hermitage_testing::run(
        Corpus::from_environment(),
        &[
            (
                "digests_of_a_desktop_are_equal_where_the_same_is_seen_and_nowhere_else",
                digests::of_a_desktop_they_are_equal_where_the_same_is_seen,
            ),
            (
                "digests_of_a_prefix_are_equal_where_the_same_is_seen_and_nowhere_else",
                digests::of_a_prefix_they_are_equal_where_the_same_is_seen,
            ),
            (
                "ebuilds_of_every_category_of_a_real_tree_are_targets",
                repository::ebuilds_of_every_category_of_a_real_tree_are_targets,
            ),
            (
                "the_program_answers_what_portage_keeps_for_a_package",
                closures::the_program_answers_what_portage_keeps_for_a_package,
            ),
        ],
    )
}

/// `hermitage deps TARGET --system none` on a machine.
fn deps(root: &Path, target: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermitage"));
    command.env("XDG_CONFIG_HOME", "/nonexistent").arg("deps").arg(target);
    command.arg("--root").arg(root).args(["--system", "none"]);
    command
}
