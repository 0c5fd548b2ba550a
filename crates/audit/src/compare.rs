//! What two builds of the same sources left, side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::tree::walk;
use crate::{Text, features, needed};

/// What a build left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results {
    files: BTreeSet<Text>,
    needed: BTreeMap<Text, BTreeSet<Text>>,
    features: BTreeMap<(Text, String), String>,
    closed: BTreeSet<Text>,
}

impl Results {
    /// Reads what is below a directory, and knows it by paths below `shown_as`. What may not be read is told by [`Results::warnings`].
    ///
    /// # Errors
    /// When a directory or file can't be read for another reason.
    pub fn scan(&mut self, directory: &Path, shown_as: &Path) -> io::Result<()> {
        let shown = |path: &Path| {
            let inside = shown_as.join(path.strip_prefix(directory).unwrap_or(path));
            Text::from(inside.as_os_str().as_bytes())
        };
        let closed = walk(directory, &mut |path, kind| {
            let name = shown(path);
            if kind.is_file() {
                match std::fs::read(path) {
                    Ok(content) => self.file(&name, &content),
                    Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                        self.closed.insert(name.clone());
                    }
                    Err(error) => {
                        let text = format!("{}: {error}", path.display());
                        return Err(io::Error::new(error.kind(), text));
                    }
                }
            }
            self.files.insert(name);
            Ok(())
        })?;
        self.closed.extend(closed.iter().map(|path| shown(path)));
        Ok(())
    }

    /// What could not be read, a sentence each.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.closed.iter().map(|path| format!("{path}: may not be read, and is not compared"))
    }

    /// Takes in a file.
    pub fn file(&mut self, path: &Text, content: &[u8]) {
        let libraries: BTreeSet<Text> = needed(content).into_iter().map(Text).collect();
        if !libraries.is_empty() {
            self.needed.insert(path.clone(), libraries);
        }
        for (name, value) in features::of(path.name(), content) {
            self.features.insert((path.clone(), name), value);
        }
        self.files.insert(path.clone());
    }
}

/// How a build that saw all of the host differs from one that saw what is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Features that were found in one and not in the other, by file and name.
    pub features: Vec<Feature>,
    /// Files that need other libraries.
    pub needed: Vec<Needed>,
    /// Files that only the build has that saw all of the host.
    pub only_with_host: Vec<Text>,
    /// Files that only the build has that saw what is declared.
    pub only_with_declared: Vec<Text>,
}

/// A feature that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Feature {
    /// The file that says so.
    pub file: Text,
    /// What it is called there.
    pub name: String,
    /// Its value when all of the host was visible; absent where it is not set.
    pub with_host: Option<String>,
    /// Its value when only what is declared was visible.
    pub with_declared: Option<String>,
}

/// A program or library that needs other libraries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Needed {
    /// The file.
    pub file: Text,
    /// What it needs only when all of the host was visible.
    pub only_with_host: Vec<Text>,
    /// What it needs only when nothing but what is declared was visible.
    pub only_with_declared: Vec<Text>,
}

impl Comparison {
    /// Compares two builds.
    pub fn of(host: &Results, declared: &Results) -> Self {
        let names: BTreeSet<_> = host.features.keys().chain(declared.features.keys()).collect();
        let differs =
            |name: &&&(Text, String)| host.features.get(**name) != declared.features.get(**name);
        let feature = |name: &(Text, String)| Feature {
            file: name.0.clone(),
            name: name.1.clone(),
            with_host: host.features.get(name).cloned(),
            with_declared: declared.features.get(name).cloned(),
        };
        // A file that only one has says nothing about what the other found.
        let in_both = |name: &&&(Text, String)| {
            host.files.contains(&name.0) && declared.files.contains(&name.0)
        };
        Self {
            features: names.iter().filter(differs).filter(in_both).copied().map(feature).collect(),
            needed: needed_differences(host, declared),
            only_with_host: host.files.difference(&declared.files).cloned().collect(),
            only_with_declared: declared.files.difference(&host.files).cloned().collect(),
        }
    }

    /// Whether the two are alike in all that is compared.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn needed_differences(host: &Results, declared: &Results) -> Vec<Needed> {
    let nothing = BTreeSet::new();
    let both = host.files.intersection(&declared.files);
    let pair = |file: &Text| {
        let (one, other) = (
            host.needed.get(file).unwrap_or(&nothing),
            declared.needed.get(file).unwrap_or(&nothing),
        );
        (one != other).then(|| Needed {
            file: file.clone(),
            only_with_host: one.difference(other).cloned().collect(),
            only_with_declared: other.difference(one).cloned().collect(),
        })
    };
    both.filter_map(pair).collect()
}
