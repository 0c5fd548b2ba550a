use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use hermitage_mountns::ByteString;
use hermitage_view::digest::{Content, Item, Sum, What};
use serde::{Deserialize, Serialize};

use super::shown;
use crate::digest::Inputs;
use crate::failure::Failure;

/// What a command left in the writable trees.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// What is no longer there, a directory after what it held.
    pub(super) gone: Vec<ByteString>,
    /// What is new or another, a directory before what it holds.
    pub(super) left: Vec<Left>,
}

/// A path that is new or another.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Left {
    pub(super) path: ByteString,
    /// Seconds and nanoseconds since 1970.
    pub(super) time: (i64, i64),
    pub(super) what: Thing,
}

/// What it is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Thing {
    Dir {
        mode: u32,
    },
    File {
        mode: u32,
        content: String,
    },
    /// Another name of a file that stands before it in the list.
    Same {
        as_path: ByteString,
    },
    Symlink {
        target: ByteString,
    },
}

impl Outcome {
    /// What came, went and changed; refuses when anything else changed as well, or what is left can't be put there again.
    pub(super) fn between(before: &Inputs, after: &Inputs) -> Result<Self, Failure> {
        if before.rest != after.rest {
            return Err(Failure::new("something else that it sees changed while it ran"));
        }
        let (old, new) = (by_path(before), by_path(after));
        let mut gone: Vec<ByteString> =
            old.keys().filter(|path| !new.contains_key(*path)).map(|path| shown(path)).collect();
        gone.reverse();
        let mut names = BTreeMap::new();
        let mut left = Vec::new();
        for (path, item) in new {
            if old.get(path).is_none_or(|before| before.what != item.what) {
                left.push(Left::of(item, &before.root, &mut names)?);
            }
        }
        Ok(Self { gone, left })
    }
}

fn by_path(inputs: &Inputs) -> BTreeMap<&[u8], &Item> {
    inputs.items.iter().map(|item| (&item.path[..], item)).collect()
}

impl Left {
    fn of(
        item: &Item,
        root: &Path,
        names: &mut BTreeMap<(u64, u64), ByteString>,
    ) -> Result<Self, Failure> {
        let path = shown(&item.path);
        let place = place(root, &path);
        let meta = std::fs::symlink_metadata(&place)
            .map_err(|error| Failure::file(&place, "can't be looked at", &error))?;
        let what = match &item.what {
            What::Dir { closed: true, .. } | What::File { content: Content::Closed, .. } => {
                return Err(Failure::new(format!("{path} may not be read")));
            }
            What::Dir { mode, .. } => Thing::Dir { mode: *mode },
            What::Symlink { target } => Thing::Symlink { target: shown(target) },
            What::Special { .. } => {
                return Err(Failure::new(format!("{path} is a device, pipe or socket")));
            }
            What::File { mode, content, .. } => {
                let name = (meta.dev(), meta.ino());
                if let Some(known) = names.get(&name) {
                    Thing::Same { as_path: known.clone() }
                } else {
                    names.insert(name, path.clone());
                    Thing::File { mode: *mode, content: content.to_string() }
                }
            }
        };
        Ok(Self { path, time: (meta.mtime(), meta.mtime_nsec()), what })
    }

    /// The sum of the content of a file.
    pub(super) fn content(&self) -> Option<Sum> {
        match &self.what {
            Thing::File { content, .. } => Sum::parse(content),
            _ => None,
        }
    }
}

/// Where a path of the view is outside.
pub(super) fn place(root: &Path, path: &ByteString) -> PathBuf {
    let path = path.as_bytes();
    root.join(std::ffi::OsStr::from_bytes(path.strip_prefix(b"/").unwrap_or(path)))
}
