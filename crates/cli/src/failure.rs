//! Why hermitage stops: one sentence with its place, what caused it, and what to do about it.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io;
use std::path::Path;

use hermitage_atom::Printable;
use hermitage_depgraph as depgraph;
use hermitage_mountns as mountns;
use hermitage_vdb as vdb;
use hermitage_view as view;

/// hermitage itself failed, as opposed to the command it runs.
pub(crate) const FAILED: u8 = 125;
/// The command can't be executed.
pub(crate) const NOT_EXECUTABLE: u8 = 126;
/// The command is not in the view.
pub(crate) const NOT_FOUND: u8 = 127;

/// A message without the control characters of a path or an atom, which would command the terminal. Lines after the
/// first are indented, so that none of them looks like a message of its own.
pub(crate) fn harmless(text: &str) -> String {
    let mut lines = text.split('\n');
    let mut shown = escaped(lines.next().unwrap_or_default());
    for line in lines {
        let indent = if line.starts_with("  ") || line.is_empty() { "" } else { "  " };
        // Writing to a string does not fail.
        let _ = write!(shown, "\n{indent}{}", escaped(line));
    }
    shown
}

/// Lines of text without control characters.
pub(crate) fn escaped(text: &str) -> String {
    text.split('\n').map(|line| Printable(line).to_string()).collect::<Vec<_>>().join("\n")
}

/// An error that ends the program.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    advice: Option<String>,
    code: u8,
    /// The reader of our output is gone; there is nobody to tell.
    silent: bool,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), advice: None, code: FAILED, silent: false }
    }

    /// An error of a library, with everything that caused it.
    pub(crate) fn caused(error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            // Writing to a string does not fail.
            let _ = write!(message, ": {error}");
            cause = error.source();
        }
        Self::new(message)
    }

    /// An error about what stands in a file, with everything that caused it.
    pub(crate) fn in_file(path: &Path, error: &dyn Error) -> Self {
        Self::new(format!("{}: {}", path.display(), Self::caused(error)))
    }

    /// A failed operation on a file.
    pub(crate) fn file(path: &Path, what: &str, error: &io::Error) -> Self {
        Self::new(format!("{}: {what}: {error}", path.display()))
    }

    /// What the user can do.
    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Exit with another code than 125.
    pub(crate) fn with_code(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.silent
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.advice.iter().try_for_each(|advice| write!(f, "\n  {advice}"))
    }
}

/// An error while printing data. A reader that went away, like `head`, is not a failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let silent = error.kind() == io::ErrorKind::BrokenPipe;
        let failure = Self::new(format!("stdout can't be written: {error}"));
        if silent { Self { silent, code: 0, ..failure } } else { failure }
    }
}

impl From<vdb::Error> for Failure {
    fn from(error: vdb::Error) -> Self {
        let failure = Self::caused(&error);
        match error.kind() {
            vdb::ErrorKind::NoDatabase => failure.advise(
                "Say where the packages are: --db DIR, --root DIR or --eprefix DIR; or import dpkg's with \
                 \"hermitage import dpkg --out DIR\".",
            ),
            vdb::ErrorKind::Nul | vdb::ErrorKind::CutOff | vdb::ErrorKind::Obj | vdb::ErrorKind::Sym
            | vdb::ErrorKind::EntryType | vdb::ErrorKind::NoPath | vdb::ErrorKind::EmptyLine => failure.advise(
                "The record of what this package installed is damaged: reinstall the package, or go on without the \
                 damaged lines with --allow-damaged.",
            ),
            vdb::ErrorKind::Vanished => failure.advise("A merge is under way; try again when it is done."),
            _ => failure,
        }
    }
}

impl From<depgraph::Error> for Failure {
    fn from(error: depgraph::Error) -> Self {
        let failure = Self::caused(&error);
        match error.kind() {
            depgraph::ErrorKind::Ambiguous { matches } => {
                let first = matches.first().map_or("cat/pkg-1", String::as_str);
                failure.advise(format!("Name one of them in full, like \"={first}\"."))
            }
            depgraph::ErrorKind::NoSuchPackage { .. } => failure.advise(
                "A target is an installed package. For one that is not, give --ebuild-metadata FILE or --depend \"...\".",
            ),
            depgraph::ErrorKind::NoProfile => failure.advise(
                "@system comes from the profile. Without one, give --system none, or --system FILE with an atom a line.",
            ),
            _ => failure,
        }
    }
}

impl From<view::Error> for Failure {
    fn from(error: view::Error) -> Self {
        Self::caused(&error)
    }
}

impl From<hermitage_rules::Error> for Failure {
    fn from(error: hermitage_rules::Error) -> Self {
        let failure = Self::caused(&error);
        match error.kind() {
            hermitage_rules::ErrorKind::TooLong { .. } => failure
                .advise("Choose with --form and --leave-out; \"hermitage help rules\" says what they do."),
            hermitage_rules::ErrorKind::TooMany { .. } => failure.advise(
                "Another format takes more, or declare less: \"hermitage files\" lists what is visible.",
            ),
            _ => failure,
        }
    }
}

impl From<mountns::Error> for Failure {
    fn from(error: mountns::Error) -> Self {
        let failure = Self::caused(&error);
        match error.kind() {
            mountns::ErrorKind::Unsupported { .. } => {
                failure.advise("\"hermitage doctor\" says what this machine allows and what stands in the way.")
            }
            mountns::ErrorKind::CommandNotFound => failure.with_code(NOT_FOUND).advise(
                "\"hermitage why PATH TARGET\" says who owns a program and what has to be declared for it.",
            ),
            mountns::ErrorKind::CommandNotExecutable { .. }
            | mountns::ErrorKind::InterpreterNotFound => failure.with_code(NOT_EXECUTABLE),
            _ => failure,
        }
    }
}
