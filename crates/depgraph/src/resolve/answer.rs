//! What a dependency specification comes to, by itself: without the text it was parsed from.

use super::pick::{Found, Hit, Missing, Picked, Picker, Picking};
use crate::class::DepClass;
use crate::closure::{Choice, Gathered, Link, Span, Text};
use crate::policy::BranchPolicy;
use crate::source::{Source, SourceError};
use crate::table::PackageId;
use hermitage_atom::Cpv;
use std::sync::Arc;

/// What the dependencies of one class come to.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// What satisfies them, and how each package is asked for.
    pub(super) found: Vec<(PackageId, Link)>,
    pub(super) missing: Vec<Missing>,
    pub(super) blocked: Vec<Hit>,
    pub(super) provided: Vec<(String, Cpv)>,
}

impl Answer {
    /// The text of all atoms and groups is kept in one piece of memory.
    pub(super) fn new(class: DepClass, picked: Picked<'_>) -> Self {
        let Picked { found, choices, missing, blocked, provided } = picked;
        if found.is_empty() {
            return Self { found: Vec::new(), missing, blocked, provided };
        }
        let length = found.iter().map(|found| found.atom.len()).sum::<usize>();
        let mut gathered = Gathered { text: String::with_capacity(2 * length) };
        let groups: Vec<_> = choices.iter().map(|picking| gathered.add(picking.group)).collect();
        let atoms: Vec<_> = found.iter().map(|found| gathered.add_str(found.atom)).collect();
        let whole = gathered.done();
        let choices: Vec<_> =
            choices.iter().zip(groups).map(|choice| settled(&whole, choice)).collect();
        let link = |(found, span): (Found<'_>, Span)| {
            let Found { package, choice, preserved, .. } = found;
            let atom = Text::of(&whole, span);
            let choice = choice.map(|choice| Arc::clone(&choices[choice]));
            (package, Link::Dependency { class, atom, choice, preserved })
        };
        let found = found.into_iter().zip(atoms).map(link).collect();
        Self { found, missing, blocked, provided }
    }
}

/// What the dependencies of a package come to among the packages of its own source, which may know it from an earlier
/// query.
pub(crate) fn own(
    source: &dyn Source,
    package: PackageId,
    class: DepClass,
    branch: BranchPolicy,
) -> Result<Arc<Answer>, SourceError> {
    let work_out = || {
        let spec = source.dependencies(package, class)?;
        let asker = source.packages().get(package);
        let flags = |flag: &str| asker.is_enabled(flag);
        let picker = Picker { source, branch, provided: &[], flags: &flags, eapi: asker.eapi() };
        Ok(Answer::new(class, picker.pick(spec)))
    };
    match source.answers() {
        Some(answers) => {
            answers.get_or_try((source.packages().len(), package), class, branch, work_out)
        }
        None => work_out().map(Arc::new),
    }
}

fn settled(whole: &Arc<str>, (picking, group): (&Picking<'_>, Span)) -> Arc<Choice> {
    let group = Text::of(whole, group);
    Arc::new(Choice { group, branch: picking.branch, of: picking.of })
}
