//! `hermitage demo`: the same small program built thrice, so that one sees an undeclared library come and go.

mod elf;
mod embedded;
mod fixture;
mod library;
mod setting;
mod table;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::args::{BackendName, DemoArgs};
use crate::failure::Failure;
use crate::output::Output;
use crate::report::Reporter;
use crate::timing::Record;
use crate::verbs::Context;
use setting::Setting;

/// How often to measure what takes less than a second.
const TRIALS: u32 = 3;

/// What came of one of the builds.
#[derive(Debug)]
struct Build {
    title: &'static str,
    found: bool,
    needed: Vec<String>,
    /// Nothing is hidden outside of a view.
    view: Option<InView>,
    total: Duration,
}

#[derive(Debug)]
struct InView {
    files: usize,
    backend: String,
    /// The whole of `hermitage run` for a command that does nothing, the best of a few.
    set_up: Duration,
}

/// Builds, and shows what differs. Fails when the view does not do what it is there for.
pub(crate) fn demo(args: &DemoArgs, context: &Context) -> Result<u8, Failure> {
    if args.backend == BackendName::Landlock {
        return Err(Failure::new(
            "the demonstration shows what hiding does, and Landlock hides nothing",
        ));
    }
    let temporary = if args.into.is_none() { Some(scratch()?) } else { None };
    let path = match (&args.into, &temporary) {
        (Some(path), _) => fresh(path)?,
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => return Err(Failure::new("no scratch directory can be made")),
    };
    let setting = setting::setting(args.database, &path, context.reporter)?;
    let stage = Stage {
        setting: &setting,
        scratch: &path,
        backend: args.backend,
        reporter: context.reporter,
    };
    let builds = [
        stage.build("plainly", "plain", None)?,
        stage.build("in the view", "hidden", Some(&[]))?,
        stage.build("in the view, declared", "declared", Some(&["--with", &setting.atom]))?,
    ];
    let mut out = Output::new();
    table::print(&setting, &builds, &mut out)?;
    out.finish()?;
    let expected = [true, false, true];
    if builds.iter().map(|build| build.found).eq(expected) {
        Ok(0)
    } else {
        Err(Failure::new(
            "the view did not hide what it should, or hid what it should not; please report this",
        ))
    }
}

/// A directory that is empty or not there yet.
fn fresh(path: &Path) -> Result<PathBuf, Failure> {
    let path = crate::source::absolute(path)?;
    std::fs::create_dir_all(&path)
        .map_err(|error| Failure::file(&path, "can't be made", &error))?;
    let is_empty = std::fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty { Ok(path) } else { Err(Failure::new(format!("{}: not empty", path.display()))) }
}

/// A directory outside /tmp if possible, because what is below /tmp is not the same inside.
fn scratch() -> Result<tempfile::TempDir, Failure> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("hermitage-demo.");
    let made = builder.tempdir_in("/var/tmp").or_else(|_| builder.tempdir());
    made.map_err(|error| Failure::new(format!("no scratch directory can be made: {error}")))
}

struct Stage<'s> {
    setting: &'s Setting,
    scratch: &'s Path,
    backend: BackendName,
    reporter: Reporter,
}

impl Stage<'_> {
    /// Builds in a directory of its own; `more` are options of the view, if there is to be one.
    fn build(
        &self,
        title: &'static str,
        name: &str,
        more: Option<&[&str]>,
    ) -> Result<Build, Failure> {
        let directory = self.scratch.join(name);
        fixture::write(&directory, &self.setting.library)?;
        let timings = self.scratch.join(format!("{name}.json"));
        let mut command = match more {
            None => Command::new("sh"),
            Some(more) => self.in_view(more, &directory, &timings)?,
        };
        command.args(["-c", fixture::BUILD]);
        let total = self.carry_out(command, &directory)?;
        let view = more.map(|more| self.look(more, &directory, &timings)).transpose()?;
        let configured = directory.join("config.h");
        let found = std::fs::read_to_string(&configured)
            .map_err(|error| Failure::file(&configured, "configure did not write it", &error))?
            .contains("#define HAVE_LIBRARY");
        let program = directory.join("peek");
        let needed = elf::needed(&program)
            .map_err(|error| Failure::file(&program, "was not built", &error))?;
        Ok(Build { title, found, needed, view, total })
    }

    /// How many files are visible, and how long it takes to get there.
    fn look(&self, more: &[&str], directory: &Path, timings: &Path) -> Result<InView, Failure> {
        let mut set_up = Duration::MAX;
        for _ in 0..TRIALS {
            let mut nothing = self.in_view(more, directory, timings)?;
            nothing.args(["-c", ":"]);
            set_up = set_up.min(self.carry_out(nothing, directory)?);
        }
        let text = std::fs::read_to_string(timings)
            .map_err(|error| Failure::file(timings, "can't be read", &error))?;
        let record: Record =
            serde_json::from_str(&text).map_err(|error| Failure::caused(&error))?;
        Ok(InView { files: record.files, backend: record.backend, set_up })
    }

    /// `hermitage run ... -- sh`, as a user would type it.
    fn in_view(&self, more: &[&str], directory: &Path, timings: &Path) -> Result<Command, Failure> {
        let program: PathBuf = std::env::current_exe().map_err(|error| {
            Failure::new(format!("where this program is can't be found out: {error}"))
        })?;
        let mut command = Command::new(program);
        command.args(["run", "--quiet", "--config", "/dev/null"]).args(&self.setting.options);
        command.args(["--depend", &self.setting.declared.join(" ")]).args(more);
        command.arg("--write").arg(directory).arg("--chdir").arg(directory);
        command.arg("--timings").arg(timings);
        if let Some(backend) = self.backend.backend() {
            command.args(["--backend", backend.name()]);
        }
        command.args(["--", "sh"]);
        Ok(command)
    }

    fn carry_out(&self, mut command: Command, directory: &Path) -> Result<Duration, Failure> {
        command
            .current_dir(directory)
            .envs(self.setting.flags.iter().map(|(name, value)| (*name, value)));
        command.env("CC", "cc");
        let started = Instant::now();
        let output = command.output().map_err(|error| {
            Failure::file(Path::new(command.get_program()), "can't be started", &error)
        })?;
        let took = started.elapsed();
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().for_each(|line| self.reporter.detail(line));
        if output.status.success() {
            return Ok(took);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let errors = errors.trim_end().trim_start_matches("hermitage: ");
        Err(Failure::new(format!("the build failed ({}):\n{text}{errors}", output.status)))
    }
}
