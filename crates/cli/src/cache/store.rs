use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use hermitage_mountns::{Index, WithNote};
use rustix::fs::FlockOperation;
use sha2::{Digest as _, Sha256};

use super::files::{self, Held, Item, remove, touch};
use super::key::hex;
use super::{Key, Note};
use crate::failure::Failure;
use crate::import::cache_directory;

const TOP: &str = "view";
const BASE: &str = "base";

/// The directory of the entries.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    dir: PathBuf,
}

/// An entry, and where it is.
#[derive(Debug)]
pub(crate) struct Stored {
    path: PathBuf,
    pub(crate) top: Index,
    pub(crate) base: Index,
    pub(crate) note: Note,
}

impl Store {
    /// Finds the directory, or makes it.
    pub(crate) fn open() -> Result<Self, Failure> {
        let dir = cache_directory()?.join("views");
        std::fs::create_dir_all(&dir)
            .map_err(|error| Failure::file(&dir, "can't be made", &error))?;
        Ok(Self { dir })
    }

    /// The entry of a key, if there is one, whether it fits the machine or not. A damaged one is as good as none.
    pub(crate) fn find(&self, key: &Key) -> Option<Stored> {
        self.read(self.path(key.as_str(), TOP))
    }

    fn read(&self, path: PathBuf) -> Option<Stored> {
        let top = Index::open(&path).ok()?;
        let note = Note::of(&top)?;
        let base = Index::open(&self.path(&note.base, BASE)).ok()?;
        (top.base_identity() == base.identity()).then_some(Stored { path, top, base, note })
    }

    /// Waits until nobody else makes the entry of this key. Where there are no locks, everybody makes it: slower, but
    /// as right.
    pub(crate) fn hold(&self, key: &Key) -> Option<Held> {
        files::lock(&self.path(key.as_str(), "lock"), FlockOperation::LockExclusive).ok()
    }

    /// Keeps a base; one of the same content is there once. Returns its name.
    pub(crate) fn keep_base(&self, base: &Index) -> io::Result<String> {
        let name = hex(&Sha256::digest(base.as_bytes()))[..32].to_owned();
        let path = self.path(&name, BASE);
        // Used now: nobody is to remove it before the entry that needs it is there.
        if Index::open(&path).is_err() || !touch(&path) {
            files::write(&path, &[base.as_bytes()])?;
        }
        Ok(name)
    }

    /// Keeps the entry of a key.
    pub(crate) fn keep(&self, key: &Key, top: &WithNote<'_>) -> io::Result<()> {
        files::write(&self.path(key.as_str(), TOP), &top.pieces())
    }

    /// Every file, the one that was not used for longest first.
    pub(crate) fn items(&self) -> io::Result<Vec<Item>> {
        files::items(&self.dir)
    }

    /// Removes what no entry needs; spares what is new, whose entry may be about to come.
    pub(super) fn sweep(&self) -> io::Result<u64> {
        let items = self.items()?;
        let tops = || items.iter().filter(|item| item.is(TOP));
        let needed: BTreeSet<String> = tops()
            .filter_map(|item| Some(Note::of(&Index::open(&item.path).ok()?)?.base))
            .chain(tops().filter_map(Item::name))
            .collect();
        let mut freed = 0;
        for item in items.iter().filter(|item| !item.is(TOP) && item.is_old()) {
            if item.name().is_none_or(|name| !needed.contains(&name)) {
                remove(&item.path)?;
                freed += item.bytes;
            }
        }
        Ok(freed)
    }

    /// Why a file is not one that would be used; none for one that is, and for locks.
    pub(crate) fn fault(&self, item: &Item) -> Option<String> {
        if !item.is(TOP) && !item.is(BASE) {
            return None;
        }
        match Index::open(&item.path) {
            Err(error) => Some(error.to_string()),
            Ok(_) if item.is(TOP) && self.read(item.path.clone()).is_none() => {
                Some("what it lies over is not there, or it is of another version".into())
            }
            Ok(_) => None,
        }
    }

    /// Where something may be kept that is worked out about the view of a key; it goes when that goes.
    pub(crate) fn beside(&self, key: &Key, kind: &str) -> PathBuf {
        self.path(key.as_str(), kind)
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    fn path(&self, name: &str, kind: &str) -> PathBuf {
        self.dir.join(format!("{name}.{kind}"))
    }
}

impl Stored {
    /// Whether it fits the machine as it is; notes that it was used if it does.
    pub(crate) fn holds(&self) -> bool {
        let holds = self.note.holds(&self.top);
        if holds {
            touch(&self.path);
        }
        holds
    }
}

impl Item {
    /// Whether it is the entry of a view.
    pub(crate) fn is_view(&self) -> bool {
        self.is(TOP)
    }

    /// Whether it is what several views share.
    pub(crate) fn is_base(&self) -> bool {
        self.is(BASE)
    }

    fn is(&self, kind: &str) -> bool {
        self.path.extension().is_some_and(|extension| extension == kind)
    }

    fn name(&self) -> Option<String> {
        Some(self.path.file_stem()?.to_str()?.to_owned())
    }

    pub(super) fn is_old(&self) -> bool {
        const WHILE: std::time::Duration = std::time::Duration::from_secs(60);
        self.used.elapsed().is_ok_and(|age| age > WHILE)
    }
}
