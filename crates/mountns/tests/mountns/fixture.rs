//! A host of our own: a directory with this test program, its libraries, and files of every sort.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use hermitage_mountns::{
    Backend, BackendChoice, ByteString, Command, EntryKind, Error, ObserverChoice, Outcome, Plan,
    PlanOptions, Run, Support, run,
};
use hermitage_view::{RealHost, View, ViewBuilder};
use tempfile::TempDir;

/// A host, and how to run things in views of it.
pub(crate) struct Fixture {
    pub(crate) backend: Backend,
    pub(crate) support: Support,
    pub(crate) dir: TempDir,
    /// What every view has: the program and its libraries, as paths of the host.
    program: Vec<PathBuf>,
    pub(crate) interpreter: PathBuf,
    /// Whether it is recorded in the next runs what is looked for, where that is free.
    watched: Cell<bool>,
}

const EXE: &str = "/bin/inside";
const LIBRARIES: &str = "/libraries";

impl Fixture {
    pub(crate) fn new(backend: Backend, support: Support) -> Self {
        let dir = tempfile::Builder::new().prefix("mountns-host-").tempdir().unwrap();
        let mut fixture = Self {
            backend,
            support,
            dir,
            program: Vec::new(),
            interpreter: PathBuf::new(),
            watched: Cell::new(false),
        };
        fixture.install();
        fixture
    }

    /// The place of a path of the host on the machine.
    pub(crate) fn real(&self, path: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(path.as_ref().strip_prefix("/").unwrap())
    }

    pub(crate) fn file(&self, path: impl AsRef<Path>, content: &[u8]) {
        let real = self.real(path);
        fs::create_dir_all(real.parent().unwrap()).unwrap();
        fs::write(&real, content).unwrap();
    }

    pub(crate) fn mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.real(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn link(&self, path: &str, target: &str) {
        fs::create_dir_all(self.real(path).parent().unwrap()).unwrap();
        symlink(target, self.real(path)).unwrap();
    }

    /// The view of these paths and of what the program needs.
    pub(crate) fn view(&self, paths: &[&str]) -> View {
        self.view_with(paths, |_| {})
    }

    pub(crate) fn view_with(
        &self,
        paths: &[&str],
        more: impl FnOnce(&mut ViewBuilder<'_>),
    ) -> View {
        let host = RealHost::new(self.dir.path());
        let mut builder = ViewBuilder::new(&host);
        let owner = builder.owner("test/case-1");
        for path in paths {
            builder.add(path, owner);
        }
        for path in &self.program {
            builder.add(path.as_os_str().as_bytes(), owner);
        }
        more(&mut builder);
        builder.build().unwrap()
    }

    #[allow(clippy::unused_self, reason = "reads as a part of the fixture")]
    pub(crate) fn options(&self) -> PlanOptions {
        let env = vec![
            ("PATH".into(), "/nowhere:/bin".into()),
            ("LD_LIBRARY_PATH".into(), LIBRARIES.into()),
        ];
        PlanOptions { env, ..PlanOptions::default() }
    }

    pub(crate) fn plan(&self, paths: &[&str], options: &PlanOptions) -> Plan {
        self.try_plan(paths, options).unwrap()
    }

    pub(crate) fn try_plan(&self, paths: &[&str], options: &PlanOptions) -> Result<Plan, Error> {
        Plan::from_view(&self.view(paths), self.dir.path(), options)
    }

    pub(crate) fn run(&self, plan: &Plan, command: &Command) -> Result<Outcome, Error> {
        let choice = BackendChoice::Only(self.backend);
        if !self.watched.get() {
            return run(plan, &self.support, choice, command);
        }
        let run = Run::new(plan).backend(choice).observe(ObserverChoice::Free);
        let report = run.start(&self.support, command)?;
        assert!(report.observation.is_some(), "nobody watched");
        Ok(report.outcome)
    }

    /// Does it, and where the view is made in another way when look-ups are recorded, once more so.
    pub(crate) fn also_watched(&self, check: impl Fn()) {
        check();
        if self.backend == Backend::Served {
            self.watched.set(true);
            check();
            self.watched.set(false);
        }
    }

    /// Runs a verb of `inside.rs` in the view and gives what it printed.
    pub(crate) fn inside(&self, plan: &Plan, args: &[&str]) -> (Outcome, String) {
        let command = Command::new("inside").args(["--inside"]).args(args);
        let (outcome, text) = self.capture(|| self.run(plan, &command));
        (outcome.unwrap_or_else(|error| panic!("{error}")), text)
    }

    /// What is printed to standard output, by whichever process, while `action` runs.
    pub(crate) fn capture<T>(&self, action: impl FnOnce() -> T) -> (T, String) {
        use std::io::{Read as _, Seek as _};
        let mut file = tempfile::tempfile_in(self.dir.path()).unwrap();
        let saved = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3).unwrap();
        rustix::stdio::dup2_stdout(&file).unwrap();
        let result = action();
        rustix::stdio::dup2_stdout(&saved).unwrap();
        file.rewind().unwrap();
        let mut text = Vec::new();
        file.read_to_end(&mut text).unwrap();
        (result, String::from_utf8(text).unwrap())
    }

    /// Copies this program and what it is linked with.
    fn install(&mut self) {
        let exe = std::env::current_exe().unwrap();
        fs::set_permissions(self.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        self.copy(&exe, Path::new(EXE));
        let maps = fs::read("/proc/self/maps").unwrap();
        let libraries: BTreeSet<Vec<u8>> = maps
            .split(|&byte| byte == b'\n')
            .filter_map(|line| line.iter().position(|&b| b == b'/').map(|at| line[at..].to_vec()))
            .filter(|path| path.windows(3).any(|part| part == b".so"))
            .collect();
        for library in libraries {
            let library = PathBuf::from(std::ffi::OsString::from_vec(library));
            let name = Path::new(LIBRARIES).join(library.file_name().unwrap());
            self.copy(&library, &name);
        }
        self.interpreter = interpreter(&fs::read(&exe).unwrap());
        let interpreter = self.interpreter.clone();
        if interpreter.is_absolute() {
            self.copy(&fs::canonicalize(&interpreter).unwrap(), &interpreter);
        }
    }

    fn copy(&mut self, from: &Path, to: &Path) {
        let real = self.real(to);
        fs::create_dir_all(real.parent().unwrap()).unwrap();
        fs::copy(from, &real).unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o755)).unwrap();
        self.program.push(to.to_owned());
    }
}

