//! The machine's own packages, as the demonstration finds them: the compiler's, and a library that can be hidden.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::support::hermitage;

/// What to declare, and where packages are.
#[derive(Debug)]
pub(crate) struct Machine {
    options: Vec<String>,
    pub(crate) declared: String,
    pub(crate) library: String,
    /// What the demonstration printed.
    pub(crate) demo: String,
    /// Where it built.
    pub(crate) directory: PathBuf,
}

/// A directory of this process; those of others that have ended are removed.
fn own_directory(user: u32) -> PathBuf {
    let prefix = format!("hermitage-test-{user}-");
    for entry in fs::read_dir("/var/tmp").unwrap().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(&prefix));
        if process.is_some_and(|process| !PathBuf::from("/proc").join(process).exists()) {
            // Another process may be doing the same.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    PathBuf::from("/var/tmp").join(format!("{prefix}{}", std::process::id()))
}

impl Machine {
    /// Runs the demonstration once for all tests: it works on every Linux, and says what it declared.
    pub(crate) fn get() -> &'static Self {
        static MACHINE: OnceLock<Machine> = OnceLock::new();
        MACHINE.get_or_init(Self::find)
    }

    fn find() -> Self {
        let user =
            fs::metadata("/proc/self").map(|meta| std::os::unix::fs::MetadataExt::uid(&meta));
        let directory = own_directory(user.unwrap());
        let output = hermitage().arg("demo").arg("--into").arg(&directory).output().unwrap();
        let demo = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{demo}{errors}");
        let declared = demo.lines().find_map(|line| line.strip_prefix("declared: ")).unwrap();
        let (declared, rest) = declared.split_once("; ").unwrap();
        let library = rest.split(' ').next().unwrap();
        let mut options = Vec::new();
        if directory.join("var/db/pkg").is_dir() {
            let database = directory.join("var/db/pkg").to_str().unwrap().to_owned();
            options = vec!["--db".to_owned(), database, "--system=none".to_owned()];
        }
        Self {
            options,
            declared: declared.to_owned(),
            library: library.to_owned(),
            demo: demo.clone(),
            directory,
        }
    }

    /// A verb with the compiler's packages declared.
    pub(crate) fn verb(&self, verb: &str) -> Command {
        let mut command = hermitage();
        command.arg(verb).args(&self.options).args(["--depend", &self.declared]);
        command
    }

    /// Options that say where packages are.
    pub(crate) fn options(&self) -> &[String] {
        &self.options
    }

    /// The same without @system.
    pub(crate) fn alone(&self, verb: &str) -> Command {
        let mut command = self.verb(verb);
        if self.options.is_empty() {
            command.arg("--system=none");
        }
        command
    }

    pub(crate) fn run(&self) -> Command {
        self.verb("run")
    }

    /// The C program of the demonstration, and how its configure found the library: header and linker option.
    pub(crate) fn program(&self) -> String {
        let source = fs::read_to_string(self.directory.join("declared/peek.c")).unwrap();
        source.replace("#include \"config.h\"", "#define HAVE_LIBRARY 1")
    }

    /// The header that only the library's package has.
    pub(crate) fn header(&self) -> String {
        let source = self.program();
        let line = source.lines().rfind(|line| line.starts_with("#include <")).unwrap();
        line.trim_start_matches("#include <").trim_end_matches('>').to_owned()
    }

    /// The linker's option.
    pub(crate) fn link(&self) -> String {
        let build = fs::read_to_string(self.directory.join("declared/build")).unwrap();
        build.split_whitespace().rfind(|word| word.starts_with("-l")).unwrap().to_owned()
    }
}
