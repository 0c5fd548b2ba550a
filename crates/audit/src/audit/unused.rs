//! Packages that are declared for the build and were not touched.

use std::collections::BTreeSet;

use hermitage_view::NodeKind;

use super::Audit;
use super::group::{Groups, Subject};
use super::looks::Looks;
use crate::Error;
use crate::inventory::{Class, Package, PackageIdx, Standing};
use crate::report::{Kind, Severity};
use crate::rules::Role;

pub(super) fn find(
    audit: &Audit<'_>,
    looks: &Looks<'_>,
    groups: &mut Groups<'_>,
) -> Result<(), Error> {
    let mut touched: BTreeSet<PackageIdx> = BTreeSet::new();
    for look in &looks.used {
        // That a declared program needs a library to run is not a use of the library by the build.
        if look.role == Role::Loadable && audit.is_tools_own(looks, look)? {
            continue;
        }
        touched.extend(&look.owners);
    }
    let mut wholes = BTreeSet::new();
    for &part in &touched {
        wholes.extend(audit.whole_of(part)?);
    }
    touched.extend(wholes);
    let packages = audit.inventory.packages();
    let for_build =
        |package: &Package| package.is_in(Class::Depend) || package.is_in(Class::Bdepend);
    // Of several packages that one atom brought in, by way of a virtual, one must be touched.
    let is_atom_touched = |atom: &str| {
        touched.iter().any(|at| packages[at.0].declared.iter().any(|other| other.atom == atom))
    };
    let owners = owners_of_files(audit);
    for (at, package) in packages.iter().enumerate() {
        let is_touched = package.declared.iter().any(|declared| is_atom_touched(&declared.atom));
        if package.standing == Standing::Declared
            && for_build(package)
            && !is_touched
            && !audit.rules.is_implicit(&package.name)
            && owners.as_ref().is_none_or(|owners| owners.contains(&package.cpv[..]))
        {
            groups.nothing(Kind::Unused, Subject::Package(PackageIdx(at)), Severity::Note);
        }
    }
    Ok(())
}

/// The packages that own anything in view that could have been touched, by name and version; `None` without a view.
fn owners_of_files<'v>(audit: &Audit<'v>) -> Option<BTreeSet<&'v str>> {
    let files = audit.view?.iter().filter(|node| !matches!(node.kind(), NodeKind::Dir { .. }));
    Some(files.flat_map(|node| node.owner_labels()).collect())
}
