//! One view, and everything that is measured with it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use hermitage_mountns::{ByteString, EntryKind, Plan};

use super::agenda::{Agenda, Task};
use super::files::{self, Files, Origin, Tools};
use super::scratch::Scratch;
use crate::args::{ClosureArgs, ClosureName, RunArgs, TargetArgs, ViewArgs, Words};
use crate::failure::Failure;
use crate::report::Reporter;
use crate::timing::Timings;

/// What is compiled, and the script that is run.
const SMALL: &str = include_str!("files/small.c");
const CONFIGURE: &str = include_str!("files/configure.sh");

/// How many files are opened, at most, and how often each.
const OPENED: usize = 2_000;
const PASSES: u32 = 6;
/// How often commands run in one sample: the first is apart, for what is looked at for the first time.
const TIMES: u32 = 4;

/// A view, and how it comes about.
#[derive(Debug)]
pub(super) struct Subject<'s> {
    pub(super) scratch: &'s Scratch,
    /// What it is a view of, in a few words.
    pub(super) title: String,
    pub(super) origin: Option<Origin>,
    pub(super) plan: Plan,
    pub(super) plan_file: PathBuf,
    /// `run` and its options, up to those that say how.
    pub(super) run: Vec<OsString>,
    /// How long a sample may take, in milliseconds.
    pub(super) limit: f64,
    tasks: Vec<Task>,
    open: Vec<ByteString>,
}

/// The options of `run` from which a view comes.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) target: TargetArgs,
    pub(super) closure: ClosureArgs,
    pub(super) view: ViewArgs,
}

impl Options {
    /// For a view of these files and of nothing else; their database is made in the scratch directory.
    pub(super) fn of_files(files: &Files, scratch: &Scratch) -> Result<Self, Failure> {
        let base = scratch.place("database");
        let cleared = super::scratch::remove(&base);
        cleared.map_err(|error| Failure::file(&base, "can't be emptied", &error))?;
        files::write_database(files, &base)?;
        let mut options = Self::default();
        options.target.depend = Some(files::ATOM.into());
        options.closure.source.db = Some(base.join("var/db/pkg"));
        options.closure.system = Some("none".into());
        options.closure.closure = Some(ClosureName::Direct);
        Ok(options)
    }
}

impl<'s> Subject<'s> {
    /// Makes the plan as `run` would, and writes it to a file.
    ///
    /// What our own process and `true` need inside is shown as well where the view lacks it.
    pub(super) fn new(
        scratch: &'s Scratch,
        title: impl Into<String>,
        mut options: Options,
        tools: &Tools,
        limit: f64,
        reporter: Reporter,
    ) -> Result<Self, Failure> {
        options.view.write.push(scratch.work());
        let run = RunArgs { chdir: Some(scratch.work()), ..RunArgs::default() };
        let make = |options: &Options| {
            let Options { target, closure, view } = options;
            let mut timings = Timings::start();
            let worked = crate::plan::work(target, closure, view, &run, reporter, &mut timings)?;
            Ok::<_, Failure>(worked.plan)
        };
        let mut plan = make(&options)?;
        let lacking: Vec<_> =
            tools.least.iter().filter(|path| !shows(&plan, path)).cloned().collect();
        if !lacking.is_empty() {
            options.view.read.extend(lacking);
            plan = make(&options)?;
        }
        let plan_file = scratch.place("plan.json");
        fs::write(&plan_file, plan.to_json()?)
            .map_err(|error| Failure::file(&plan_file, "can't be written", &error))?;
        let empty = scratch.place("hermitage.toml");
        fs::write(&empty, "").map_err(|error| Failure::file(&empty, "can't be written", &error))?;
        let mut words = Words(vec!["run".into(), "--config".into(), empty.into()]);
        options.target.words(&mut words);
        options.closure.words(&mut words);
        options.view.words(&mut words);
        words.0.extend(["--chdir".into(), scratch.work().into()]);
        let (tasks, open) = (tasks(&plan, tools), opened(&plan));
        let title = title.into();
        Ok(Self { scratch, title, origin: None, plan, plan_file, run: words.0, limit, tasks, open })
    }

