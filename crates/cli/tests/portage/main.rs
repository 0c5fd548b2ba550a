//! End to end with real Portage 3.0.83.
//!
//! `HERMITAGE_PORTAGE` names a Python virtual environment that holds Portage
//! (`python3 -m venv V && V/bin/pip install portage==3.0.83`; gawk, pax-utils and GNU tar must be
//! there too). Portage merges a tiny repository into a private EPREFIX; then Hermitage reads what
//! Portage wrote, and the phases of one ebuild run inside a view.
//!
//! Without the variable every test is counted as ignored and a line on stderr says so; under
//! `CI=true` that is a failure. The harness is our own because the tests share one merged prefix,
//! and because an ignored test must be seen to be ignored.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test panics to fail, reads its settings from the environment and reports on stderr"
)]

mod ebuilds;
mod hermitage;
mod oracle;
mod phases;
mod portage;
mod reading;
mod repository;
mod shim;
mod shim_settings;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use crate::portage::Portage;

/// A test: its name as a sentence, and what it does with the merged prefix.
type Case = (&'static str, fn(&Portage));

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1); // The phases share one EPREFIX and its build directory.
    let cases: Vec<Case> =
        [reading::CASES, phases::CASES, shim::CASES, shim_settings::CASES].concat();

    let Some(venv) = std::env::var_os("HERMITAGE_PORTAGE") else {
        eprintln!(
            "NOT RUN: {} tests with real Portage, because HERMITAGE_PORTAGE (a virtual \
             environment that holds portage==3.0.83) is not set",
            cases.len()
        );
        if std::env::var_os("CI").is_some_and(|value| value == "true") {
            eprintln!("CI=true: tests that can't run are a failure");
            return ExitCode::FAILURE;
        }
        let ignored = cases
            .into_iter()
            .map(|(name, _)| {
                Trial::test(name, || Err("HERMITAGE_PORTAGE is not set".into()))
                    .with_ignored_flag(true)
            })
            .collect();
        return libtest_mimic::run(&arguments, ignored).exit_code();
    };

    let portage = (!arguments.list).then(|| Arc::new(Portage::with_merged_packages(venv.as_ref())));
    let trials = cases
        .into_iter()
        .map(|(name, case)| {
            let portage = portage.clone();
            Trial::test(name, move || {
                case(portage.as_ref().unwrap());
                Ok(())
            })
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
