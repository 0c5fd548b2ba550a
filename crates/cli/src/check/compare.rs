//! The same build twice: with all of the host in view, and with what is declared.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;

use hermitage_audit::{Comparison, Report, Results};
use hermitage_mountns::Run;
use hermitage_view::{RealHost, ViewBuilder};

use crate::args::{RunArgs, StartArgs};
use crate::copies::Copies;
use crate::failure::Failure;
use crate::plan;
use crate::timing::Timings;
use crate::verbs::{Context, run};
use crate::visible::{FRESH, Visible};

use super::interrupt::Watch;
use super::observed::ended;

/// Runs the command with everything of the host in view, and tells what it left.
pub(super) fn with_host(
    visible: &Visible,
    run_args: &RunArgs,
    start: &StartArgs,
    context: &Context,
    watch: &Watch,
) -> Result<Results, Failure> {
    let copies = Copies::of(visible)?;
    let everything = everything(visible)?;
    let mut plan = plan::of_view(&everything, run_args)?;
    copies.redirect(&mut plan);
    let report =
        watch.during(|| run::carry_out(Run::new(&plan), start, context, &mut Timings::start()))?;
    let outcome = ended(report.outcome);
    if !outcome.is_success() {
        return Err(Failure::new(format!(
            "the command {outcome} though all of the host was visible"
        ))
        .advise("Make it work outside first; what it lacks is no undeclared package."));
    }
    results(&copies)
}

/// A view of the whole host but its kernel's files and temporary files.
pub(crate) fn everything(visible: &Visible) -> Result<Visible, Failure> {
    const LEFT_OUT: [&str; 5] = ["proc", "sys", "dev", "tmp", "run"];
    let root = &visible.host_root;
    let host = RealHost::new(root);
    let mut builder = ViewBuilder::new(&host);
    for fresh in FRESH {
        builder.provided(fresh);
    }
    let unreadable = |error: io::Error| Failure::file(root, "can't be listed", &error);
    for entry in fs::read_dir(root).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        if !LEFT_OUT.iter().any(|left_out| name == *left_out) {
            builder.extra_tree([b"/", name.as_bytes()].concat());
        }
    }
    for path in &visible.write {
        builder.extra_tree(path.as_os_str().as_bytes());
    }
    let view = builder.build()?;
    drop(builder);
    let (read, write) = (Vec::new(), visible.write.clone());
    Ok(Visible { view, host_root: root.clone(), read, write })
}

/// Compares what two builds left, and tells in a report how they differ.
pub(super) fn compare(
    host: &Results,
    declared: &Copies,
    report: &mut Report,
) -> Result<(), Failure> {
    let declared = results(declared)?;
    report.comparison = Some(Comparison::of(host, &declared));
    let warnings: BTreeSet<String> = host.warnings().chain(declared.warnings()).collect();
    report.warnings.extend(warnings);
    Ok(())
}

/// What a build has left.
fn results(copies: &Copies) -> Result<Results, Failure> {
    let mut results = Results::default();
    for (copy, original) in copies.places() {
        results
            .scan(&copy, original)
            .map_err(|error| Failure::new(format!("what the build left can't be read: {error}")))?;
    }
    Ok(results)
}
