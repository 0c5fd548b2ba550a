//! `hermitage check`: runs a command in a view, and tells what it reached for.

mod batch;
pub(crate) mod compare;
mod declared;
mod image;
pub(crate) mod interrupt;
mod inventory;
mod janitor;
mod observed;
mod origin;
mod print;
mod sandbox;
pub(crate) mod stdout;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hermitage_audit::{
    Audit, Date, Ebuild, Linked, Outcome, Project, Report, Results, Rules, Severity, Source as _,
    Suppressions, Text, Trace,
};
use hermitage_mountns::{ObserverChoice, Run};
use rustix::process::Signal;

use crate::again;
use crate::args::{AuditArgs, CheckArgs, ObserverName, SeverityName, TargetArgs};
use crate::copies::Copies;
use crate::destination::Destination;
use crate::failure::{FAILED, Failure};
use crate::plan::{self, Worked};
use crate::report::Reporter;
use crate::source::{Machine, absolute, outside};
use crate::target::{self, Wanted};
use crate::timing::Timings;
use crate::verbs::{Context, run};
pub(crate) use declared::Declared;
use interrupt::Watch;
pub(crate) use inventory::MachineInventory;
pub(crate) use janitor::{SWEEP, Swept, sweep};
pub(crate) use observed::Observed;
use sandbox::SandboxLog;

/// There are findings; hermitage itself did not fail.
const FINDINGS: u8 = 1;

/// Runs the command and prints what it reached for.
pub(crate) fn check(mut args: CheckArgs, context: &Context) -> Result<u8, Failure> {
    context.complete(&mut args.closure, &mut args.view, &mut args.run);
    crate::pure::tell(&args.run, context.reporter);
    if args.batch.all || args.batch.targets.is_some() {
        let results = args.batch.results.clone().unwrap_or_default();
        return batch::run(&args, &results, context);
    }
    if let Some(batch) = args.batch.batch_of {
        again::die_with(batch, Signal::TERM)?;
    }
    let destination = Destination::of(args.audit.output.as_deref(), "the report")?;
    let rules = rules(&args.audit)?;
    let suppressions = suppressions(&args.audit.suppress, &args.audit.baseline)?;
    let mut timings = Timings::start();
    let mut worked = work(&args, context, &mut timings)?;
    let mut project = project(&args.audit, &worked)?;
    timings.step("sources");

    let ran = match &args.audit.sandbox_log {
        Some(log) => Ran { trace: SandboxLog::read(log)?.trace(), host: None, copies: None },
        None => ran(&mut worked, &args, context, &mut timings)?,
    };
    for written in &worked.visible.write {
        let written = ran.outside(written, &worked.visible.host_root);
        if written.is_dir() {
            project.configured(&written).map_err(|error| {
                Failure::new(format!("what the build left can't be read: {error}"))
            })?;
        }
    }
    let (linked, unread) = match linked(&args, &worked, &ran) {
        Ok(linked) => (linked, None),
        Err(failure) => (Vec::new(), Some(failure)),
    };
    let mut report = audit(&args, &worked, rules, &project, &linked, &ran)?;
    report.warnings.extend(unread.as_ref().map(ToString::to_string));
    if let (Some(host), Some(copies)) = (&ran.host, &ran.copies) {
        compare::compare(host, copies, &mut report)?;
    }
    suppress(&mut report, &suppressions, context.reporter);
    timings.step("audit");
    print::print(&report, &args.audit, destination, context.reporter)?;
    timings.finish(args.start.timings.as_deref(), context.reporter)?;
    if let Some(outcome) = report.failure() {
        context.reporter.note(format_args!("the command {outcome}"));
        return Ok(exit_code(&report, &args.audit));
    }
    // A command that failed may have installed nothing. What else it looked for is told in any case.
    unread.map_or_else(|| Ok(exit_code(&report, &args.audit)), Err)
}

