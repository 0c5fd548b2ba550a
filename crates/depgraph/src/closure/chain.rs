//! Why a package is in a closure, step by step.

use super::Closure;
use super::member::{Link, MemberId, Origin};
use hermitage_atom::{Cpv, Printable};
use std::fmt;

/// A chain of packages, each asked for by the one before it. It prints as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// What it starts from: the label of the target, or `@system`.
    pub start: String,
    /// The steps in order; the last one is the package that was asked about.
    pub steps: Vec<Step>,
}

/// One step of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How the package is asked for.
    pub link: Link,
    /// The package.
    pub cpv: Cpv,
}

impl Chain {
    pub(super) fn start(closure: &Closure, origin: Origin) -> Self {
        let start = if origin == Origin::System { "@system" } else { closure.label() };
        Self { start: start.to_owned(), steps: Vec::new() }
    }

    pub(super) fn along(closure: &Closure, way: &[(MemberId, usize)]) -> Self {
        let reason = |&(id, place): &(MemberId, usize)| &closure.member(id).reasons()[place];
        let origin = way.first().map_or(Origin::Target, |first| reason(first).from);
        let step = |at: &(MemberId, usize)| Step {
            link: reason(at).link.clone(),
            cpv: closure.member(at.0).cpv().clone(),
        };
        let steps = way.iter().map(step).collect();
        Self { steps, ..Self::start(closure, origin) }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Printable(&self.start))?;
        for Step { link, cpv } in &self.steps {
            match link {
                Link::Itself => {}
                Link::System { atom } => write!(f, " --{atom}--> {cpv}")?,
                Link::Dependency { class, atom, .. } => write!(f, " --{class} {atom}--> {cpv}")?,
            }
        }
        Ok(())
    }
}
