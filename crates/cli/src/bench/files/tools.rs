//! What the measured commands need: asked of the compiler and the dynamic loader, since packages are more than that.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the configure script calls.
const SCRIPT: [&str; 5] = ["sh", "cat", "rm", "sed", "grep"];
/// What firejail starts everything with.
const SHELL: &str = "bash";

/// The commands that are there, and the files without which they don't work.
#[derive(Clone, Debug, Default)]
pub(in crate::bench) struct Tools {
    pub(in crate::bench) truth: Option<PathBuf>,
    /// For the configure script; none when something that it calls is missing.
    pub(in crate::bench) shell: Option<PathBuf>,
    pub(in crate::bench) compiler: Option<PathBuf>,
    /// Without which neither our own process nor `true` can be started.
    pub(in crate::bench) least: BTreeSet<PathBuf>,
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) links: BTreeSet<PathBuf>,
}

impl Tools {
    /// Looks for them. `own` is our executable, `source` a C file like those that will be compiled, `scratch` where
    /// the compiler may write.
    pub(in crate::bench) fn find(own: &Path, source: &Path, scratch: &Path) -> Self {
        let mut tools = Self::default();
        tools.libraries_of(own);
        tools.truth = tools.program("true");
        tools.least = tools.links.union(&tools.files).cloned().collect();
        tools.program(SHELL);
        let script: Vec<_> = SCRIPT.iter().map(|name| tools.program(name)).collect();
        tools.shell = script.iter().all(Option::is_some).then(|| script[0].clone()).flatten();
        tools.compiler = tools.program("cc").filter(|_| source.exists());
        if let Some(compiler) = tools.compiler.clone() {
            tools.parts_of(&compiler, source, scratch);
        }
        tools.add(Path::new("/etc/ld.so.cache"));
        tools
    }

    /// A program on the PATH, with its libraries.
    fn program(&mut self, name: &str) -> Option<PathBuf> {
        let path = real(&on_path(name)?)?;
        self.add(&path);
        self.libraries_of(&path);
        Some(path)
    }

    /// The programs behind a compiler's driver, and what it reads to compile and link.
    fn parts_of(&mut self, compiler: &Path, source: &Path, scratch: &Path) {
        for part in ["cc1", "collect2", "as", "ld"] {
            let mut asked = Command::new(compiler);
            let Some(answer) = line(asked.arg(format!("-print-prog-name={part}"))) else {
                continue;
            };
            let answer = PathBuf::from(answer);
            let path = if answer.is_absolute() { Some(answer) } else { on_path(part) };
            if let Some(path) = path {
                self.add(&path);
                self.libraries_of(&path);
            }
        }
        for option in ["-print-file-name=liblto_plugin.so", "-print-prog-name=liblto_plugin.so"] {
            if let Some(path) = line(Command::new(compiler).arg(option)) {
                self.add(Path::new(&path));
            }
        }
        let read = words(Command::new(compiler).args(["-O1", "-M"]).arg(source));
        let mut link = Command::new(compiler);
        link.arg("-Wl,-t").arg(source).arg("-o").arg(scratch.join("linked")).arg("-lm");
        for path in read.iter().chain(&words(&mut link)) {
            self.add(Path::new(path));
        }
    }

    /// What the dynamic loader would load.
    fn libraries_of(&mut self, program: &Path) {
        for word in words(Command::new("ldd").arg(program)) {
            self.add(Path::new(&word));
        }
    }

    /// Adds a file under its real name, and each link by which it is reached; not what is no file.
    fn add(&mut self, path: &Path) {
        let mut path = path.to_owned();
        // As many as the kernel follows.
        for _ in 0..40 {
            let Some(real) = real(&path) else { return };
            let Ok(meta) = real.symlink_metadata() else { return };
            if meta.is_file() {
                self.files.insert(real);
                return;
            }
            let Some(target) = meta.is_symlink().then(|| real.read_link().ok()).flatten() else {
                return;
            };
            path = real.parent().unwrap_or(Path::new("/")).join(target);
            self.links.insert(real);
        }
    }
}

/// An absolute path with its directory's real name.
fn real(path: &Path) -> Option<PathBuf> {
    let (parent, name) = (path.parent()?, path.file_name()?);
    path.is_absolute().then(|| parent.canonicalize().ok())?.map(|parent| parent.join(name))
}

#[allow(clippy::disallowed_methods, reason = "this is the command line")]
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    let candidates = std::env::split_paths(&path).map(|dir| dir.join(name));
    candidates.filter(|path| path.is_absolute()).find(|path| path.is_file())
}

/// The words that a command prints, whatever it thinks of them otherwise; none when it can't be started.
fn words(command: &mut Command) -> Vec<PathBuf> {
    let output = command.env("LC_ALL", "C").stdin(Stdio::null()).output();
    let Ok(output) = output else { return Vec::new() };
    let words = output.stdout.split(|byte| b" \t\n\\()".contains(byte));
    words.filter(|word| word.starts_with(b"/")).map(|word| OsStr::from_bytes(word).into()).collect()
}

/// The line that a command prints.
fn line(command: &mut Command) -> Option<std::ffi::OsString> {
    let output = command.env("LC_ALL", "C").stdin(Stdio::null()).output().ok()?;
    let line = output.stdout.trim_ascii_end();
    (output.status.success() && !line.is_empty()).then(|| OsStr::from_bytes(line).to_owned())
}
