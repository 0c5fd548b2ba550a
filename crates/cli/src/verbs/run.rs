//! `hermitage run` and `hermitage exec`: a command in a view.

use std::io::Read as _;
use std::path::Path;

use hermitage_mountns::{Backend, BackendChoice, Command, Plan, Support};

use super::Context;
use crate::args::{BackendName, ExecArgs, RunVerbArgs, StartArgs};
use crate::failure::{FAILED, Failure};
use crate::timing::Timings;

pub(crate) fn run(mut args: RunVerbArgs, context: &Context) -> Result<u8, Failure> {
    context.config.complete_closure(&mut args.closure);
    context.config.complete_view(&mut args.view);
    context.config.complete_run(&mut args.run);
    let mut timings = Timings::start();
    let RunVerbArgs { target, closure, view, run, start } = &args;
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
    let choice = choice(context.config.backend(start.backend));
    let backend = support.select(choice)?;
    timings.backend(backend.name());
    timings.step("probe");
    let (program, arguments) =
        start.command.split_first().ok_or_else(|| Failure::new("no command is given"))?;
    let command = Command::new(program).args(arguments);
    let outcome = hermitage_mountns::run(plan, &support, BackendChoice::Only(backend), &command)?;
    timings.step("command");
    timings.finish(start.timings.as_deref(), context.reporter)?;
    // Exit codes are eight bits wide.
    Ok(u8::try_from(outcome.code()).unwrap_or(FAILED))
}

/// What works here, less what is to be done without.
pub(crate) fn support(without: &[String]) -> Result<Support, Failure> {
    without
        .iter()
        .try_fold(Support::probe(), |support, name| Ok(support.without(name.parse::<Backend>()?)))
}

fn choice(name: BackendName) -> BackendChoice {
    match name {
        BackendName::Auto => BackendChoice::Best,
        BackendName::Skeleton => BackendChoice::Only(Backend::Skeleton),
        BackendName::Bind => BackendChoice::Only(Backend::Bind),
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
