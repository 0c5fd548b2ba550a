//! The program on recorded data, when `HERMITAGE_CORPUS` names it.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod closures;
mod repository;

use std::path::Path;
use std::process::{Command, ExitCode};

use hermitage_testing::Corpus;

fn main() -> ExitCode {
    hermitage_testing::run(
        Corpus::from_environment(),
        &[
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
