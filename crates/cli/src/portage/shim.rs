use std::convert::Infallible;
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hermitage_atom::Cpv;
use hermitage_depgraph::Package;
use hermitage_mountns::{Command, ObserverChoice, Outcome, Report, Run, Session};
use rustix::fs::Mode as FileMode;
use rustix::process::Signal;

use super::call::Call;
use super::config::{Mode, Settings};
use super::descriptors::{StatusLine, inherited};
use super::findings::{Question, rules};
use super::phase::Phase;
use super::places::Places;
use super::suspects::{Place, Suspects};
use super::{depends, telling};
use crate::again;
use crate::args::{ClosureArgs, MemoArgs, RunArgs, RunVerbArgs, SourceArgs, StartArgs, ViewArgs};
use crate::check::Observed;
use crate::config::Config;
use crate::failure::{FAILED, Failure};
use crate::prepare::{Kitchen, Prepared};
use crate::pure;
use crate::report::{Reporter, Verbosity};
use crate::timing::Timings;
use crate::verbs::{distrust, start};

const SHELL: &str = "/bin/bash";

/// What happens when we are called as `sandbox`.
pub(crate) fn stand_in(arguments: &[OsString]) -> ExitCode {
    if arguments.first().is_some_and(|first| first == "--version" || first == "-V") {
        let text = format!(
            "hermitage {}, in the place of Gentoo's sandbox (gentoo)",
            env!("CARGO_PKG_VERSION")
        );
        let printed =
            std::io::Write::write_all(&mut std::io::stdout(), format!("{text}\n").as_bytes());
        return if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    crate::ended(shim(arguments, Reporter::new(Verbosity::Normal)))
}

/// Does what Portage asks `sandbox` for: a phase in its view, anything else as it is.
pub(crate) fn shim(arguments: &[OsString], reporter: Reporter) -> Result<u8, Failure> {
    let call = Call::of(arguments);
    let Some(name) = call.phase.clone() else {
        return pass_on(&call, None).map(|never| match never {});
    };
    // When Portage is killed, nothing of the phase is to stay.
    let parent = rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get());
    again::die_with(parent, Signal::KILL)?;
    let kept = inherited();
    let phase = Phase::read(name, std::env::vars_os())?;
    let number = phase.text("PORTAGE_EBUILD_EXIT_FD")?;
    let line = StatusLine::open(Some(&number))?;
    let result = confined(&phase, &call, kept, line.as_ref(), reporter);
    let failed = |error: std::io::Error| {
        Failure::new(format!("Portage can't be told how the phase ended: {error}"))
    };
    match (line, &result) {
        (None, _) => {}
        (Some(line), Ok(ended)) if !ended.refused => line.pass_on().map_err(failed)?,
        (Some(line), _) => line.fail().map_err(failed)?,
    }
    result.map(|ended| if ended.refused { ended.code.max(1) } else { ended.code })
}

/// Becomes the shell that carries the call out.
fn pass_on(call: &Call, chain: Option<&Path>) -> Result<Infallible, Failure> {
    let shell = chain.unwrap_or(Path::new(SHELL));
    let mut command = std::process::Command::new(shell);
    if let Some(text) = &call.command {
        if chain.is_none() {
            command.arg("-c");
        }
        command.arg(text);
    }
    Err(Failure::file(shell, "can't be executed", &command.exec()))
}

/// How a phase ended.
struct Ended {
    code: u8,
    /// Whether it counts as failed whatever it says itself.
    refused: bool,
}

/// A phase that has run.
struct Ran {
    report: Report,
    /// Where the view is on the host.
    host_root: PathBuf,
    suspects: Option<Suspects>,
    place: Option<Place>,
}

/// Everything about a phase that the steps need.
struct Work<'w> {
    phase: &'w Phase,
    config: Config,
    settings: Settings,
    package: Cpv,
    args: RunVerbArgs,
    reporter: Reporter,
}

fn confined(
    phase: &Phase,
    call: &Call,
    kept: Vec<i32>,
    line: Option<&StatusLine>,
    reporter: Reporter,
) -> Result<Ended, Failure> {
    let config = Config::load_first(&configuration_places(phase))?;
    let package = package(phase)?;
    let settings = config.portage().of(&candidate(phase, &package)?);
    if settings.mode == Mode::Off {
        return pass_on(call, config.portage().chain()).map(|never| match never {});
    }
    crate::import::keep_in(cache_place(phase, &config)?);
    let args = arguments(phase, &config, &settings, call, line)?;
    let work = Work { phase, config, settings, package, args, reporter };
    let ran = work.run(kept, line)?;
    work.judge(ran)
}

