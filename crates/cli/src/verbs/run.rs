//! `hermitage run` and `hermitage exec`: a command in a view.

use std::io::Read as _;
use std::path::Path;

use hermitage_mountns::{Backend, BackendChoice, Command, Plan, Report, Run, Support};

use super::Context;
use crate::args::{BackendName, ExecArgs, RunVerbArgs, StartArgs};
use crate::failure::{FAILED, Failure};
use crate::report::Reporter;
use crate::timing::Timings;

pub(crate) fn run(mut args: RunVerbArgs, context: &Context) -> Result<u8, Failure> {
    context.config.complete_closure(&mut args.closure);
    context.config.complete_view(&mut args.view);
    context.config.complete_run(&mut args.run);
    let mut timings = Timings::start();
    let RunVerbArgs { target, closure, view, run, start } = &args;
    if context.config.backend(start.backend) == BackendName::Landlock {
        return super::landlock::run(&args, context, timings);
    }
    let plan = crate::plan::plan(target, closure, view, run, context.reporter, &mut timings)?;
    carry_out(&plan, start, context, timings)
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
    carry_out(&plan, &args.start, context, timings)
}

fn carry_out(
    plan: &Plan,
    start: &StartArgs,
    context: &Context,
    mut timings: Timings,
) -> Result<u8, Failure> {
    let support = support(&start.pretend_without)?;
    let choice = choice(context.config.backend(start.backend))?;
    let backend = support.select(choice)?;
    tell_of_fallback(&support, choice, backend, context.reporter);
    timings.backend(backend.name());
    timings.step("probe");
    let (program, arguments) =
        start.command.split_first().ok_or_else(|| Failure::new("no command is given"))?;
    let command = Command::new(program).args(arguments);
    let run = Run::new(plan).backend(BackendChoice::Only(backend));
    let report = run.start(&support, &command)?;
    timings.step("command");
    timings.finish(start.timings.as_deref(), context.reporter)?;
    distrust(&report, start.allow_changed, context.reporter)?;
    // Exit codes are eight bits wide.
    Ok(u8::try_from(report.outcome.code()).unwrap_or(FAILED))
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
fn distrust(report: &Report, allowed: bool, reporter: Reporter) -> Result<(), Failure> {
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

fn choice(name: BackendName) -> Result<BackendChoice, Failure> {
    match (name, name.backend()) {
        (BackendName::Landlock, _) => Err(Failure::new(
            "a plan is mounts, and Landlock needs rules: \"hermitage run --backend landlock\" makes them",
        )),
        (_, Some(backend)) => Ok(BackendChoice::Only(backend)),
        (_, None) => Ok(BackendChoice::Best),
    }
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
