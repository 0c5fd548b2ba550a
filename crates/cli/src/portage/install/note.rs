use std::ffi::OsString;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{NEW, absent, beside, removed, settle};
use crate::args::SetupWay;
use crate::failure::Failure;

/// The way from the root to the note, which is the last of these. What of them is not there comes and goes with the note.
const STEPS: [&str; 4] = ["var", "var/lib", "var/lib/hermitage", "var/lib/hermitage/portage.json"];
const NOTE: &str = STEPS[3];

/// What is set up, written down before the first step and removed after the last.
///
/// It appears and disappears by one rename, of the topmost directory that is made for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    schema: u32,
    pub(super) way: SetupWay,
    /// What Portage is to call.
    pub(super) program: PathBuf,
    /// How many of the first steps were there before.
    found: usize,
}

impl Note {
    pub(super) fn new(way: SetupWay, program: PathBuf, root: &Path) -> Self {
        let found = STEPS.iter().take_while(|step| root.join(step).exists()).count();
        Self { schema: 1, way, program, found }
    }

    /// Whether the same is wanted, whatever was there before.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        (self.schema, self.way, &self.program) == (other.schema, other.way, &other.program)
    }

    /// None when nothing is set up.
    pub(super) fn read(root: &Path) -> Result<Option<Self>, Failure> {
        let path = root.join(NOTE);
        let malformed = |what: String| {
            let text = format!("{}: not a note of this version: {what}", path.display());
            Failure::new(text).advise("The hermitage that wrote it can undo what it set up.")
        };
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::file(&path, "what is set up can't be read", &error)),
        };
        let note: Self =
            serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
        if note.schema != 1 || note.found >= STEPS.len() {
            return Err(malformed(format!("schema {}, found {}", note.schema, note.found)));
        }
        Ok(Some(note))
    }

    /// Is there whole or not at all.
    pub(super) fn write(&self, root: &Path) -> Result<(), Failure> {
        let top = root.join(STEPS[self.found]);
        let new = beside(&top, NEW);
        let made = unmake(&new, self.found)
            .and_then(|()| self.make(&new))
            // Fails where somebody else has made what is missing meanwhile.
            .and_then(|()| std::fs::rename(&new, &top))
            .and_then(|()| settle(&top));
        made.map_err(|error| {
            // It is the first error that is told.
            let _ = unmake(&new, self.found);
            Failure::file(&top, "what is set up can't be written", &error)
        })
    }

    /// Makes the first step that is not there under another name, with all that is below it.
    fn make(&self, new: &Path) -> io::Result<()> {
        let mut path = new.to_owned();
        for pair in STEPS[self.found..].windows(2) {
            std::fs::create_dir(&path)?;
            // Users may ask for the status, whatever root's umask.
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
            path.extend(Path::new(pair[1]).file_name());
        }
        let mut file = std::fs::File::create_new(&path)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()
    }

    /// Removes the note and the directories that were made for it, but for those that somebody else uses now.
    pub(super) fn remove(&self, root: &Path) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::file(&root.join(NOTE), "can't be removed", &error);
        for (at, step) in STEPS.iter().enumerate().skip(self.found) {
            if is_ours_alone(root, at).map_err(failed)? {
                let top = root.join(step);
                let new = beside(&top, NEW);
                unmake(&new, at).map_err(failed)?;
                std::fs::rename(&top, &new).map_err(failed)?;
                return unmake(&new, at).map_err(failed);
            }
        }
        Ok(())
    }

    /// What was being made or removed when somebody was killed.
    pub(super) fn leftovers(root: &Path) -> impl Iterator<Item = PathBuf> {
        let new = STEPS.map(|step| beside(&root.join(step), NEW));
        new.into_iter().filter(|path| path.symlink_metadata().is_ok())
    }

    pub(super) fn tidy(root: &Path) -> Result<(), Failure> {
        for (at, step) in STEPS.iter().enumerate() {
            let path = beside(&root.join(step), NEW);
            unmake(&path, at)
                .map_err(|error| Failure::file(&path, "can't be tidied up", &error))?;
        }
        Ok(())
    }

    /// In one line.
    pub(super) fn describe(&self, root: &Path) -> String {
        let (path, program) = (root.join(self.way.path()), self.program.display());
        match self.way {
            SetupWay::File => format!("{} is a link to {program}", path.display()),
            SetupWay::Bashrc => {
                format!("{} has each phase executed anew by {program}", path.display())
            }
        }
    }
}

/// Removes a step that stands under another name, and those below it. What somebody else has put there is not lost, but in the
/// way.
fn unmake(new: &Path, at: usize) -> io::Result<()> {
    let mut directories = Vec::new();
    let mut path = new.to_owned();
    for step in &STEPS[at + 1..] {
        directories.push(path.clone());
        path.extend(Path::new(step).file_name());
    }
    removed(&path)?;
    directories.iter().rev().try_for_each(|path| absent(std::fs::remove_dir(path)))
}

/// Whether in a step's directory, and in those below, there is the next step and nothing else.
fn is_ours_alone(root: &Path, at: usize) -> io::Result<bool> {
    for pair in STEPS[at..].windows(2) {
        let next = Path::new(pair[1]).file_name().map(OsString::from);
        for entry in std::fs::read_dir(root.join(pair[0]))? {
            if Some(entry?.file_name()) != next {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
