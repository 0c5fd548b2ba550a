//! What is measured: our backends, other programs that can show a set of files, and nothing at all.

mod bubblewrap;
mod firejail;
mod nsjail;
mod nspawn;
mod own;
mod plain;
mod shown;

use hermitage_mountns::{Backend, ByteString};
use std::path::{Path, PathBuf};

use super::sample::{Request, Word};
use super::subject::Subject;
use crate::failure::Failure;

pub(super) use own::{Index, Own, Verb};
pub(super) use plain::Plain;

/// Something that runs a command in a view.
pub(super) trait Candidate {
    /// What it is called in tables, and on the command line up to the first comma.
    fn name(&self) -> String;

    /// What it is.
    fn kind(&self) -> Kind;

    /// Makes the files that it is told of a view with.
    ///
    /// # Errors
    /// What keeps it from showing this view.
    fn prepare(&self, subject: &Subject<'_>) -> Result<(), String>;

    /// How it is started to run a command in the view; what it needs made anew each time is made.
    fn request(&self, subject: &Subject<'_>, argv: &[ByteString]) -> Result<Request, Failure>;

    /// What it tells of how long its steps took, when it does.
    fn timings(&self, _subject: &Subject<'_>) -> Option<PathBuf> {
        None
    }

    /// Puts away what it leaves behind.
    fn tidy(&self, _subject: &Subject<'_>) {}
}

/// What a candidate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// The command without a view.
    Plain,
    /// Ours.
    Own,
    /// Another program.
    Peer,
}

/// The other programs, each with where it is installed.
pub(super) fn peers() -> Vec<(&'static str, Option<Box<dyn Candidate>>)> {
    let found = |name: &str, make: fn(PathBuf) -> Box<dyn Candidate>| on_path(name).map(make);
    vec![
        ("bubblewrap", found("bwrap", |path| Box::new(bubblewrap::Bubblewrap(path)))),
        ("nsjail", found("nsjail", |path| Box::new(nsjail::Nsjail(path)))),
        ("firejail", found("firejail", |path| Box::new(firejail::Firejail(path)))),
        ("systemd-nspawn", found("systemd-nspawn", |path| Box::new(nspawn::Nspawn(path)))),
    ]
}

/// Refuses instead of hiding, on the host as it is; only `run` has it.
const LANDLOCK: &str = "landlock";

/// Our backends, each from the lists of the packages and from a saved plan.
pub(super) fn own() -> Vec<Own> {
    let both = |backend| [Verb::Run, Verb::Exec].map(|verb| Own::new(backend, verb, Index::None));
    let mut own: Vec<_> = Backend::ALL.iter().flat_map(|backend| both(backend.name())).collect();
    own.push(Own::new(LANDLOCK, Verb::Run, Index::None));
    own
}

#[allow(clippy::disallowed_methods, reason = "this is the command line")]
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|path| path.is_file())
}

fn request(subject: &Subject<'_>, argv: Vec<Word>) -> Request {
    let directory = subject.scratch.work();
    Request { argv, env: Vec::new(), directory: path(&directory), limit: subject.limit }
}

fn path(path: &Path) -> ByteString {
    path.into()
}

fn text(text: impl AsRef<std::ffi::OsStr>) -> Word {
    Word::Text(text.as_ref().into())
}

fn texts(argv: &[ByteString]) -> impl Iterator<Item = Word> {
    argv.iter().cloned().map(Word::Text)
}

fn unwritable(path: &Path, error: &std::io::Error) -> String {
    format!("{}: can't be written: {error}", path.display())
}
