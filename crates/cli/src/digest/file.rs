//! A description as a file.

use std::path::Path;

use hermitage_mountns::ByteString;
use hermitage_view::Kind;
use hermitage_view::digest::{Content, Description, Item, Sum, What};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The number of the file's form.
const SCHEMA: u32 = 1;

/// `{"schema":1,"digest":"sha256:...","facts":[["env","LANG","C"],...],"packages":[...],"paths":[...]}`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saved {
    schema: u32,
    digest: String,
    facts: Vec<Vec<ByteString>>,
    packages: Vec<SavedPackage>,
    paths: Vec<SavedPath>,
}

/// Who owns paths, and the digest of these.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedPackage {
    name: String,
    digest: String,
}

/// A path; numbers are as in the record that it stands for.
#[derive(Debug, Serialize, Deserialize)]
struct SavedPath {
    path: ByteString,
    #[serde(flatten)]
    what: SavedWhat,
    /// By place in the list of packages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    packages: Vec<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum SavedWhat {
    Dir {
        mode: u32,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        closed: bool,
    },
    File {
        mode: u32,
        size: u64,
        content: String,
    },
    Symlink {
        target: ByteString,
    },
    CharDevice {
        mode: u32,
    },
    BlockDevice {
        mode: u32,
    },
    Fifo {
        mode: u32,
    },
    Socket {
        mode: u32,
    },
}

impl Saved {
    pub(super) fn of(description: &Description) -> Self {
        let sums = description.owner_digests();
        let package = |(name, sum): (&String, Sum)| SavedPackage {
            name: name.clone(),
            digest: sum.to_string(),
        };
        let fact = |fact: &Vec<Vec<u8>>| fact.iter().map(|field| field[..].into()).collect();
        let mut facts: Vec<Vec<ByteString>> = description.facts.iter().map(fact).collect();
        facts.sort();
        Self {
            schema: SCHEMA,
            digest: description.digest().to_string(),
            facts,
            packages: description.owners.iter().zip(sums).map(package).collect(),
            paths: description.items.iter().map(SavedPath::of).collect(),
        }
    }

    /// Reads a file, and makes sure that it is whole: its own digest is that of what it says.
    pub(super) fn read(path: &Path) -> Result<Description, Failure> {
        let text = std::fs::read(path)
            .map_err(|error| Failure::file(path, "the description can't be read", &error))?;
        let advice =
            "A description comes from \"hermitage digest --format json\" of the same version.";
        let saved: Self = serde_json::from_slice(&text)
            .map_err(|error| Failure::in_file(path, &error).advise(advice))?;
        let wrong = |what: &str| Failure::new(format!("{}: {what}", path.display())).advise(advice);
        if saved.schema != SCHEMA {
            return Err(wrong(&format!("schema {} is not known", saved.schema)));
        }
        let digest = saved.digest.clone();
        let description = saved.description().ok_or_else(|| wrong("a content is no sum"))?;
        if description.digest().to_string() != digest {
            return Err(wrong("what it describes has another digest than it says"));
        }
        Ok(description)
    }

    fn description(self) -> Option<Description> {
        let fact = |fact: Vec<ByteString>| fact.into_iter().map(|field| field.0).collect();
        Some(Description {
            facts: self.facts.into_iter().map(fact).collect(),
            owners: self.packages.into_iter().map(|package| package.name).collect(),
            items: self.paths.into_iter().map(SavedPath::item).collect::<Option<_>>()?,
        })
    }
}

impl SavedPath {
    fn of(item: &Item) -> Self {
        let what = match &item.what {
            What::Dir { mode, closed } => SavedWhat::Dir { mode: *mode, closed: *closed },
            What::File { mode, size, content } => {
                SavedWhat::File { mode: *mode, size: *size, content: content.to_string() }
            }
            What::Symlink { target } => SavedWhat::Symlink { target: target[..].into() },
            What::Special { kind, mode } => special(*kind, *mode),
        };
        Self { path: item.path[..].into(), what, packages: item.owners.clone() }
    }

    fn item(self) -> Option<Item> {
        let special = |kind, mode| What::Special { kind, mode };
        let what = match self.what {
            SavedWhat::Dir { mode, closed } => What::Dir { mode, closed },
            SavedWhat::File { mode, size, content } => {
                What::File { mode, size, content: Content::parse(&content)? }
            }
            SavedWhat::Symlink { target } => What::Symlink { target: target.0 },
            SavedWhat::CharDevice { mode } => special(Kind::CharDev, mode),
            SavedWhat::BlockDevice { mode } => special(Kind::BlockDev, mode),
            SavedWhat::Fifo { mode } => special(Kind::Fifo, mode),
            SavedWhat::Socket { mode } => special(Kind::Socket, mode),
        };
        Some(Item { path: self.path.0, what, owners: self.packages })
    }
}

fn special(kind: Kind, mode: u32) -> SavedWhat {
    match kind {
        Kind::CharDev => SavedWhat::CharDevice { mode },
        Kind::BlockDev => SavedWhat::BlockDevice { mode },
        Kind::Socket => SavedWhat::Socket { mode },
        // What is none of these has an item of its own.
        Kind::Fifo | Kind::File | Kind::Dir | Kind::Symlink => SavedWhat::Fifo { mode },
    }
}
