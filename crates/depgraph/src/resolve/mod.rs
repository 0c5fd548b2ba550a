//! Answering a query.
//!
//! The target's own dependencies start a breadth-first walk over the runtime dependencies of what they lead to; @system
//! starts a second one over the same packages. Whatever a package asks for is worked out once.

mod answer;
mod finish;
mod loadable;
mod pick;
mod reasons;
mod walk;

use crate::closure::Closure;
use crate::error::Error;
use crate::query::{Query, RootKind, Roots};
pub(crate) use answer::Answer;
#[cfg(feature = "vdb")]
pub(crate) use answer::own as own_answer;
use walk::Walk;

pub(crate) fn resolve(query: &Query, roots: &Roots<'_>) -> Result<Closure, Error> {
    let mut walk = Walk::new(query, roots);
    walk.start_at_target()?;
    walk.start_at_system()?;
    let closure = finish::finish(walk)?;
    // What could not be read was taken for absent on the way.
    RootKind::ALL.iter().find_map(|&kind| roots.source(kind).failure()).map_or(Ok(closure), Err)
}
