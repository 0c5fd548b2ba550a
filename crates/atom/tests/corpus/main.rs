//! Compared with what other programs answered, and with every dependency of a real tree.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "a test panics to fail, and reports on stderr"
)]

mod cache;
mod differences;
mod oracle;
mod tally;

use std::process::ExitCode;

use hermitage_testing::Corpus;

fn main() -> ExitCode {
    hermitage_testing::run(
        Corpus::from_environment(),
        &[
            (
                "every_recorded_answer_is_given_or_listed_with_a_reason",
                oracle::every_recorded_answer_is_given_or_listed_with_a_reason,
            ),
            (
                "every_specification_of_a_real_tree_parses_prints_and_evaluates",
                cache::every_specification_of_a_real_tree_parses_prints_and_evaluates,
            ),
        ],
    )
}