    /// How many files, directories and links the plan shows.
    pub(super) fn counts(&self) -> [usize; 3] {
        let count = |wanted: fn(&EntryKind) -> bool| {
            self.plan.entries.iter().filter(|entry| wanted(&entry.kind)).count()
        };
        let dir = |kind: &EntryKind| matches!(kind, EntryKind::Dir { .. });
        let link = |kind: &EntryKind| matches!(kind, EntryKind::Symlink { .. });
        let (dirs, links) = (count(dir), count(link));
        [self.plan.entries.len() - dirs - links, dirs, links]
    }

    /// A place in the scratch directory.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.scratch.place(name)
    }

    /// The command that does nothing.
    pub(super) fn nothing(&self) -> Vec<ByteString> {
        let task = self.tasks.iter().find(|task| task.name == "true");
        task.map_or_else(Vec::new, |task| task.argv.clone())
    }

    /// A new agenda with everything, and the command that carries it out.
    pub(super) fn everything(&self) -> Result<(PathBuf, Vec<ByteString>), Failure> {
        self.agenda(self.tasks.clone(), self.open.clone())
    }

    /// A new agenda with nothing to do.
    pub(super) fn only_set_up(&self) -> Result<(PathBuf, Vec<ByteString>), Failure> {
        self.agenda(Vec::new(), Vec::new())
    }

    /// Writes an agenda; returns where its diary will be, and the command that carries it out.
    fn agenda(
        &self,
        tasks: Vec<Task>,
        open: Vec<ByteString>,
    ) -> Result<(PathBuf, Vec<ByteString>), Failure> {
        let directory = self.scratch.fresh()?;
        let diary = directory.join("diary.json");
        let agenda = Agenda {
            directory: directory.as_path().into(),
            diary: diary.as_path().into(),
            tasks,
            open,
            passes: PASSES,
        };
        let text = serde_json::to_string(&agenda).map_err(|error| Failure::caused(&error))?;
        let place = directory.join("agenda.json");
        for (path, text) in [
            (&place, text.as_str()),
            (&directory.join("small.c"), SMALL),
            (&directory.join("configure"), CONFIGURE),
        ] {
            fs::write(path, text)
                .map_err(|error| Failure::file(path, "can't be written", &error))?;
        }
        let executable = self.scratch.executable();
        let words = [executable.as_path(), Path::new("bench"), Path::new("inside"), &place];
        Ok((diary, words.map(Into::into).to_vec()))
    }
}

/// A C file like that which is compiled, for [`Tools::find`].
pub(super) fn write_source(path: &Path) -> Result<(), Failure> {
    fs::write(path, SMALL).map_err(|error| Failure::file(path, "can't be written", &error))
}

/// Whether a real path is one of the plan's, or in a tree that is shown whole.
fn shows(plan: &Plan, path: &Path) -> bool {
    let path = ByteString::from(path);
    plan.entries.binary_search_by(|entry| entry.path.cmp(&path)).is_ok()
        || plan.binds.iter().any(|bind| path.as_path().starts_with(bind.destination.as_path()))
}

/// What there is to run, as far as it is in the view.
fn tasks(plan: &Plan, tools: &Tools) -> Vec<Task> {
    let shown = |path: &Option<PathBuf>| {
        let path = path.as_ref()?;
        let is_shown = shows(plan, &path.canonicalize().ok()?) && shows(plan, path);
        is_shown.then(|| ByteString::from(path.as_path()))
    };
    let word = ByteString::from;
    let mut tasks = Vec::new();
    let mut task = |name: &str, argv: Vec<ByteString>, times| {
        tasks.push(Task { name: name.into(), argv, times });
    };
    // Shown in any case, see [`Subject::new`].
    if let Some(truth) = &tools.truth {
        task("true", vec![truth.as_path().into()], TIMES);
    }
    let compiler = shown(&tools.compiler);
    if let Some(compiler) = &compiler {
        task(
            "gcc",
            vec![
                compiler.clone(),
                word("-O1"),
                word("-c"),
                word("small.c"),
                word("-o"),
                word("small.o"),
            ],
            TIMES,
        );
    }
    if let Some((shell, compiler)) = shown(&tools.shell).zip(compiler) {
        task("configure", vec![shell, word("configure"), compiler], 1);
    }
    tasks
}

/// Files from all over the view, in its order.
fn opened(plan: &Plan) -> Vec<ByteString> {
    let files: Vec<_> =
        plan.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::File { .. })).collect();
    let step = files.len().div_ceil(OPENED).max(1);
    files.iter().step_by(step).map(|entry| entry.path.clone()).collect()
}
