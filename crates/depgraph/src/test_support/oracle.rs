//! What a closure has to be, clear more than efficient.

use super::model::{Model, ModelAtom, ModelDep, ModelPackage};
use crate::class::DepClass;
use crate::policy::{BranchPolicy, Policy};
use crate::source::Holding;
use std::collections::BTreeSet;

/// What the oracle says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The packages of the closure.
    pub packages: BTreeSet<String>,
    /// Who asks for something that is not there (`target` for the target), and the dependency.
    pub missing: BTreeSet<(String, String)>,
}

/// The closure of a target with these dependencies and no flags.
///
/// [`Policy::RuntimeOnly`] also follows what packages need while they are installed; [`Policy::DirectLoadable`] is taken
/// for [`Policy::Direct`], since a model has no files.
pub fn closure(
    model: &Model,
    dependencies: &[ModelDep],
    policy: Policy,
    branch: BranchPolicy,
) -> Answer {
    let oracle = Oracle { model, branch };
    let mut answer = Answer::default();
    let mut pending = oracle.needs("target", false, dependencies, &mut answer);
    while let Some(package) = pending.pop() {
        if !answer.packages.insert(package.cpv()) {
            continue;
        }
        let transitive = matches!(policy, Policy::DirectRuntime | Policy::RuntimeOnly);
        if transitive || is_looked_through(package) {
            let mut classes = vec![DepClass::Rdepend, DepClass::Pdepend];
            if policy == Policy::RuntimeOnly {
                classes.push(DepClass::Idepend);
            }
            for class in classes {
                let on = package.flag == Some(true);
                let needs = package.dependencies(class);
                pending.extend(oracle.needs(&package.cpv(), on, needs, &mut answer));
            }
        }
    }
    answer
}

/// Whether the dependencies of a package count as those of whoever asks for it.
pub fn is_looked_through(package: &ModelPackage) -> bool {
    package.holding != Holding::Files
        || package.name.starts_with("virtual/")
        || package.name.starts_with("app-alternatives/")
}

struct Oracle<'a> {
    model: &'a Model,
    branch: BranchPolicy,
}

impl<'a> Oracle<'a> {
    /// The packages that dependencies lead to, for a package whose flag `x` is on or off.
    fn needs(
        &self,
        asker: &str,
        on: bool,
        dependencies: &[ModelDep],
        answer: &mut Answer,
    ) -> Vec<&'a ModelPackage> {
        let mut needed = Vec::new();
        for dependency in dependencies {
            match dependency {
                ModelDep::Atom(atom) => {
                    let found = self.find(atom);
                    if found.is_empty() {
                        answer.missing.insert((asker.to_owned(), dependency.to_string()));
                    }
                    needed.extend(found);
                }
                ModelDep::AllOf(all) => needed.extend(self.needs(asker, on, all, answer)),
                ModelDep::When(state, all) if *state == on => {
                    needed.extend(self.needs(asker, on, all, answer));
                }
                ModelDep::Blocker(_) | ModelDep::When(..) => {}
                ModelDep::AnyOf(members) => {
                    let good: Vec<_> = members
                        .iter()
                        .filter(|member| asks(member, on) && self.satisfied(member, on))
                        .collect();
                    if good.is_empty() {
                        answer.missing.insert((asker.to_owned(), dependency.to_string()));
                    }
                    let taken = match self.branch {
                        BranchPolicy::First => good.into_iter().take(1).collect(),
                        BranchPolicy::All => good,
                    };
                    for member in taken {
                        let member = std::slice::from_ref(member);
                        needed.extend(self.needs(asker, on, member, answer));
                    }
                }
            }
        }
        needed
    }

    fn satisfied(&self, dependency: &ModelDep, on: bool) -> bool {
        match dependency {
            ModelDep::Atom(atom) => !self.find(atom).is_empty(),
            ModelDep::Blocker(atom) => !self.model.packages.iter().any(|p| atom.matches(p)),
            ModelDep::AllOf(all) => all.iter().all(|member| self.satisfied(member, on)),
            ModelDep::When(state, all) => {
                *state != on || all.iter().all(|member| self.satisfied(member, on))
            }
            ModelDep::AnyOf(members) => {
                members.iter().any(|member| asks(member, on) && self.satisfied(member, on))
            }
        }
    }

    fn find(&self, atom: &ModelAtom) -> Vec<&'a ModelPackage> {
        let mut found: Vec<_> = self.model.packages.iter().filter(|p| atom.matches(p)).collect();
        found.sort_by_key(|package| std::cmp::Reverse(package.version));
        if self.branch == BranchPolicy::First {
            found.truncate(1);
        }
        found
    }
}

/// Whether a member of `||` asks for anything: what stands under a condition that does not apply does not.
fn asks(dependency: &ModelDep, on: bool) -> bool {
    match dependency {
        ModelDep::Atom(_) | ModelDep::Blocker(_) | ModelDep::AnyOf(_) => true,
        ModelDep::AllOf(members) => members.iter().any(|member| asks(member, on)),
        ModelDep::When(state, members) => {
            *state == on && members.iter().any(|member| asks(member, on))
        }
    }
}
