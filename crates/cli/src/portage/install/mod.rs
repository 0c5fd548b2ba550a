//! `hermitage portage setup`, `status` and `remove`: the machine's Portage calls us, until it is told not to.
//!
//! One file is replaced: Portage's sandbox, or the bashrc that every phase reads. What was there stays beside it, as the same
//! file under another name, and is renamed back, so that nothing of it can differ afterwards. What is going to be done is
//! written down first and that note goes last; each step alone is done or not done. So whatever step a kill comes after,
//! `remove` finds out what there is to undo.

mod note;
mod place;

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use note::Note;
use place::Place;

use crate::args::{SetupArgs, SetupWay, StatusArgs};
use crate::failure::Failure;
use crate::output::Output;

/// `hermitage portage setup`.
pub(super) fn setup(args: &SetupArgs) -> Result<u8, Failure> {
    let root = &args.root;
    let program = program(args.program.as_deref(), root)?;
    let (mut note, known) = (Note::new(args.way, program, root), Note::read(root)?);
    let begun = known.is_some();
    if let Some(known) = known {
        if !known.agrees(&note) {
            return Err(Failure::new(format!("set up already: {}", known.describe(root)))
                .advise("Undo that first: hermitage portage remove"));
        }
        note = known;
    }
    let place = Place::of(&note, root);
    place.check(&note, begun)?;
    let mut out = Output::new();
    let verb = if args.dry_run { "would" } else { "going to" };
    for step in place.describe(&note) {
        out.line(format_args!("{verb} {step}"))?;
    }
    out.finish()?;
    if args.dry_run {
        return Ok(0);
    }
    if !begun {
        Note::tidy(root)?;
        note.write(root)?;
    }
    let done = place.keep(&note).and_then(|()| place.replace(&note));
    if let Err(failure) = done {
        // What was set up before stays as it is.
        let undone = begun || place.restore(&note).and_then(|()| note.remove(root)).is_ok();
        let advice = "\"hermitage portage remove\" undoes what was done.";
        return Err(if undone { failure } else { failure.advise(advice) });
    }
    Ok(0)
}

/// `hermitage portage remove`.
pub(super) fn remove(args: &StatusArgs) -> Result<u8, Failure> {
    let root = &args.root;
    let mut out = Output::new();
    let note = Note::read(root)?;
    match &note {
        None => out.line("nothing is set up")?,
        Some(note) => out.line(format_args!("undoing: {}", note.describe(root)))?,
    }
    out.finish()?;
    if let Some(note) = note {
        Place::of(&note, root).restore(&note)?;
        note.remove(root)?;
    }
    Note::tidy(root)?;
    Ok(0)
}

/// `hermitage portage status`: 1 when Portage does not call us.
pub(super) fn status(args: &StatusArgs) -> Result<u8, Failure> {
    let mut out = Output::new();
    let (text, code) = match Note::read(&args.root)? {
        None => (nothing(&args.root), 1),
        Some(note) => {
            let place = Place::of(&note, &args.root);
            let described = note.describe(&args.root);
            if !place.is_ours(&note)? {
                let text = format!(
                    "not in place: {described}, which it is not: somebody has changed it since, or \"setup\" or \"remove\" was cut \
                     short; \"setup\" puts it there, \"remove\" tidies up"
                );
                (text, 1)
            } else if !is_executable(&note.program, &args.root) {
                let text = format!(
                    "in place: {described}, which can't be executed, so every build fails; install it again, or \"remove\" this"
                );
                (text, 1)
            } else {
                (format!("in place: {described}"), 0)
            }
        }
    };
    out.line(text)?;
    out.finish()?;
    Ok(code)
}

fn nothing(root: &Path) -> String {
    match Note::leftovers(root).next() {
        None => "nothing is set up".to_owned(),
        Some(path) => format!(
            "nothing is set up; {} is left of what was cut short, and \"remove\" tidies it up",
            path.display()
        ),
    }
}

/// The program that Portage is going to call: this one, or the one given.
fn program(given: Option<&Path>, root: &Path) -> Result<PathBuf, Failure> {
    let program = match given {
        Some(given) => crate::source::absolute(given)?,
        None => std::env::current_exe().map_err(|error| {
            Failure::file(Path::new("/proc/self/exe"), "this program is not found", &error)
        })?,
    };
    if !is_executable(&program, root) {
        let text = format!("{}: no program that can be executed", program.display());
        return Err(Failure::new(text).advise("--program says where hermitage is installed."));
    }
    match program.to_str() {
        // It stands in a script, between double quotes.
        Some(text) if !text.contains(['"', '\\', '$', '`', '\n']) => Ok(program),
        _ => Err(Failure::new(format!(
            "{}: not a path to be written into a script",
            program.display()
        ))
        .advise("Install hermitage in a directory with a plain name, or give --program.")),
    }
}

/// Whether a program is there, here or as it is called below the root.
fn is_executable(program: &Path, root: &Path) -> bool {
    [program.to_owned(), crate::source::outside(root, program)]
        .iter()
        .any(|path| path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok())
}

impl SetupWay {
    /// The replaced file, seen from the root.
    fn path(self) -> &'static str {
        match self {
            Self::File => "usr/bin/sandbox",
            Self::Bashrc => "etc/portage/bashrc",
        }
    }
}

/// What the name of something ends with that is not yet, or no longer, there under its own.
const NEW: &str = ".hermitage-new";

/// A path with more behind its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Waits until it is certain, whatever becomes of the machine, that a name is there or is gone.
fn settle(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |parent| {
        absent(std::fs::File::open(parent).and_then(|parent| parent.sync_all()))
    })
}

/// Removes what may not be there.
fn removed(path: &Path) -> io::Result<()> {
    absent(std::fs::remove_file(path))
}

/// What is not there is as good as removed.
fn absent(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| match error.kind() {
        ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })
}
