//! End to end with real Portage 3.0.83.
//!
//! `HERMITAGE_PORTAGE` names a Python virtual environment that holds Portage
//! (`python3 -m venv V && V/bin/pip install portage==3.0.83`; gawk, pax-utils and GNU tar must be
//! there too). Portage merges a tiny repository into a private EPREFIX; then Hermitage reads what
//! Portage wrote, and the phases of one ebuild run inside a view.
//!
//! `HERMITAGE_PKGCORE` names one that holds pkgcore, and `HERMITAGE_UPSTREAM` a directory with the sources of one real package,
//! each for one test more.
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
mod pkgcore;
mod portage;
mod reading;
mod repository;
mod shim;
mod shim_settings;
mod upstream;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Trial};

use crate::portage::Portage;

/// A test: its name as a sentence, and what it does with the merged prefix.
type Case = (&'static str, fn(&Portage));

/// The test that needs pkgcore too.
const PKGCORE: &str = "in_a_view_pkgcore_finds_only_what_is_declared";

/// The one that needs a package's sources.
const UPSTREAM: &str = "a_real_package_needs_what_its_ebuild_declares";

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1); // The phases share one EPREFIX and its build directory.
    let cases: Vec<Case> =
        [reading::CASES, phases::CASES, shim::CASES, shim_settings::CASES].concat();
    let venv = std::env::var_os("HERMITAGE_PORTAGE");
    let pkgcore = std::env::var_os("HERMITAGE_PKGCORE");
    let sources = std::env::var_os("HERMITAGE_UPSTREAM");
    let mut missing = false;
    if venv.is_none() {
        eprintln!(
            "NOT RUN: {} tests with real Portage, because HERMITAGE_PORTAGE (a virtual \
             environment that holds portage==3.0.83) is not set",
            cases.len() + 2
        );
        missing = true;
    } else {
        let more = [
            (
                &sources,
                UPSTREAM,
                "HERMITAGE_UPSTREAM (a directory with Debian's file_*.orig.tar.gz)",
            ),
            (&pkgcore, PKGCORE, "HERMITAGE_PKGCORE (a virtual environment that holds pkgcore)"),
        ];
        for (_, test, what) in more.iter().filter(|(given, ..)| given.is_none()) {
            eprintln!("NOT RUN: {test}, because {what} is not set");
            missing = true;
        }
    }
    if missing && std::env::var_os("CI").is_some_and(|value| value == "true") {
        eprintln!("CI=true: tests that can't run are a failure");
        return ExitCode::FAILURE;
    }

    let has_bash = shim::has_bash_of_eapi_9();
    if venv.is_some() && !has_bash {
        eprintln!("NOT RUN: {}, because /bin/bash is older than 5.3", shim::EAPI_9.0);
    }
    let shared = Arc::new(OnceLock::new());
    let mut trials: Vec<_> = cases
        .into_iter()
        .map(|(name, case)| {
            let (shared, given) = (Arc::clone(&shared), venv.clone());
            let is_given = given.is_some();
            let trial = Trial::test(name, move || {
                let venv = given.ok_or("HERMITAGE_PORTAGE is not set")?;
                case(shared.get_or_init(|| Portage::with_merged_packages(venv.as_ref())));
                Ok(())
            });
            trial.with_ignored_flag(!is_given || (name == shim::EAPI_9.0 && !has_bash))
        })
        .collect();
    let is_given = venv.is_some() && pkgcore.is_some();
    let (given, known) = (venv.clone().zip(pkgcore), Arc::clone(&shared));
    let pebuild = Trial::test(PKGCORE, move || {
        let (venv, pkgcore) = given.ok_or("HERMITAGE_PKGCORE is not set")?;
        let portage = known.get_or_init(|| Portage::with_merged_packages(venv.as_ref()));
        pkgcore::pebuild_finds_what_is_declared(portage, pkgcore.as_ref());
        Ok(())
    });
    trials.push(pebuild.with_ignored_flag(!is_given));
    let is_given = venv.is_some() && sources.is_some();
    let upstream = Trial::test(UPSTREAM, move || {
        let (venv, sources) = venv.zip(sources).ok_or("HERMITAGE_UPSTREAM is not set")?;
        upstream::what_is_needed_is_what_is_declared(venv.as_ref(), sources.as_ref());
        Ok(())
    });
    trials.push(upstream.with_ignored_flag(!is_given));
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(shared); // Its directory goes with it.
    conclusion.exit_code()
}
