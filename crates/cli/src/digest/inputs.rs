//! All that a command sees, what its writable trees hold apart from the rest.
//!
//! The rest is mostly as it was the last time, so its digest is kept. The trees are what changes, and are looked at every time.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hermitage_mountns::{Bind, ByteString};
use hermitage_view::RealHost;
use hermitage_view::digest::{Description, Fact, Item, Sum, describe_tree, identity};
use hermitage_view::paths::is_within;
use serde::{Deserialize, Serialize};

use super::describe::{Asked, Described, describe, inside, keep_sums};
use super::files::{Files, Trust};
use super::hashes::Hashes;
use super::identity::running;
use super::kept::{Kept, Store};
use super::tree_at;
use crate::cache::{Busy, Key, Watched, sums};
use crate::failure::Failure;
use crate::import::cache_directory;
use crate::report::Reporter;
use crate::source::outside;
use crate::{plan, pure};

/// All that a command sees.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// The identity of everything but what is in the writable trees.
    pub(crate) rest: Sum,
    /// What is in the writable trees, a directory before what it holds.
    pub(crate) items: Vec<Item>,
    /// The directory of the host that the paths of the view start at.
    pub(crate) root: PathBuf,
}

/// What has to be known of a view to run something in it, and not of what is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Setting {
    host_root: ByteString,
    binds: Vec<Bind>,
    trees: Vec<ByteString>,
    /// Whether the caller's directory is visible.
    here: bool,
    /// When the target was made, if that is known.
    epoch: Option<u64>,
}

/// The digest of the rest, and what is declared.
struct Rest {
    view: Sum,
    facts: Vec<Fact>,
    setting: Setting,
}

impl Inputs {
    /// Finds them out; what is remembered of the rest is taken when nothing of it has changed since.
    pub(crate) fn of(
        asked: Asked<'_>,
        command: &[OsString],
        reporter: Reporter,
    ) -> Result<Self, Failure> {
        let Rest { view, mut facts, setting } = Rest::of(asked, reporter)?;
        let Setting { host_root, binds, trees, here, epoch } = setting;
        let mut plan = plan::of_index(host_root.clone(), binds, asked.run, |_| here);
        pure::set_epoch(&mut plan, asked.run, epoch);
        facts.extend(running(&plan, command));
        let root = host_root.as_path().to_owned();
        let items = items(&root, &trees, reporter)?;
        Ok(Self { rest: identity(&view, &facts), items, root })
    }

    /// The identity of all of it.
    pub(crate) fn digest(&self) -> Sum {
        let rest = vec![b"rest".to_vec(), self.rest.hex().into()];
        let items = self.items.clone();
        Description { facts: vec![rest], owners: Vec::new(), items }.digest()
    }
}

impl Rest {
    fn of(asked: Asked<'_>, reporter: Reporter) -> Result<Self, Failure> {
        let began = SystemTime::now();
        let store = Store::of(&cache_directory()?);
        let here = current_directory();
        let key = Key::of(asked.target, asked.closure, asked.view)?.of_inputs(&here);
        if let Some(Kept { view, facts, setting: Some(setting), .. }) = store.find(&key)
            && setting.trees.iter().all(|tree| is_directory(&setting, tree))
        {
            return Ok(Self { view, facts, setting });
        }
        let described = describe(asked, Trust::Recorded, reporter)?;
        let setting = Setting::of(&described, asked, &here)?;
        let watched = watched(&described, &setting, asked);
        let Description { facts, mut items, .. } = described.description;
        items.retain(|item| !setting.is_in_tree(&item.path));
        let view = Description { items, ..Description::default() }.view_digest();
        let rest = Self { view, facts, setting };
        if let Err(error) = store.keep(&key, &rest.kept(), &watched, began) {
            reporter.detail(format_args!("the digest is not kept: {error}"));
        }
        Ok(rest)
    }

    fn kept(&self) -> Kept {
        let (facts, setting) = (self.facts.clone(), Some(self.setting.clone()));
        Kept { view: self.view, facts, warnings: Vec::new(), setting }
    }
}

impl Setting {
    fn of(described: &Described, asked: Asked<'_>, here: &Path) -> Result<Self, Failure> {
        let Described { visible, epoch, .. } = described;
        let (plan, top, base) = plan::of_names(visible, asked.run, &|_| false)?;
        let mut trees = Vec::new();
        for path in &visible.write {
            let tree = tree_at(&visible.view, path).ok_or_else(|| {
                Failure::new(format!("--write {}: --memo takes directories only", path.display()))
                    .advise("Give the directory that it is in.")
            })?;
            trees.push(ByteString(tree));
        }
        let here = plan::has_directory(&top, &base, here.as_os_str().as_encoded_bytes());
        let (host_root, binds) = (plan.host_root, plan.binds);
        Ok(Self { host_root, binds, trees, here, epoch: *epoch })
    }

    fn is_in_tree(&self, path: &[u8]) -> bool {
        is_in(path, &self.trees)
    }
}

/// Everything that the rest comes from. Of directories in which others make things only what the view has of them.
fn watched(described: &Described, setting: &Setting, asked: Asked<'_>) -> Watched {
    let visible = &described.visible;
    let busy = Busy::of(&visible.view, &setting.binds, asked.view);
    let root = setting.host_root.as_bytes();
    let root = root.strip_suffix(b"/").unwrap_or(root);
    let is_other = |path: &&ByteString| {
        let inside = path.as_bytes().strip_prefix(root);
        inside.is_none_or(|path| {
            !setting.is_in_tree(path) && !busy.iter().any(|busy| busy.dir.as_bytes() == path)
        })
    };
    let paths = described.watched.iter().filter(is_other).cloned().collect();
    Watched::around(paths, root, &busy)
}

/// What is in the trees, by path; a directory's path is the beginning of what it holds.
fn items(root: &Path, trees: &[ByteString], reporter: Reporter) -> Result<Vec<Item>, Failure> {
    let host = RealHost::new(root);
    let cache = cache_directory()?;
    let hashes = Hashes::open(sums(&cache));
    let files = Files::below(root, &hashes, Trust::Recorded);
    let without = inside(&cache, root);
    let mut items = Vec::new();
    for tree in trees {
        items.extend(describe_tree(tree.as_bytes(), &host, &without, &files)?);
    }
    // One tree can be in another.
    items.sort_by(|a, b| a.path.cmp(&b.path));
    items.dedup_by(|a, b| a.path == b.path);
    keep_sums(&hashes, reporter);
    Ok(items)
}

fn is_directory(setting: &Setting, tree: &ByteString) -> bool {
    let place = outside(setting.host_root.as_path(), tree.as_path());
    place.symlink_metadata().is_ok_and(|meta| meta.is_dir())
}

/// Whether a path of the view is one of these trees, or in one.
fn is_in(path: &[u8], trees: &[ByteString]) -> bool {
    trees.iter().any(|tree| is_within(path, tree))
}

/// Where a command starts that is not told where.
#[allow(clippy::disallowed_methods, reason = "this is the command line")]
fn current_directory() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}
