//! Which condition a difference is due to, proven by builds that differ in nothing else.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hermitage_mountns::ByteString;

use super::Condition;
use super::build::{Built, Workshop};
use super::cause::{Cause, Other, Reason};
use super::report::Report;
use crate::failure::Failure;

/// Builds with nothing varied and with each condition alone, and writes into the report what that proves.
pub(super) fn bisect(
    workshop: &Workshop<'_>,
    first: &Built,
    conditions: &[Condition],
    results: &[PathBuf],
    report: &mut Report,
) -> Result<(), Failure> {
    let experiment = |varied: &[Condition]| {
        let again = workshop.build(varied)?;
        let found = first.compare(&again, results, workshop.args.comparison.times)?;
        let paths: BTreeSet<ByteString> = found.into_iter().map(|found| found.path).collect();
        Ok::<_, Failure>((again.outcome != first.outcome, paths))
    };
    let (unsteady_end, unsteady) = experiment(&[])?;
    report.further_builds = 1;
    prove(report, Reason::Other(Other::Unsteady), unsteady_end, &unsteady);
    for &condition in conditions {
        // What differs anyway tells nothing of a condition.
        let (fails, mut paths) = experiment(&[condition])?;
        report.further_builds += 1;
        paths.retain(|path| !unsteady.contains(path));
        prove(report, Reason::Condition(condition), fails && !unsteady_end, &paths);
    }
    let fails = report.exit_codes[0] != report.exit_codes[1];
    let together = Cause { reason: Reason::Other(Other::Together), proven: true, evidence: None };
    if fails && report.failure_causes.is_empty() {
        report.failure_causes.push(together.clone());
    }
    for told in &mut report.differences {
        if !told.causes.iter().any(|cause| cause.proven) {
            told.causes.push(together.clone());
        }
        settle(&mut told.causes);
    }
    Ok(())
}

/// Notes a cause with everything that it made differ; what was found in the files is its evidence.
fn prove(report: &mut Report, reason: Reason, fails: bool, paths: &BTreeSet<ByteString>) {
    let proven = || Cause { reason, proven: true, evidence: None };
    if fails && report.exit_codes[0] != report.exit_codes[1] {
        report.failure_causes.push(proven());
    }
    for told in report.differences.iter_mut().filter(|told| paths.contains(&told.difference.path)) {
        match told.causes.iter_mut().find(|cause| cause.reason == reason) {
            Some(known) => known.proven = true,
            None => told.causes.push(proven()),
        }
    }
}

/// What was only probable is no cause when it proved not to be one. What differs anyway can't be proven of the clock, which
/// was another each time.
fn settle(causes: &mut Vec<Cause>) {
    let unsteady = causes.iter().any(|cause| cause.reason == Reason::Other(Other::Unsteady));
    let is_clock = |cause: &Cause| cause.reason == Reason::Condition(Condition::Clock);
    causes.retain(|cause| cause.proven || (unsteady && is_clock(cause)));
    causes.sort_by_key(|cause| (!cause.proven, cause.reason));
}
