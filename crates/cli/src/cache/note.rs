use hermitage_mountns::{Bind, ByteString, Index, Plan};
use hermitage_view::paths::is_within;
use serde::{Deserialize, Serialize};

use super::state::State;
use super::{Busy, watch};

/// The number of the note's form.
const SCHEMA: u32 = 4;

/// What an entry keeps beside the tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    schema: u32,
    /// The name of the base it lies over.
    pub(crate) base: String,
    pub(crate) host_root: ByteString,
    pub(crate) binds: Vec<Bind>,
    /// How many paths are visible.
    pub(crate) files: usize,
    /// What there was to be warned of.
    pub(crate) warnings: Vec<String>,
    /// When the target was made, if that is known.
    pub(crate) epoch: Option<u64>,
    /// The state of everything that is watched.
    pub(crate) state: State,
}

/// Every path whose state decides whether an entry fits the machine.
#[derive(Clone, Debug)]
pub(crate) struct Watched(Vec<u8>);

impl Watched {
    /// The paths outside of the tree that decided on something, the directories of the tree, whose names the host decides
    /// on, and the files whose content was worked over.
    pub(crate) fn of(
        plan: &Plan,
        top: &Index,
        base: &Index,
        witnesses: Vec<ByteString>,
        busy: &[Busy],
    ) -> Self {
        let root = plan.host_root.as_bytes();
        let root = root.strip_suffix(b"/").unwrap_or(root);
        // What is mounted over: the host's directories below do not matter.
        let covered = plan.covered();
        let inside = [top, base].into_iter().flat_map(Index::dirs_and_synthetic_files);
        let outside = |path: &ByteString| ByteString([root, path.as_bytes()].concat());
        let is_busy = |path: &ByteString| busy.iter().any(|busy| busy.dir == *path);
        let shown = inside.filter(|path| !is_covered(path, &covered) && !is_busy(path));
        let paths = witnesses.into_iter().chain(shown.map(|path| outside(&path))).collect();
        Self::around(paths, root, busy)
    }

    /// These paths of the host, in any order, and busy directories of the view whose root is there.
    pub(crate) fn around(paths: Vec<ByteString>, root: &[u8], busy: &[Busy]) -> Self {
        let outside = |path: &ByteString| ByteString([root, path.as_bytes()].concat());
        let busy = busy.iter().map(|it| Busy { dir: outside(&it.dir), names: it.names.clone() });
        Self(watch::write(paths, &busy.collect::<Vec<_>>()))
    }

    /// Just these paths of the host, in any order.
    pub(crate) fn paths(paths: Vec<ByteString>) -> Self {
        Self(watch::write(paths, &[]))
    }

    /// What [`as_bytes`](Self::as_bytes) gave.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// None when a path can't be looked at.
    pub(crate) fn state(&self) -> Option<State> {
        State::of(&watch::read(&self.0)?)
    }
}

impl Note {
    pub(crate) fn new(
        plan: &Plan,
        files: usize,
        base: String,
        warnings: Vec<String>,
        state: State,
    ) -> Self {
        Self {
            schema: SCHEMA,
            base,
            host_root: plan.host_root.clone(),
            binds: plan.binds.clone(),
            files,
            warnings,
            epoch: None,
            state,
        }
    }

    /// The bytes to be kept in an index: the length of the note as four bytes, little-endian, the note, and what is watched.
    pub(crate) fn with(&self, watched: &Watched) -> serde_json::Result<Vec<u8>> {
        let text = serde_json::to_vec(self)?;
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
        Ok([&length, &text[..], &watched.0].concat())
    }

    /// None when the bytes are no note of this version.
    pub(crate) fn of(index: &Index) -> Option<Self> {
        let note: Self = serde_json::from_slice(parts(index)?.0).ok()?;
        (note.schema == SCHEMA).then_some(note)
    }

    /// Whether the machine is in the state that an entry belongs to, whose note this is.
    pub(crate) fn holds(&self, index: &Index) -> bool {
        let groups = parts(index).and_then(|(_, watched)| watch::read(watched));
        let state = groups.and_then(|groups| State::of(&groups));
        state.is_some_and(|state| state.same(&self.state))
    }
}

/// The text of the note, and what is watched.
fn parts(index: &Index) -> Option<(&[u8], &[u8])> {
    let (length, rest) = index.note().split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

fn is_covered(path: &ByteString, covered: &[ByteString]) -> bool {
    covered.iter().any(|cover| is_within(path, cover))
}
