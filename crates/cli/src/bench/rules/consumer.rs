//! How each consumer runs a command within rules.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use hermitage_rules::landlock::Rules;
use hermitage_rules::{Survey, bwrap, landlock, sandbox, syd};

use crate::failure::Failure;

/// Something that takes rules.
#[derive(Clone, Debug)]
pub(super) struct Consumer {
    pub(super) name: &'static str,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Nothing,
    Landlock,
    Program { path: Option<PathBuf>, how: How, wanted: &'static str },
}

#[derive(Clone, Copy, Debug)]
enum How {
    Sandbox,
    Syd,
    Bwrap,
}

/// A consumer that has been given rules.
#[derive(Debug)]
pub(super) enum Prepared {
    Plain,
    Landlock(Rules),
    Sandbox(PathBuf, Vec<(OsString, OsString)>),
    Syd(PathBuf, PathBuf),
    Bwrap(PathBuf, PathBuf),
}

impl Consumer {
    /// All there are, whether they are here or not.
    pub(super) fn all() -> Vec<Self> {
        let program = |name, program, variable, how, wanted| {
            let path = find(program, variable);
            Self { name, kind: Kind::Program { path, how, wanted } }
        };
        vec![
            Self { name: "no rules", kind: Kind::Nothing },
            Self { name: "landlock", kind: Kind::Landlock },
            program(
                "gentoo/sandbox",
                "sandbox",
                "HERMITAGE_SANDBOX",
                How::Sandbox,
                "not on PATH, and HERMITAGE_SANDBOX does not name it",
            ),
            program(
                "syd",
                "syd",
                "HERMITAGE_SYD",
                How::Syd,
                "not on PATH, and HERMITAGE_SYD does not name it",
            ),
            program("bubblewrap", "bwrap", "HERMITAGE_BWRAP", How::Bwrap, "bwrap is not on PATH"),
        ]
    }

    /// The directory that a program and what belongs to it are installed in.
    pub(super) fn prefix(&self) -> Option<PathBuf> {
        let Kind::Program { path: Some(path), .. } = &self.kind else { return None };
        path.canonicalize().ok()?.ancestors().nth(2).map(Path::to_owned)
    }

    /// Writes the rules for it; the error says why it does not take them.
    pub(super) fn prepare(&self, survey: &Survey<'_>, scratch: &Path) -> Result<Prepared, String> {
        let said = |error: hermitage_rules::Error| {
            Failure::from(error).to_string().lines().next().unwrap_or_default().to_owned()
        };
        let (path, how) = match &self.kind {
            Kind::Nothing => return Ok(Prepared::Plain),
            Kind::Landlock => {
                let mut rules = landlock::render(survey).map_err(said)?.output;
                rules.allow_listing();
                return Ok(Prepared::Landlock(rules));
            }
            Kind::Program { path: None, wanted, .. } => return Err((*wanted).to_owned()),
            Kind::Program { path: Some(path), how, .. } => (path.clone(), how),
        };
        match how {
            How::Sandbox => {
                let options = sandbox::Options {
                    form: sandbox::Form::Deny,
                    moment: sandbox::Moment::Start,
                    ..sandbox::Options::default()
                };
                let rules = sandbox::render(survey, &options).map_err(said)?.output;
                let values = [
                    ("SANDBOX_READ", rules.read_value()),
                    ("SANDBOX_DENY", rules.deny_value()),
                    ("SANDBOX_WRITE", rules.write_value()),
                ];
                let variables =
                    values.map(|(name, value)| (name.into(), OsString::from_vec(value)));
                Ok(Prepared::Sandbox(path, variables.to_vec()))
            }
            How::Syd => {
                let text = syd::render(survey).map_err(said)?.output;
                let file = scratch.join("rules.syd-3");
                fs::write(&file, text).map_err(|error| error.to_string())?;
                Ok(Prepared::Syd(path, file))
            }
            How::Bwrap => {
                let rules = bwrap::render(survey, &bwrap::Options::default()).map_err(said)?;
                let file = scratch.join("arguments");
                fs::write(&file, rules.output.to_bytes()).map_err(|error| error.to_string())?;
                Ok(Prepared::Bwrap(path, file))
            }
        }
    }
}

impl Prepared {
    /// Runs a command within; returns what it said and how long all of it took, setting up the rules included.
    pub(super) fn run(&self, words: &[&OsStr]) -> Result<(Output, Duration), String> {
        let start = Instant::now();
        let output = match self {
            Self::Landlock(rules) => restricted(rules, words)?,
            other => other.command(words)?.output().map_err(|error| error.to_string())?,
        };
        let took = start.elapsed();
        if output.status.success() {
            return Ok((output, took));
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let line = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        Err(format!("{}: {}", output.status, line.chars().take(160).collect::<String>()))
    }

    fn command(&self, words: &[&OsStr]) -> Result<Command, String> {
        let with = |program: &Path| {
            let mut command = Command::new(program);
            command.stdin(Stdio::null());
            command
        };
        Ok(match self {
            Self::Plain | Self::Landlock(_) => {
                let mut command = with(Path::new(words.first().ok_or("no command")?));
                command.args(&words[1..]);
                command
            }
            Self::Sandbox(program, variables) => {
                let mut command = with(program);
                // It takes one text for a shell; the words hold no quotes.
                let text = words.join(OsStr::new("' '"));
                let quoted = [b"exec '", text.as_bytes(), b"'"].concat();
                command.arg(OsStr::from_bytes(&quoted)).envs(variables.iter().cloned());
                command
            }
            Self::Syd(program, profile) => {
                let mut command = with(program);
                command.args(["-q", "-P"]).arg(profile).arg("--").args(words);
                command
            }
            Self::Bwrap(program, arguments) => {
                let mut command = Command::new(program);
                let file = fs::File::open(arguments).map_err(|error| error.to_string())?;
                command.stdin(file).args(["--unshare-user", "--args", "0"]).args(words);
                command
            }
        })
    }
}

/// The restriction is a thread's own, and what it starts inherits it.
fn restricted(rules: &Rules, words: &[&OsStr]) -> Result<Output, String> {
    let run = || {
        rules.apply().map_err(|error| Failure::caused(&error).to_string())?;
        Prepared::Plain.command(words)?.output().map_err(|error| error.to_string())
    };
    std::thread::scope(|scope| scope.spawn(run).join())
        .unwrap_or_else(|_| Err("the thread that was restricted died".into()))
}

#[allow(clippy::disallowed_methods, reason = "this is the command line")]
fn find(program: &str, variable: &str) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Some(path.into());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|path| path.is_file())
}
