use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use super::words::{Variables, assignments};
use crate::failure::Failure;

/// A phase, and what Portage says about it.
///
/// From EAPI 9 on most of that is not in the environment but in a file that is named there; what ebuild and eclasses set
/// is in the environment that was saved after the phase before.
#[derive(Debug)]
pub(super) struct Phase {
    /// `compile`, not `src_compile`.
    pub(super) name: String,
    /// `PORTAGE_BUILDDIR`.
    pub(super) build: PathBuf,
    environment: BTreeMap<OsString, OsString>,
    unexported: Variables,
    saved: Variables,
}

impl Phase {
    /// Reads what the environment says, and what it points to.
    pub(super) fn read(
        name: String,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Failure> {
        let environment: BTreeMap<_, _> = environment.into_iter().collect();
        let get = |name: &str| environment.get(OsStr::new(name)).filter(|value| !value.is_empty());
        let Some(build) = get("PORTAGE_BUILDDIR").map(PathBuf::from) else {
            return Err(Failure::new("there is no PORTAGE_BUILDDIR in the environment").advise(
                "This is what Portage runs in the place of /usr/bin/sandbox; \"hermitage emerge\" sets that up.",
            ));
        };
        let unexported = match get("PORTAGE_EBUILD_EXTRA_SOURCE") {
            Some(path) => variables(Path::new(path))?,
            None => Variables::new(),
        };
        let saved = build.join("temp/environment");
        let saved = if saved.exists() { variables(&saved)? } else { Variables::new() };
        Ok(Self { name, build, environment, unexported, saved })
    }

    /// A variable of Portage's, empty ones as if they were not there.
    pub(super) fn get(&self, name: &str) -> Option<OsString> {
        let value = match (self.environment.get(OsStr::new(name)), self.unexported.get(name)) {
            (Some(value), _) => value.clone(),
            (None, Some(value)) => OsString::from_vec(value.clone()),
            (None, None) => self.saved(name)?.to_owned(),
        };
        (!value.is_empty()).then_some(value)
    }

    /// A variable as text; one that is none is an error.
    pub(super) fn text(&self, name: &str) -> Result<String, Failure> {
        let value = self.get(name).unwrap_or_default();
        value.into_string().map_err(|value| {
            Failure::new(format!(
                "{name}={}: not UTF-8, which no value of Portage's is",
                value.display()
            ))
        })
    }

    /// A variable that is a path, where it is absolute.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// Whether a word is in a list such as FEATURES.
    pub(super) fn has(&self, list: &str, word: &str) -> bool {
        let list = self.get(list).unwrap_or_default();
        list.as_bytes().split(u8::is_ascii_whitespace).any(|known| known == word.as_bytes())
    }

    /// What the ebuild and its eclasses have set, as it was after the phase before.
    pub(super) fn saved(&self, name: &str) -> Option<&OsStr> {
        self.saved.get(name).map(|value| OsStr::from_bytes(value))
    }

    /// Category, and name with version and revision.
    pub(super) fn package(&self) -> Result<(String, String), Failure> {
        let (category, name) = (self.text("CATEGORY")?, self.text("PF")?);
        if category.is_empty() || name.is_empty() {
            let text = "neither the environment nor the files it names say which package this is (CATEGORY, PF)";
            return Err(Failure::new(text));
        }
        Ok((category, name))
    }

    /// Where the phase may leave something for others than itself.
    pub(super) fn temporary(&self) -> PathBuf {
        self.build.join("temp")
    }
}

fn variables(path: &Path) -> Result<Variables, Failure> {
    let text = std::fs::read(path)
        .map_err(|error| Failure::file(path, "Portage's variables can't be read", &error))?;
    assignments(&text).map_err(|malformed| {
        let at = text.len().saturating_sub(malformed.left);
        let line = text[..at].split(|&byte| byte == b'\n').count();
        Failure::new(format!("{}:{line}: not an assignment as bash writes it", path.display()))
    })
}
