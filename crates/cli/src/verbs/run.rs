//! `hermitage run` and `hermitage exec`: a command in a view.

use std::io::Read as _;
use std::path::Path;

use hermitage_mountns::{Backend, BackendChoice, Command, ErrorKind, Plan, Report, Run, Support};
use rustix::process::Signal;

use super::Context;
use crate::args::{BackendName, ExecArgs, RunVerbArgs, StartArgs};
use crate::failure::{FAILED, Failure};
use crate::prepare::{Agree, Kitchen, Prepared};
use crate::report::Reporter;
use crate::timing::Timings;
use crate::{again, memo};

pub(crate) fn run(mut args: RunVerbArgs, context: &Context) -> Result<u8, Failure> {
    context.complete(&mut args.closure, &mut args.view, &mut args.run);
    crate::pure::tell(&args.run, context.reporter);
    if let Some(parent) = args.memo.memo_child {
        again::die_with(parent, Signal::KILL)?;
    }
    if let Some(dir) = &args.memo.dir {
        return memo::run(&args, dir, context);
    }
    let mut timings = Timings::start();
    if context.config.backend(args.start.backend) == BackendName::Landlock {
        return super::landlock::run(&args, context, timings);
    }
    let kitchen = Kitchen::open(&args, context.config.cache_limit(), context.reporter)?;
    let report = kitchen.serve(&mut timings, |prepared, agree, timings| {
        let Prepared { plan, top, base } = prepared;
        let run = Run::new(plan).index(top.clone(), base.clone());
        attempt(run, &args.start, context, timings, agree)
    })?;
    finish(&report, &args.start, context, &timings)
}

pub(crate) fn exec(args: &ExecArgs, context: &Context) -> Result<u8, Failure> {
    let mut timings = Timings::start();
    let text = read(&args.plan)?;
    let plan = Plan::from_json(&text).map_err(|error| {
        Failure::new(format!("{}: {}", args.plan.display(), Failure::from(error)))
            .advise("A plan comes from \"hermitage plan --format json\" of the same version.")
    })?;
    timings.files(plan.entries.len());
    timings.step("plan");
    let report = carry_out(Run::new(&plan), &args.start, context, &mut timings)?;
    finish(&report, &args.start, context, &timings)
}

fn finish(
    report: &Report,
    start: &StartArgs,
    context: &Context,
    timings: &Timings,
) -> Result<u8, Failure> {
    timings.finish(start.timings.as_deref(), context.reporter)?;
    // Exit codes are eight bits wide.
    Ok(u8::try_from(report.outcome.code()).unwrap_or(FAILED))
}

/// Runs the command; that files changed meanwhile ends it unless that is allowed.
pub(crate) fn carry_out(
    run: Run<'_>,
    start: &StartArgs,
    context: &Context,
    timings: &mut Timings,
) -> Result<Report, Failure> {
    let report = attempt(run, start, context, timings, &|| true)?;
    // It is none only when it is not agreed to.
    report.ok_or_else(|| Failure::new("the command was not started"))
}

/// Runs the command if `agree` says so while the view is set up; none when it does not.
fn attempt(
    run: Run<'_>,
    start: &StartArgs,
    context: &Context,
    timings: &mut Timings,
    agree: Agree<'_>,
) -> Result<Option<Report>, Failure> {
    let (program, arguments) =
        start.command.split_first().ok_or_else(|| Failure::new("no command is given"))?;
    let command = Command::new(program).args(arguments);
    let wanted = wanted(context.config.backend(start.backend))?;
    let report = if start.pretend_without.is_empty() {
        self::start(run, wanted, &command, context.reporter, agree)?
    } else {
        let support = support(&start.pretend_without)?;
        probed(run, &support, wanted, &command, context.reporter, agree)?
    };
    let Some(report) = report else { return Ok(None) };
    timings.backend(report.backend.name());
    timings.step("command");
    distrust(&report, start.allow_changed, context.reporter)?;
    Ok(Some(report))
}

/// Starts with what is wanted, or the best, as if it worked: that finds out too whether it does, and in most cases costs
/// nothing. When it does not, what works here is tried out.
pub(crate) fn start(
    run: Run<'_>,
    wanted: Option<Backend>,
    command: &Command,
    reporter: Reporter,
    agree: Agree<'_>,
) -> Result<Option<Report>, Failure> {
    let backend = wanted.unwrap_or(Backend::ALL[0]);
    let first = run.clone().backend(BackendChoice::Only(backend));
    match first.start_if(&Support::untested(backend), command, agree) {
        Err(error) if matches!(error.kind(), ErrorKind::Call { .. }) => {
            let support = if wanted.is_some() { Support::probe() } else { Support::first() };
            let works = |support: &Support| support.select(BackendChoice::Only(backend)).is_ok();
            // It does work here, and failed for a reason of its own.
            if works(&support) {
                return Err(error.into());
            }
            probed(run, &support, wanted, command, reporter, agree)
        }
        result => Ok(result?),
    }
}

fn probed(
    run: Run<'_>,
    support: &Support,
    wanted: Option<Backend>,
    command: &Command,
    reporter: Reporter,
    agree: Agree<'_>,
) -> Result<Option<Report>, Failure> {
    let choice = wanted.map_or(BackendChoice::Best, BackendChoice::Only);
    let backend = support.select(choice)?;
    tell_of_fallback(support, choice, backend, reporter);
    Ok(run.backend(BackendChoice::Only(backend)).start_if(support, command, agree)?)
}

/// Says why the best way to make a view is not taken. What is visible is the same with each.
fn tell_of_fallback(
    support: &Support,
    choice: BackendChoice,
    backend: Backend,
    reporter: Reporter,
) {
    if choice != BackendChoice::Best || backend == Backend::ALL[0] {
        return;
    }
    let name = format!("backend {}", Backend::ALL[0]);
    let absent = support.abilities().into_iter().find(|ability| ability.name == name);
    let why = absent.and_then(|ability| ability.absent).unwrap_or_default();
    reporter.note(format_args!("the view is made with {backend}; {name} is not to be had: {why}"));
}

/// A command that saw some files before and some after a change has no result worth anything.
pub(crate) fn distrust(report: &Report, allowed: bool, reporter: Reporter) -> Result<(), Failure> {
    let Some(first) = report.changes.first() else { return Ok(()) };
    let more = match report.changes.len() - 1 {
        0 => String::new(),
        count => format!(", and {count} more files changed"),
    };
    let path = first.path.as_path().display();
    let text = format!("{path}: {}, while the command ran and could see it{more}", first.what);
    if allowed {
        reporter.warning(text);
        return Ok(());
    }
    let code = report.outcome.code();
    let failure = Failure::new(format!("{text}: its result (exit code {code}) can't be trusted"));
    Err(failure.advise(
        "Run it again while no package is merged; --allow-changed takes the result as it is.",
    ))
}

/// What works here, less what is to be done without.
pub(crate) fn support(without: &[String]) -> Result<Support, Failure> {
    without
        .iter()
        .try_fold(Support::probe(), |support, name| Ok(support.without(name.parse::<Backend>()?)))
}

/// A plan's backend; none is the best.
fn wanted(name: BackendName) -> Result<Option<Backend>, Failure> {
    if name == BackendName::Landlock {
        return Err(Failure::new(
            "a plan is mounts, and Landlock needs rules: \"hermitage run --backend landlock\" makes them",
        ));
    }
    Ok(name.backend())
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|error| Failure::file(path, "the plan can't be read", &error))?;
    Ok(text)
}
