use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::args::SetupWay;
use crate::failure::Failure;

const DIRECTORY: &str = "var/lib/hermitage";
const NAME: &str = "portage.json";

/// What is set up, written down before the first step and removed after the last.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    schema: u32,
    pub(super) way: SetupWay,
    /// What Portage is to call.
    pub(super) program: PathBuf,
}

impl Note {
    pub(super) fn new(way: SetupWay, program: PathBuf) -> Self {
        Self { schema: 1, way, program }
    }

    /// None when nothing is set up.
    pub(super) fn read(root: &Path) -> Result<Option<Self>, Failure> {
        let path = root.join(DIRECTORY).join(NAME);
        match std::fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| {
                Failure::new(format!("{}: not a note of this version: {error}", path.display()))
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::file(&path, "what is set up can't be read", &error)),
        }
    }

    /// Is there whole or not at all.
    pub(super) fn write(&self, root: &Path) -> Result<(), Failure> {
        let dir = root.join(DIRECTORY);
        let failed =
            |error: std::io::Error| Failure::file(&dir, "what is set up can't be written", &error);
        let text = serde_json::to_vec_pretty(self).map_err(|error| Failure::caused(&error))?;
        std::fs::create_dir_all(&dir).map_err(failed)?;
        let mut file = tempfile::Builder::new().prefix(NAME).tempfile_in(&dir).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(dir.join(NAME)).map(drop).map_err(|error| failed(error.error))
    }

    pub(super) fn remove(root: &Path) -> Result<(), Failure> {
        let path = root.join(DIRECTORY).join(NAME);
        std::fs::remove_file(&path)
            .map_err(|error| Failure::file(&path, "can't be removed", &error))
    }

    /// Removes the directory of notes when nothing is in it but what a kill left half written.
    pub(super) fn tidy(root: &Path) -> Result<(), Failure> {
        let dir = root.join(DIRECTORY);
        let failed = |error: std::io::Error| Failure::file(&dir, "can't be tidied up", &error);
        let entries = match std::fs::read_dir(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(failed)?,
        };
        let mut is_empty = true;
        for entry in entries {
            let entry = entry.map_err(failed)?;
            if entry.file_name().as_encoded_bytes().starts_with(NAME.as_bytes()) {
                std::fs::remove_file(entry.path()).map_err(failed)?;
            } else {
                is_empty = false;
            }
        }
        if is_empty { std::fs::remove_dir(&dir).map_err(failed) } else { Ok(()) }
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