/// The dynamic loader that an executable names, if any.
fn interpreter(elf: &[u8]) -> PathBuf {
    let head = &elf[..elf.len().min(8192)];
    let texts = head.split(|&byte| byte == 0);
    let is_loader = |text: &&[u8]| text.starts_with(b"/") && text.windows(2).any(|w| w == b"ld");
    let found = texts.into_iter().find(is_loader).unwrap_or_default();
    PathBuf::from(OsStr::from_bytes(found))
}

/// What a walk from the inside has to print for a plan, a line for each path but those below mounts.
pub(crate) fn expected(fixture: &Fixture, plan: &Plan) -> Vec<String> {
    let line = |path: &ByteString, rest: String| format!("{path} {rest}");
    let mut lines: Vec<_> = plan
        .entries
        .iter()
        .filter(|entry| !is_mount(plan, &entry.path))
        .map(|entry| match &entry.kind {
            EntryKind::Dir { mode } => line(&entry.path, format!("dir {mode:o} 1.0")),
            EntryKind::File { mode, size, mtime } => {
                let content = fs::read(fixture.real(entry.path.as_path()));
                let sum = content.map_or("unreadable".into(), |content| checksum(&content));
                // Set-id bits are dropped where files are represented by metadata of ours.
                let bits = if fixture.backend == Backend::Bind { 0o7777 } else { 0o777 };
                let mode = mode & bits;
                line(&entry.path, format!("file {mode:o} {size} {}.{} {sum}", mtime.0, mtime.1))
            }
            EntryKind::Symlink { target } => line(&entry.path, format!("symlink {target}")),
            EntryKind::Synthetic { mode, content } => {
                let (size, sum) = (content.0.len(), checksum(&content.0));
                line(&entry.path, format!("synthetic {mode:o} {size} {sum}"))
            }
            EntryKind::Special { node, mode } => line(&entry.path, format!("{node:?} {mode:o}")),
        })
        .collect();
    lines.sort();
    lines
}

fn is_mount(plan: &Plan, path: &ByteString) -> bool {
    plan.binds.iter().any(|bind| bind.destination == *path)
        || plan.tmpfs.iter().any(|tmpfs| tmpfs.path == *path)
        || path.0 == b"/proc"
        || path.0 == b"/dev"
}

/// FNV-1a: enough to tell one file's content from another's.
pub(crate) fn checksum(content: &[u8]) -> String {
    let fold = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", content.iter().fold(0xcbf2_9ce4_8422_2325, fold))
}

/// The names of everything below a directory, with sizes and times, to see that nothing was left there.
pub(crate) fn listing(dir: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            let meta = fs::symlink_metadata(entry.path()).unwrap();
            let path = ByteString::from(entry.path().as_path());
            lines.push(format!("{path} {} {}", meta.size(), meta.mtime()));
            if meta.is_dir() {
                dirs.push(entry.path());
            }
        }
    }
    lines.sort();
    lines
}
