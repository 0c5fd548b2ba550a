//! The repositories a `parent` file may name, and the little of a repository's layout that matters here.

use super::files::ProfileFiles;
use super::lines::lines;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Repository names and where the repositories are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repositories {
    locations: BTreeMap<String, PathBuf>,
}

impl Repositories {
    /// No repositories.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a repository.
    #[must_use]
    pub fn with(mut self, name: &str, location: impl Into<PathBuf>) -> Self {
        self.locations.insert(name.to_owned(), location.into());
        self
    }

    /// Reads the text of a `repos.conf`: `[name]` sections with a `location`. Later sections win.
    pub fn read_conf(&mut self, content: &[u8]) {
        let mut section = None;
        for (_, line) in lines(content) {
            let Ok(line) = std::str::from_utf8(line) else { continue };
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                section = Some(name.trim().to_owned()).filter(|name| name != "DEFAULT");
            } else if let (Some(name), Some(location)) = (&section, value_of(line, "location")) {
                self.locations.insert(name.clone(), PathBuf::from(location));
            }
        }
    }

    /// Reads `repos.conf` where it may be a file or a directory of files.
    ///
    /// # Errors
    /// A file that is there but can't be read.
    pub fn load(files: &impl ProfileFiles, conf: &Path) -> io::Result<Self> {
        let mut repositories = Self::new();
        let paths = files.list(conf)?.unwrap_or_else(|| vec![conf.to_owned()]);
        for path in paths {
            if let Some(content) = files.read(&path)? {
                repositories.read_conf(&content);
            }
        }
        Ok(repositories)
    }

    /// Where the repository is.
    pub fn location(&self, name: &str) -> Option<&Path> {
        self.locations.get(name).map(PathBuf::as_path)
    }
}

/// What `metadata/layout.conf` says about profiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    /// `portage-2`: `parent` may hold `repo:path` and `:path`.
    pub(crate) repository_parents: bool,
    /// `profile-set`: atoms without `*` in `packages` make up @profile.
    pub(crate) profile_set: bool,
}

impl Layout {
    pub(crate) fn parse(content: &[u8]) -> Self {
        let mut layout = Self::default();
        for (_, line) in lines(content) {
            let value = std::str::from_utf8(line).ok().and_then(|l| value_of(l, "profile-formats"));
            for format in value.unwrap_or_default().split_ascii_whitespace() {
                layout.repository_parents |= format == "portage-2";
                layout.profile_set |= format == "profile-set";
            }
        }
        layout
    }
}

fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (name, value) = line.split_once('=')?;
    (name.trim() == key).then(|| value.trim())
}