/// What came of running the command, once or twice.
struct Ran {
    trace: Trace,
    /// What it left when all of the host was visible.
    host: Option<Results>,
    copies: Option<Copies>,
}

impl Ran {
    /// Where something that the command wrote lies.
    fn outside(&self, path: &Path, host_root: &Path) -> PathBuf {
        match &self.copies {
            Some(copies) => copies.outside(path),
            None => outside(host_root, path),
        }
    }
}

/// Runs the command in the view, and before that with all of the host visible if that is asked for.
fn ran(
    worked: &mut Worked,
    args: &CheckArgs,
    context: &Context,
    timings: &mut Timings,
) -> Result<Ran, Failure> {
    let _stdout = stdout::Diverted::to_stderr()?;
    let watch = Watch::start("interrupted: what was looked for until then makes no report")?;
    let (mut host, mut copies) = (None, None);
    if args.audit.compare {
        let CheckArgs { run, start, .. } = args;
        host = Some(compare::with_host(&worked.visible, run, start, context, &watch)?);
        timings.step("whole host");
        let made = Copies::of(&worked.visible)?;
        made.redirect(&mut worked.plan);
        copies = Some(made);
    }
    let observed = watch.during(|| observe(worked, args, context, timings))?;
    Ok(Ran { trace: observed.trace(), host, copies })
}

/// What is there for the package manager is visible like what is declared.
fn work(args: &CheckArgs, context: &Context, timings: &mut Timings) -> Result<Worked, Failure> {
    let CheckArgs { target, closure, view, audit, run, .. } = args;
    let shown =
        TargetArgs { with: [&target.with[..], &audit.package_manager].concat(), ..target.clone() };
    plan::work(&shown, closure, view, run, context.reporter, timings)
}

/// Runs the command, and tells what it looked for and how it ended.
fn observe(
    worked: &Worked,
    args: &CheckArgs,
    context: &Context,
    timings: &mut Timings,
) -> Result<Observed, Failure> {
    let asked = args.audit.observer.map(ObserverName::observer);
    let choice = asked.map_or(ObserverChoice::Best, ObserverChoice::Only);
    let run = Run::new(&worked.plan).observe(choice);
    let report = run::carry_out(run, &args.start, context, timings)?;
    let backend = report.backend;
    let observed = Observed::of(report)
        .ok_or_else(|| Failure::new("nothing is known of what the command looked for"))?;
    observed.tell(asked.is_some(), backend, context.reporter);
    Ok(observed)
}

/// What was installed, if it was said where.
fn linked(args: &CheckArgs, worked: &Worked, ran: &Ran) -> Result<Vec<Linked>, Failure> {
    let visible = &worked.visible;
    match &args.audit.image {
        // It is the user's path, as they see it.
        Some(dir) if ran.copies.is_none() => image::linked(dir, &visible.view),
        Some(dir) => {
            image::linked(&ran.outside(&absolute(dir)?, &visible.host_root), &visible.view)
        }
        None => Ok(Vec::new()),
    }
}

/// From what was looked for to findings.
fn audit(
    args: &CheckArgs,
    worked: &Worked,
    rules: Rules,
    project: &Project,
    linked: &[Linked],
    ran: &Ran,
) -> Result<Report, Failure> {
    let Worked { machine, selection, visible, .. } = worked;
    let wanted = target::wanted(&args.target, None, machine)?;
    let declared = Declared::of(&wanted, &args.closure, machine)?;
    let inventory = MachineInventory::new(machine, selection, &declared, &visible.host_root)?;
    let values = worked.plan.env.iter().flat_map(|one| one.value.0.split(|&byte| byte == b':'));
    let environment: Vec<Text> =
        values.filter(|value| value.starts_with(b"/")).map(Text::from).collect();
    Audit::new(wanted.target.label(), &inventory)
        .rules(rules)
        .view(&visible.view)
        .project(project)
        .linked(linked)
        .environment(&environment)
        .offset(machine.eprefix())
        .ebuild(ebuild(&wanted, args, project, machine)?)
        .report(ran.trace.clone())
        .map_err(|error| Failure::caused(&error))
}

