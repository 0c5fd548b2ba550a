//! What the results of a batch were made with.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use hermitage_audit::Text;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::args::CheckArgs;
use crate::cache::hex;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::source::absolute;
use crate::verbs::Context;

/// The file in the directory of results.
const NAME: &str = "batch.json";

/// Everything but the packages that reports depend on.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    schema: u32,
    hermitage: String,
    /// Where relative paths begin.
    directory: Text,
    /// Options and the command, as they were given.
    words: Vec<Text>,
    settings: String,
    files: Vec<(String, String)>,
}

impl Origin {
    /// That of a batch with these words.
    pub(super) fn of(
        args: &CheckArgs,
        words: &[std::ffi::OsString],
        context: &Context,
    ) -> Result<Self, Failure> {
        let audit = &args.audit;
        let named = [&audit.audit_rules, &args.view.generated].into_iter().flatten();
        let named = named.chain(&audit.suppress).chain(&audit.baseline).map(PathBuf::as_path);
        let system = args.closure.system.as_deref().map(Path::new).filter(|path| path.is_file());
        let files = named.chain(system).map(|path| {
            let text =
                fs::read(path).map_err(|error| Failure::file(path, "can't be read", &error))?;
            Ok((format!("{}", path.display()), digest(&text)))
        });
        Ok(Self {
            schema: 1,
            hermitage: env!("CARGO_PKG_VERSION").to_owned(),
            directory: Text::from(absolute(Path::new("."))?.as_os_str().as_bytes()),
            words: words.iter().map(|word| Text::from(word.as_bytes())).collect(),
            settings: digest(format!("{:?}", context.config).as_bytes()),
            files: files.collect::<Result<_, Failure>>()?,
        })
    }

    /// Writes it down, or fails where the results that are there already are of another one.
    pub(super) fn claim(&self, results: &Path, is_empty: bool) -> Result<(), Failure> {
        let path = results.join(NAME);
        let other = match fs::read(&path) {
            Ok(text) => match serde_json::from_slice::<Self>(&text) {
                Ok(known) => self.difference(&known),
                Err(_damaged) => Some("something that is not known".to_owned()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                (!is_empty).then(|| "something that is not known".to_owned())
            }
            Err(error) => return Err(Failure::file(&path, "can't be read", &error)),
        };
        if let Some(other) = other.filter(|_| !is_empty) {
            let what = format!("{}: its results were made with {other}", results.display());
            return Err(
                Failure::new(what).advise("Name another directory, or delete what is in this one.")
            );
        }
        let unwritable = |error| Failure::file(results, "the results can't be written", &error);
        fs::create_dir_all(results).map_err(unwritable)?;
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| Failure::caused(&error))?;
        text.push(b'\n');
        Destination::of(Some(&path), "the results")?.write(&text)
    }

    /// In what the other one differs.
    fn difference(&self, other: &Self) -> Option<String> {
        if other.hermitage != self.hermitage {
            return Some(format!("hermitage {}", other.hermitage));
        }
        if (&other.words, &other.directory) != (&self.words, &self.directory) {
            let words: Vec<_> = other.words.iter().map(ToString::to_string).collect();
            return Some(format!("other options or another command: {}", words.join(" ")));
        }
        if other.settings != self.settings {
            return Some("another configuration".to_owned());
        }
        let changed = self.files.iter().find(|file| !other.files.contains(file));
        changed.map(|(path, _)| format!("another content of {path}"))
    }
}

fn digest(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}
