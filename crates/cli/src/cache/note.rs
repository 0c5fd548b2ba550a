use hermitage_mountns::{Bind, ByteString, Index, Plan};
use serde::{Deserialize, Serialize};

use super::state::State;

/// The number of the note's form.
const SCHEMA: u32 = 1;

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
    /// The paths outside of the tree that decided on something.
    pub(crate) witnesses: Vec<ByteString>,
    /// What is mounted over: the host's directories below do not matter.
    covered: Vec<ByteString>,
    /// The state of all of them and of the tree's directories.
    pub(crate) state: State,
}

impl Note {
    pub(crate) fn new(
        plan: &Plan,
        base: String,
        warnings: Vec<String>,
        witnesses: Vec<ByteString>,
        state: State,
    ) -> Self {
        Self {
            schema: SCHEMA,
            base,
            host_root: plan.host_root.clone(),
            binds: plan.binds.clone(),
            files: plan.entries.len(),
            warnings,
            witnesses,
            covered: plan.covered(),
            state,
        }
    }

    /// The state that a view which was just made belongs to.
    pub(crate) fn state(
        plan: &Plan,
        top: &Index,
        base: &Index,
        witnesses: &[ByteString],
    ) -> Option<State> {
        State::of(&everything(&plan.host_root, &plan.covered(), top, base, witnesses))
    }

    /// None when the bytes are no note of this version.
    pub(crate) fn of(index: &Index) -> Option<Self> {
        let note: Self = serde_json::from_slice(index.note()).ok()?;
        (note.schema == SCHEMA).then_some(note)
    }

    /// Whether the machine is in the state that the entry belongs to.
    pub(crate) fn holds(&self, top: &Index, base: &Index) -> bool {
        let paths = everything(&self.host_root, &self.covered, top, base, &self.witnesses);
        State::of(&paths).is_some_and(|state| state.same(&self.state))
    }
}

/// Every path whose state counts, in a fixed order, for the kernel: the witnesses, the directories of the tree, whose
/// names the host decides on, and the files whose content was worked over.
fn everything(
    host_root: &ByteString,
    covered: &[ByteString],
    top: &Index,
    base: &Index,
    witnesses: &[ByteString],
) -> Vec<ByteString> {
    let root = host_root.as_bytes().strip_suffix(b"/").unwrap_or(host_root.as_bytes());
    let inside = [top, base].into_iter().flat_map(Index::dirs_and_synthetic_files);
    let shown = inside.filter(|path| !is_covered(path, covered));
    let shown = shown.map(|path| ByteString([root, path.as_bytes()].concat()));
    witnesses.iter().cloned().chain(shown).collect()
}

fn is_covered(path: &ByteString, covered: &[ByteString]) -> bool {
    covered.iter().any(|cover| {
        let rest = path.as_bytes().strip_prefix(cover.as_bytes());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}