/// That of a command that failed, as it is without us; that it is no 1 of ours is said on stderr and in the report.
fn exit_code(report: &Report, audit: &AuditArgs) -> u8 {
    match (report.outcome, threshold(audit)) {
        (Some(Outcome::Exited(code)), _) if code != 0 => u8::try_from(code).unwrap_or(FAILED),
        (Some(Outcome::Signaled(signal)), _) => u8::try_from(128 + signal).unwrap_or(FAILED),
        (_, Some(severity)) if report.count(severity) > 0 => FINDINGS,
        _ => 0,
    }
}

/// How bad a finding must be to count; none never is.
fn threshold(audit: &AuditArgs) -> Option<Severity> {
    audit.fail_on.unwrap_or(SeverityName::Error).severity()
}

fn rules(audit: &AuditArgs) -> Result<Rules, Failure> {
    let shipped = Rules::shipped();
    let Some(path) = &audit.audit_rules else { return Ok(shipped) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::file(path, "the rules can't be read", &error))?;
    let own = Rules::parse(&text).map_err(|error| Failure::in_file(path, &error))?;
    Ok(shipped.preceded_by(own))
}

/// What the user puts up with: files of reasons, and reports of before.
pub(crate) fn suppressions(
    reasons: &[PathBuf],
    baselines: &[PathBuf],
) -> Result<Suppressions, Failure> {
    let mut all = Suppressions::default();
    for path in reasons {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::file(path, "the suppressions can't be read", &error))?;
        all = all.and(Suppressions::parse(&text).map_err(|error| Failure::in_file(path, &error))?);
    }
    for path in baselines {
        let json = std::fs::read(path)
            .map_err(|error| Failure::file(path, "the baseline can't be read", &error))?;
        all =
            all.and(Suppressions::baseline(&json).map_err(|error| Failure::in_file(path, &error))?);
    }
    Ok(all)
}

/// Puts aside what the user puts up with, and tells of entries that put aside nothing.
fn suppress(report: &mut Report, suppressions: &Suppressions, reporter: Reporter) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let today = Date::at(now.as_secs());
    let used = report.suppress(suppressions, today);
    for idle in suppressions.idle(&used, today) {
        let (id, line) = (idle.suppression.id(), idle.suppression.line());
        let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let why = if idle.is_expired { "its time is over" } else { "there is no such finding" };
        reporter.note(format_args!("suppression {line}{id}: {why}"));
    }
}

/// The sources as they are before the build.
fn project(audit: &AuditArgs, worked: &Worked) -> Result<Project, Failure> {
    let host_root = &worked.visible.host_root;
    let writable = worked.visible.write.iter();
    let written = writable.map(|path| outside(host_root, path));
    let directories: Vec<PathBuf> =
        if audit.sources.is_empty() { written.collect() } else { audit.sources.clone() };
    let directories = directories.iter().filter(|path| path.is_dir());
    Project::scan(directories)
        .map_err(|error| Failure::new(format!("the project's sources can't be read: {error}")))
}

fn ebuild(
    wanted: &Wanted,
    args: &CheckArgs,
    project: &Project,
    machine: &Machine,
) -> Result<Ebuild, Failure> {
    let given =
        args.audit.iuse.as_ref().map(|flags| flags.split_ascii_whitespace().map(plain).collect());
    let iuse = match given {
        Some(iuse) => iuse,
        None => declared::iuse(wanted, &args.target, machine)?,
    };
    Ok(Ebuild {
        has_bdepend: wanted.target.eapi().has_bdepend(),
        knows_rdepend: wanted.target.dependencies(hermitage_depgraph::DepClass::Rdepend).is_some(),
        iuse,
        options: project.options().map(str::to_owned).collect(),
    })
}

/// A flag without the sign of its default.
fn plain(flag: &str) -> String {
    flag.trim_start_matches(['+', '-']).to_owned()
}
