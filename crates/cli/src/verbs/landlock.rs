//! `hermitage run --backend landlock`: a command that may read what is in the view, on the host as it is.

use hermitage_mountns::Command;
use hermitage_rules::landlock::{self, Enforcement, Rules};

use super::{Context, rules};
use crate::args::RunVerbArgs;
use crate::failure::{FAILED, Failure};
use crate::plan::Worked;
use crate::report::Reporter;
use crate::timing::Timings;

/// What is said once, at the start, since it is not what the other backends do.
const LIMITS: &str = "landlock refuses to read, execute and write what is not declared, and hides nothing: stat, access, readlink, \
    getxattr, chdir and directory listings answer as on the host, and so configure scripts still see what merely exists. \
    Network and processes are the host's";

pub(super) fn run(
    args: &RunVerbArgs,
    context: &Context,
    mut timings: Timings,
) -> Result<u8, Failure> {
    let reporter = context.reporter;
    let RunVerbArgs { target, closure, view, run, start, memo: _ } = args;
    if run.pure {
        return Err(Failure::new("--pure takes namespaces, which landlock does without")
            .advise("Leave one of them out; --clear-env cuts down the environment."));
    }
    let Worked { visible, plan, .. } =
        crate::plan::work(target, closure, view, run, reporter, &mut timings)?;
    let host = rules::host(&visible)?;
    let rendered = landlock::render(&rules::survey(&visible, &host))?;
    let mut list = rendered.output;
    list.allow_listing();
    timings.step("rules");
    timings.backend("landlock");
    reporter.note(LIMITS);
    tell(&rendered.fidelity, &visible.view, reporter);
    let (program, arguments) =
        start.command.split_first().ok_or_else(|| Failure::new("no command is given"))?;
    let command = Command::new(program).args(arguments);
    let restrict = || restrict(&list, reporter);
    let outcome = hermitage_mountns::run_restricted(&plan, &command, &restrict)?;
    timings.step("command");
    timings.finish(start.timings.as_deref(), reporter)?;
    Ok(u8::try_from(outcome.code()).unwrap_or(FAILED))
}

/// In the process that becomes the command.
fn restrict(rules: &Rules, reporter: Reporter) -> Result<(), String> {
    let Enforcement { applied, unopened, uncontrolled } =
        rules.apply().map_err(|error| Failure::caused(&error).to_string())?;
    for rule in &unopened {
        let path = rule.path.display();
        reporter.warning(format_args!(
            "{path}: can't be opened ({}), so it is refused though it is declared",
            rule.source
        ));
    }
    if !uncontrolled.is_empty() {
        let what = uncontrolled.join(", ");
        reporter.warning(format_args!("this kernel's Landlock can't refuse: {what}"));
    }
    reporter.detail(format_args!("{applied} rules of Landlock are in force"));
    Ok(())
}

/// What differs from the view in contents; listings are allowed everywhere.
fn tell(fidelity: &hermitage_rules::Fidelity, view: &hermitage_view::View, reporter: Reporter) {
    let is_dir = |path: &&Vec<u8>| {
        let node = view.lookup(path);
        node.is_some_and(|node| matches!(node.kind(), hermitage_view::NodeKind::Dir { .. }))
    };
    let text = |paths: Vec<&Vec<u8>>| -> String {
        paths.iter().map(|path| path.escape_ascii().to_string()).collect::<Vec<_>>().join(", ")
    };
    let refused: Vec<_> = fidelity.stricter().iter().filter(|path| !is_dir(path)).collect();
    if !refused.is_empty() {
        reporter.note(format_args!(
            "refused, though in the view, because the host's own is another: {}",
            text(refused)
        ));
    }
    if !fidelity.wider().is_empty() {
        let wider = fidelity.wider().iter().collect();
        reporter.note(format_args!("the host's own, and writable: {}", text(wider)));
    }
}