impl Work<'_> {
    fn run(&self, kept: Vec<i32>, line: Option<&StatusLine>) -> Result<Ran, Failure> {
        // The mask can't be read but by setting it.
        let mask = rustix::process::umask(FileMode::empty());
        rustix::process::umask(mask);
        let [program, rest @ ..] = &self.args.start.command[..] else {
            return Err(Failure::new("there is nothing to run"));
        };
        let mut command = Command::new(program).args(rest);
        let replaced = line.map(StatusLine::replaced);
        command.keep_fds = kept.into_iter().filter(|&fd| Some(fd) != replaced).collect();
        command.keep_fds.extend(line.map(StatusLine::inside));
        let wanted = self.config.backend(None).backend();
        // What hides does not have to see as well: not if that takes time.
        let choice = match self.settings.mode {
            Mode::Hide => ObserverChoice::Free,
            _ => ObserverChoice::Best,
        };
        let mut timings = Timings::start();
        let kitchen = Kitchen::open(&self.args, self.config.cache_limit(), self.reporter)?;
        let place = kitchen.cache().map(|(store, key)| Place::new(store.clone(), key.clone()));
        let ran = kitchen.serve(&mut timings, |prepared, agree, _| {
            let Prepared { plan, top, base } = prepared;
            let mut plan = plan.clone();
            plan.umask = mask.as_raw_mode();
            if self.config.portage().pure() {
                pure::settle_phase(&mut plan, self.phase.path("EBUILD").as_deref());
            }
            if self.phase.has("PORTAGE_PROPERTIES", "interactive") {
                plan.session = Session::Shared;
            }
            let run = Run::new(&plan).index(top.clone(), base.clone()).observe(choice);
            let report = start(run, wanted, &command, self.reporter, agree)?;
            Ok(report.map(|report| Ran {
                report,
                host_root: plan.host_root.as_path().to_owned(),
                suspects: place.as_ref().and_then(|place| place.read(top.identity())),
                place: place.clone(),
            }))
        })?;
        distrust(&ran.report, self.args.start.allow_changed, self.reporter)?;
        Ok(ran)
    }

    /// Says what the phase looked for, and whether it failed by that.
    fn judge(&self, ran: Ran) -> Result<Ended, Failure> {
        let code = u8::try_from(ran.report.outcome.code()).unwrap_or(FAILED);
        let Some(report) = self.audit(ran)? else { return Ok(Ended { code, refused: false }) };
        let is_bad = |severity| report.count(severity) > 0;
        let refused =
            self.settings.mode == Mode::Enforce && self.settings.threshold().is_some_and(is_bad);
        let reports = self.config.portage().reports();
        telling::tell(self.phase, &report, refused || code != 0, reports)?;
        Ok(Ended { code, refused })
    }

    /// None when there is nothing to say.
    fn audit(&self, ran: Ran) -> Result<Option<hermitage_audit::Report>, Failure> {
        let Ran { report, host_root, suspects, place } = ran;
        let (backend, outcome) = (report.backend, report.outcome);
        let Some(observed) = Observed::of(report) else {
            self.reporter.note(format_args!(
                "with backend {backend} nothing is known about what is looked for"
            ));
            return Ok(None);
        };
        let view = &self.args.view;
        let trees = [&view.read, &view.write, &view.hide].into_iter().flatten();
        let mut closure = self.args.closure.clone();
        closure.also.retain(|pattern| pattern != EVERYTHING);
        let question = Question {
            phase: self.phase,
            package: self.package.as_str(),
            target: &self.args.target,
            closure: &closure,
            host_root: &host_root,
            trees: trees.map(PathBuf::as_path).collect(),
            ignore: &self.settings.ignore,
            all_visible: self.settings.mode == Mode::Observe,
            rules: rules(outcome == Outcome::Exited(0))?,
            suppressions: &self.config.portage().suppressions()?,
            suspects,
            place,
        };
        question.answer(observed, self.reporter)
    }
}

/// Every installed package.
const EVERYTHING: &str = "*/*";

