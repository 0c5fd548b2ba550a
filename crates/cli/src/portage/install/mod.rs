//! `hermitage portage setup`, `status` and `remove`: the machine's Portage calls us, until it is told not to.
//!
//! One file is replaced: Portage's sandbox, or the bashrc that every phase reads. What was there stays beside it, as the same
//! file under another name, and is renamed back, so that nothing of it can differ afterwards. What is going to be done is
//! written down first and that note goes last; each step alone is done or not done. So whatever step a kill comes after,
//! `remove` finds out what there is to undo.

mod note;
mod place;

use std::path::{Path, PathBuf};

use note::Note;
use place::Place;

use crate::args::{SetupArgs, SetupWay, StatusArgs};
use crate::failure::Failure;
use crate::output::Output;

/// `hermitage portage setup`.
pub(super) fn setup(args: &SetupArgs) -> Result<u8, Failure> {
    let program = program(args.program.as_deref())?;
    let note = Note::new(args.way, program);
    if let Some(known) = Note::read(&args.root)?
        && known != note
    {
        return Err(Failure::new(format!("set up already: {}", known.describe(&args.root)))
            .advise("Undo that first: hermitage portage remove"));
    }
    let place = Place::of(&note, &args.root);
    place.check(Note::read(&args.root)?.is_some())?;
    let mut out = Output::new();
    let verb = if args.dry_run { "would" } else { "going to" };
    for step in place.describe(&note) {
        out.line(format_args!("{verb} {step}"))?;
    }
    out.finish()?;
    if args.dry_run {
        return Ok(0);
    }
    let mut stop = Stop(args.stop_after);
    note.write(&args.root)?;
    stop.here();
    place.keep()?;
    stop.here();
    place.replace(&note, &mut stop)?;
    stop.here();
    Ok(0)
}

/// `hermitage portage remove`.
pub(super) fn remove(args: &StatusArgs) -> Result<u8, Failure> {
    let mut out = Output::new();
    let Some(note) = Note::read(&args.root)? else {
        Note::tidy(&args.root)?;
        out.line("nothing is set up")?;
        out.finish()?;
        return Ok(0);
    };
    out.line(format_args!("undoing: {}", note.describe(&args.root)))?;
    out.finish()?;
    let mut stop = Stop(args.stop_after);
    Place::of(&note, &args.root).restore(&note, &mut stop)?;
    stop.here();
    Note::remove(&args.root)?;
    stop.here();
    Note::tidy(&args.root)?;
    Ok(0)
}

/// `hermitage portage status`: 1 when Portage does not call us.
pub(super) fn status(args: &StatusArgs) -> Result<u8, Failure> {
    let mut out = Output::new();
    let (text, code) = match Note::read(&args.root)? {
        None => ("nothing is set up".to_owned(), 1),
        Some(note) => {
            let place = Place::of(&note, &args.root);
            let described = note.describe(&args.root);
            if place.is_ours(&note)? {
                (format!("in place: {described}"), 0)
            } else {
                let text = format!(
                    "not in place, since {} is not as it was left: {described}; \"setup\" puts it there again, \"remove\" \
                     tidies up",
                    place.path().display()
                );
                (text, 1)
            }
        }
    };
    out.line(text)?;
    out.finish()?;
    Ok(code)
}

/// Ends the process after a number of steps, as a kill would: for tests of what is then undone.
struct Stop(Option<u32>);

impl Stop {
    fn here(&mut self) {
        match &mut self.0 {
            None => {}
            Some(0) => {
                // Never returns; nothing is run or flushed.
                std::process::abort()
            }
            Some(left) => *left -= 1,
        }
    }
}

/// The program that Portage is going to call: this one, or the one given.
fn program(given: Option<&Path>) -> Result<PathBuf, Failure> {
    let program = match given {
        Some(given) => crate::source::absolute(given)?,
        None => std::env::current_exe().map_err(|error| {
            Failure::file(Path::new("/proc/self/exe"), "this program is not found", &error)
        })?,
    };
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

impl SetupWay {
    /// The replaced file, seen from the root.
    fn path(self) -> &'static str {
        match self {
            Self::File => "usr/bin/sandbox",
            Self::Bashrc => "etc/portage/bashrc",
        }
    }
}
