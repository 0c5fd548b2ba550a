//! Which installed packages the target itself declares, in which variables.

use std::collections::BTreeMap;

use hermitage_audit::{Class, Declaration};
use hermitage_depgraph::{
    Classes, Closure, DepClass, Member, Origin, PackageId, Policy, Query, RootKind,
};

use super::plain;
use crate::args::{ClosureArgs, TargetArgs};
use crate::closure::branch;
use crate::failure::Failure;
use crate::repository;
use crate::source::Machine;
use crate::target::Wanted;

/// The declarations by package.
#[derive(Debug)]
pub(crate) struct Declared {
    by_package: BTreeMap<(RootKind, PackageId), Vec<Declaration>>,
}

impl Declared {
    /// Resolves every class of the target, not only those of one phase.
    pub(crate) fn of(
        wanted: &Wanted,
        args: &ClosureArgs,
        machine: &Machine,
    ) -> Result<Self, Failure> {
        let query = Query::new(wanted.target.clone())
            .classes(Classes::ALL)
            .policy(Policy::Direct)
            .branch(branch(args.branch))
            .provided(machine.provided());
        let closure = query.resolve(&machine.roots())?;
        let mut by_package = BTreeMap::new();
        for member in closure.packages() {
            let mut found = Vec::new();
            collect(&closure, member, 0, &mut found);
            found.sort();
            found.dedup();
            by_package.insert((member.root(), member.package()), found);
        }
        Ok(Self { by_package })
    }

    /// The packages, each by the place whose database it is in.
    pub(super) fn iter(&self) -> impl Iterator<Item = (RootKind, PackageId, &[Declaration])> {
        self.by_package.iter().map(|(&(root, id), found)| (root, id, &found[..]))
    }
}

/// The target's own atoms that lead to a package, through virtuals and the like.
fn collect(closure: &Closure, member: &Member, depth: usize, found: &mut Vec<Declaration>) {
    const DEEPEST: usize = 16;
    for reason in member.reasons() {
        let (Some(atom), Some(class)) = (reason.link.atom(), reason.link.class()) else { continue };
        match reason.from {
            Origin::Target => {
                found.push(Declaration { class: class_of(class), atom: atom.to_owned() });
            }
            Origin::Member(id) if depth < DEEPEST => {
                let from = closure.member(id);
                if from.is_looked_through() {
                    collect(closure, from, depth + 1, found);
                }
            }
            _ => {}
        }
    }
}

fn class_of(class: DepClass) -> Class {
    match class {
        DepClass::Depend => Class::Depend,
        DepClass::Bdepend => Class::Bdepend,
        DepClass::Rdepend => Class::Rdepend,
        DepClass::Pdepend => Class::Pdepend,
        DepClass::Idepend => Class::Idepend,
    }
}

/// The USE flags that the target has, on or off.
pub(super) fn iuse(
    wanted: &Wanted,
    args: &TargetArgs,
    machine: &Machine,
) -> Result<Vec<String>, Failure> {
    let text = if let Some(id) = wanted.target.package_id() {
        let entry = machine.place(RootKind::Root).packages.entry(id);
        entry.field("IUSE")?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    } else {
        repository::metadata_of(args)?
            .map(|path| repository::metadata(&path))
            .transpose()?
            .map(|entry| entry.get("IUSE").unwrap_or_default().to_owned())
    };
    Ok(text.unwrap_or_default().split_ascii_whitespace().map(plain).collect())
}
