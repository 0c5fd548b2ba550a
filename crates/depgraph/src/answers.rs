//! What has been worked out of dependencies, kept from query to query.

use crate::class::DepClass;
use crate::policy::BranchPolicy;
use crate::resolve::Answer;
use crate::table::PackageId;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What the dependencies of a source's packages come to among its own packages: a place for a source to keep it, so that
/// a second query over the same packages need not match their atoms again. See
/// [`Source::answers`](crate::Source::answers).
///
/// 1. An answer depends on the package, the class and the branch policy alone. What else a query may say, like
///    `package.provided`, keeps it from using answers.
/// 2. A copy starts empty.
#[derive(Default)]
pub struct Answers {
    by_branch: [OnceLock<Box<[Slot]>>; 2],
}

type Slot = OnceLock<Arc<Answer>>;

impl Answers {
    /// Gives what is kept, or else keeps what `answer` works out; `packages` is how many packages the source has.
    pub(crate) fn get_or_try<E>(
        &self,
        (packages, package): (usize, PackageId),
        class: DepClass,
        branch: BranchPolicy,
        answer: impl FnOnce() -> Result<Answer, E>,
    ) -> Result<Arc<Answer>, E> {
        let empty = || (0..packages * DepClass::ALL.len()).map(|_| Slot::new()).collect();
        let slots = self.by_branch[branch as usize].get_or_init(empty);
        let slot = &slots[package.index() * DepClass::ALL.len() + class as usize];
        if let Some(known) = slot.get() {
            return Ok(Arc::clone(known));
        }
        let answer = Arc::new(answer()?);
        // Another thread may have been faster; both have worked out the same.
        Ok(Arc::clone(slot.get_or_init(|| answer)))
    }
}

impl Clone for Answers {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.by_branch.iter().filter_map(OnceLock::get).flatten();
        let kept = kept.filter(|slot| slot.get().is_some()).count();
        f.debug_struct("Answers").field("kept", &kept).finish()
    }
}
