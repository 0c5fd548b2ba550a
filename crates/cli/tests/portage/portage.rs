//! Real Portage in a scratch directory: its prefix, its repository, and how it is called.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::oracle::Answers;
use crate::repository;

/// Everything that would need more rights than an ordinary user has, or that would hide a fault of
/// ours behind another sandbox, is off.
const FEATURES: &str = "-binpkg-logs -ebuild-locks -ipc-sandbox -merge-sync -mount-sandbox \
    -network-sandbox -news -pid-sandbox -sandbox -sfperms -strict -userfetch -userpriv \
    -usersandbox -usersync unprivileged";

/// A prefix into which Portage has merged the tiny repository.
#[derive(Debug)]
pub(crate) struct Portage {
    scratch: TempDir,
    venv: PathBuf,
    /// What Portage itself reads from its database.
    pub(crate) answers: Answers,
}

impl Portage {
    /// Sets the prefix up, merges, and keeps a copy of the database in each of its two forms.
    pub(crate) fn with_merged_packages(venv: &Path) -> Self {
        let mut portage = Self::laid_out(venv);
        succeed(portage.command("emerge").args(["--quiet", "--oneshot"]).args(repository::MERGED));
        portage.answers = Answers::ask(&portage);
        portage.keep_copy("individual");
        succeed(portage.command("emaint").args(["vdb", "--fix", "--delete-individual-files"]));
        portage.keep_copy("consolidated");
        succeed(portage.command("emaint").args(["vdb", "--remove"]));
        portage
    }

    /// Sets the prefix up, with nothing merged.
    pub(crate) fn laid_out(venv: &Path) -> Self {
        // Not in /tmp, which is a fresh one inside a view.
        let scratch =
            tempfile::Builder::new().prefix("hermitage-portage.").tempdir_in("/var/tmp").unwrap();
        let venv = fs::canonicalize(venv).unwrap();
        let portage = Self { scratch, venv, answers: Answers::default() };
        portage.lay_out();
        portage
    }

    /// What of Portage's belongs to no package of the machine.
    pub(crate) fn installation(&self) -> Vec<PathBuf> {
        vec![self.venv.clone(), self.scratch().join("tools")]
    }

    /// The scratch directory itself.
    pub(crate) fn scratch(&self) -> PathBuf {
        // Portage and the kernel resolve symbolic links, so every path here is resolved too.
        fs::canonicalize(self.scratch.path()).unwrap()
    }

    /// Portage's EPREFIX.
    pub(crate) fn eprefix(&self) -> PathBuf {
        self.scratch().join("prefix")
    }

    /// The tiny repository.
    pub(crate) fn repository(&self) -> PathBuf {
        self.scratch().join("repository")
    }

    /// `PORTAGE_TMPDIR`, the only place where the `src_*` phases write.
    pub(crate) fn build(&self) -> PathBuf {
        self.scratch().join("build")
    }

    /// The database as a merge leaves it, with a file for each field.
    pub(crate) fn individual(&self) -> PathBuf {
        self.scratch().join("individual")
    }

    /// The database after `emaint vdb --fix --delete-individual-files`.
    pub(crate) fn consolidated(&self) -> PathBuf {
        self.scratch().join("consolidated")
    }

    /// What Portage needs to read while it runs, beside the packages of the prefix: its own
    /// configuration and code, and the machine's tools.
    pub(crate) fn own_needs(&self) -> Vec<PathBuf> {
        let interpreter = self.python("import sys; print(sys.base_prefix)");
        let prefix = self.eprefix();
        ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc"]
            .into_iter()
            .map(PathBuf::from)
            .chain([PathBuf::from(interpreter.trim_end()), self.venv.clone(), self.repository()])
            .chain(["home", "tools", "distfiles"].map(|name| self.scratch().join(name)))
            .chain(["etc/portage", "share", "var/cache", "var/db"].map(|name| prefix.join(name)))
            .filter(|path| path.exists())
            .collect()
    }

    /// A program of Portage's, in the clean environment that it needs.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.program(self.venv.join("bin").join(program))
    }

    /// Any program, in the same environment.
    pub(crate) fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let path = format!(
            "{}:{}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            self.scratch().join("tools").display(),
            self.venv.join("bin").display(),
        );
        let repositories = format!(
            "[DEFAULT]\nmain-repo = tiny\n[tiny]\nlocation = {}\n",
            self.repository().display()
        );
        command
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.scratch().join("home"))
            .env("LANG", "C.UTF-8")
            .env("NOCOLOR", "1")
            .env("PORTAGE_OVERRIDE_EPREFIX", self.eprefix())
            .env("PORTAGE_REPOSITORIES", repositories)
            .stdin(Stdio::null());
        command
    }

    /// Runs Python code with Portage at hand and returns what it prints.
    pub(crate) fn python(&self, code: &str) -> String {
        let output = succeed(self.command("python").args(["-c", code]));
        String::from_utf8(output.stdout).unwrap()
    }

    fn lay_out(&self) {
        let (scratch, prefix) = (self.scratch(), self.eprefix());
        for directory in ["build", "distfiles", "home", "tools"] {
            fs::create_dir_all(scratch.join(directory)).unwrap();
        }
        for directory in ["etc/portage", "share", "tmp", "usr/share", "var/db/pkg", "var/tmp"] {
            fs::create_dir_all(prefix.join(directory)).unwrap();
        }
        repository::write(&self.repository());
        symlink(self.repository().join("profiles/tiny"), prefix.join("etc/portage/make.profile"))
            .unwrap();
        // A Portage that pip installed looks for its defaults under EPREFIX/share.
        symlink(self.venv.join("share/portage"), prefix.join("share/portage")).unwrap();
        symlink(program_on_path("tar"), scratch.join("tools/gtar")).unwrap();
        fs::write(prefix.join("etc/portage/make.conf"), self.make_conf()).unwrap();
    }

    /// Portage takes whom to install for from the owner of a writable EPREFIX, which it is not inside
    /// a view; so it is told.
    fn make_conf(&self) -> String {
        format!(
            "FEATURES=\"{FEATURES}\"\nPORTAGE_USERNAME=\"{}\"\nPORTAGE_GRPNAME=\"{}\"\n\
             PORTAGE_INST_UID=\"{}\"\nPORTAGE_INST_GID=\"{}\"\nDISTDIR=\"{}\"\nPORTAGE_TMPDIR=\"{}\"\n",
            identity("-un"),
            identity("-gn"),
            identity("-u"),
            identity("-g"),
            self.scratch().join("distfiles").display(),
            self.build().display(),
        )
    }

    fn keep_copy(&self, name: &str) {
        let database = self.scratch().join(name).join("var/db");
        fs::create_dir_all(&database).unwrap();
        // Times are kept: a `metadata` file is valid only while its directory's time is the one
        // that it names.
        succeed(Command::new("cp").arg("-a").arg(self.eprefix().join("var/db/pkg")).arg(database));
    }
}

/// Runs a command that must succeed.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", transcript(&output));
    output
}

/// What a command printed, for a failure's message.
pub(crate) fn transcript(output: &Output) -> String {
    format!(
        "{}\n--- stdout\n{}\n--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

pub(crate) fn identity(option: &str) -> String {
    let output = Command::new("id").arg(option).output().unwrap();
    assert!(output.status.success(), "id {option} names nobody: {}", transcript(&output));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn program_on_path(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|candidate| candidate.exists())
        .unwrap_or_else(|| panic!("{name} is not on PATH"))
}