/// The command line that would run the phase in its view.
fn arguments(
    phase: &Phase,
    config: &Config,
    settings: &Settings,
    call: &Call,
    line: Option<&StatusLine>,
) -> Result<RunVerbArgs, Failure> {
    let mut closure = ClosureArgs {
        source: source(phase),
        closure: settings.closure,
        branch: settings.branch,
        also: config.portage().needs(phase.path("PORTAGE_PYTHON").as_deref()),
        ..ClosureArgs::default()
    };
    if settings.mode == Mode::Observe {
        closure.also.push(EVERYTHING.into());
    }
    config.complete_closure(&mut closure);
    let places = Places::of(phase);
    let mut view = ViewArgs {
        read: [&settings.read[..], &places.read].concat(),
        write: [&settings.write[..], &places.write].concat(),
        hide: settings.hide.clone(),
        ..ViewArgs::default()
    };
    config.complete_view(&mut view);
    let mut run = RunArgs::default();
    config.complete_run(&mut run);
    // A phase has Portage's environment, and its files belong to users of the machine.
    (run.clear_env, run.pure) = (false, false);
    run.share_net |= needs_network(phase);
    run.keep_ownership = rustix::process::geteuid().is_root();
    run.env.extend(phase.path("TMPDIR").map(|dir| variable("TMPDIR", dir.into())));
    let number =
        |line: &StatusLine| variable("PORTAGE_EBUILD_EXIT_FD", line.inside().to_string().into());
    run.env.extend(line.map(number));
    let command = match (config.portage().chain(), &call.command) {
        (Some(sandbox), Some(text)) => vec![sandbox.into(), text.clone()],
        (_, Some(text)) => vec![SHELL.into(), "-c".into(), text.clone()],
        (_, None) => vec![SHELL.into()],
    };
    let start = StartArgs {
        backend: None,
        no_cache: false,
        allow_changed: settings.allow_changed,
        timings: None,
        pretend_without: Vec::new(),
        command,
    };
    Ok(RunVerbArgs {
        target: depends::target(phase)?,
        closure,
        view,
        run,
        start,
        memo: MemoArgs::default(),
    })
}

fn variable(name: &str, value: OsString) -> OsString {
    let mut text = OsString::from(name);
    text.push("=");
    text.push(value);
    text
}

/// Where Portage says that packages are. A build has to do with ROOT only in that what it makes will go there.
fn source(phase: &Phase) -> SourceArgs {
    let eprefix = phase.path("EPREFIX");
    let root = |name: &str| {
        let given = phase.path(name)?;
        // BROOT has the offset in it, which is the same for all.
        let inside = eprefix.as_deref().and_then(|prefix| prefix.strip_prefix("/").ok());
        let without = inside.filter(|inside| given.ends_with(inside)).map(|inside| {
            given.ancestors().nth(inside.components().count()).unwrap_or(&given).to_owned()
        });
        let root = without.unwrap_or(given);
        (root != Path::new("/")).then_some(root)
    };
    let (sysroot, broot) = (root("SYSROOT"), root("BROOT"));
    let differ = sysroot != broot;
    let broot = broot.or_else(|| differ.then(|| "/".into()));
    SourceArgs { root: sysroot, broot, eprefix, ..SourceArgs::default() }
}

/// As Portage has it: only who may is let out of the network sandbox, unless it is switched off.
fn needs_network(phase: &Phase) -> bool {
    !phase.has("FEATURES", "network-sandbox")
        || phase.has("PORTAGE_RESTRICT", "network-sandbox")
        || (phase.name == "unpack" && phase.is_live())
        || (phase.name == "test" && phase.has("PORTAGE_PROPERTIES", "test_network"))
        || (phase.has("FEATURES", "distcc") && phase.name != "test")
}

fn package(phase: &Phase) -> Result<Cpv, Failure> {
    let (category, name) = phase.package()?;
    Cpv::parse(&format!("{category}/{name}")).map_err(|error| Failure::caused(&error))
}

/// The package as patterns of the configuration see it.
fn candidate(phase: &Phase, package: &Cpv) -> Result<Package, Failure> {
    let slot = phase.saved("SLOT").and_then(|slot| slot.to_str()).unwrap_or("0");
    Ok(Package::new(package.clone())
        .with_slot(slot)
        .with_use(phase.text("USE")?.split_ascii_whitespace()))
}

/// A phase has a home of its own and none of the user's variables, so it is by their places that configurations are found.
fn configuration_places(phase: &Phase) -> Vec<PathBuf> {
    let root = phase.path("PORTAGE_CONFIGROOT").unwrap_or_else(|| "/".into());
    let bases = [root, phase.path("EPREFIX").unwrap_or_else(|| "/".into()), "/".into()];
    bases.iter().map(|base| base.join("etc/hermitage.toml")).collect()
}

/// Views are kept where builds are, in a directory of the user's own: no phase can write there.
fn cache_place(phase: &Phase, config: &Config) -> Result<PathBuf, Failure> {
    let user = rustix::process::geteuid().as_raw();
    let dir = match config.portage().cache() {
        Some(dir) => dir.join(user.to_string()),
        None => phase
            .build
            .ancestors()
            .nth(2)
            .unwrap_or(&phase.build)
            .join(format!(".hermitage-{user}")),
    };
    crate::import::own_directory(&dir)?;
    Ok(dir)
}
