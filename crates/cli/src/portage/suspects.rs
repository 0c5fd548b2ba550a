//! Of a kept view, which files of it may be a finding when they are used.
//!
//! Whose files those are takes reading what all packages own, which takes longer than many a phase. So it is noted beside the
//! view, for this state of it, and phases that use none of them are known to be without findings.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hermitage_audit::{Class, Inventory as _, Package, PackageIdx, Role, Rules, Standing};

use crate::cache::{Key, Store, files};
use crate::check::MachineInventory;
use crate::failure::Failure;

const FORM: &[u8] = b"hermitage suspects 1";

/// Where the note about a view is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    store: Store,
    key: Key,
}

/// Paths as they are seen inside.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Suspects(BTreeSet<Vec<u8>>);

impl Place {
    pub(super) fn new(store: Store, key: Key) -> Self {
        Self { store, key }
    }

    /// What is noted about the view, if it is still the one of this identity.
    pub(super) fn read(&self, identity: u32) -> Option<Suspects> {
        Suspects::parse(&std::fs::read(self.path()).ok()?, identity)
    }

    /// Notes it about the view that is kept now. Where that can't be written it is found out again by the next phase.
    pub(super) fn note(&self, suspects: &Suspects) {
        let Some(stored) = self.store.find(&self.key) else { return };
        let text = suspects.text(stored.top.identity());
        let _unknown_then = files::write(&self.path(), &[&text]);
    }

    fn path(&self) -> PathBuf {
        self.store.beside(&self.key, "suspects")
    }
}

impl Suspects {
    /// Finds them among all that is installed.
    pub(super) fn of(
        inventory: &MachineInventory<'_>,
        rules: &Rules,
        inside: impl Fn(&[u8]) -> &[u8],
    ) -> Result<Self, Failure> {
        let packages = inventory.packages();
        let programs_of_system = needed_by_system(inventory)?;
        let files = inventory.files_of(|package| may_be_found(package, None))?.into_iter();
        let suspects = files.filter(|(package, path)| {
            let role = rules.role(inside(path));
            let of_system = role == Role::Program && programs_of_system.contains(package);
            !of_system && may_be_found(&packages[package.0], Some(role))
        });
        Ok(Self(suspects.map(|(_, path)| path).collect()))
    }

    pub(super) fn contains(&self, path: &[u8]) -> bool {
        self.0.contains(path)
    }

    /// The identity of a view and the paths, each with a NUL after it.
    fn text(&self, identity: u32) -> Vec<u8> {
        let head = [FORM, b" ", identity.to_string().as_bytes()].concat();
        let lines = [head].into_iter().chain(self.0.iter().cloned());
        lines.flat_map(|line| line.into_iter().chain([0])).collect()
    }

    fn parse(text: &[u8], identity: u32) -> Option<Self> {
        let mut lines = text.strip_suffix(b"\0")?.split(|&byte| byte == 0);
        let head = [FORM, b" ", identity.to_string().as_bytes()].concat();
        (lines.next()? == head).then(|| Self(lines.map(<[u8]>::to_vec).collect()))
    }
}

/// The packages that are there because one of @system needs them to run: the audit finds nothing in their programs, and most
/// phases run some.
fn needed_by_system(inventory: &MachineInventory<'_>) -> Result<BTreeSet<PackageIdx>, Failure> {
    let packages = inventory.packages();
    let mut needed = BTreeSet::new();
    for at in (0..packages.len()).map(PackageIdx) {
        if packages[at.0].standing == Standing::Indirect
            && inventory.is_needed_by_system(at).map_err(|error| Failure::caused(&error))?
        {
            needed.insert(at);
        }
    }
    Ok(needed)
}

/// Whether a file of a package may be a finding when it is used as this, or as anything.
///
/// The audit decides; this must not leave out anything that it would find: what is there for another package's sake, or declared
/// for one side alone.
fn may_be_found(package: &Package, role: Option<Role>) -> bool {
    let (depend, bdepend) = (package.is_in(Class::Depend), package.is_in(Class::Bdepend));
    match package.standing {
        Standing::Manager => true,
        Standing::Indirect => !matches!(role, Some(Role::Loadable | Role::Data)),
        Standing::Declared if depend == bdepend => false,
        Standing::Declared if depend => role.is_none_or(|role| role == Role::Program),
        Standing::Declared => role != Some(Role::Program),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspects(paths: &[&str]) -> Suspects {
        Suspects(paths.iter().map(|path| path.as_bytes().to_vec()).collect())
    }

    #[test]
    fn what_is_noted_is_read_for_the_same_view_only() {
        for known in [suspects(&[]), suspects(&["/usr/bin/a\nb", "/usr/include/z.h"])] {
            let text = known.text(7);
            assert_eq!(Suspects::parse(&text, 7), Some(known));
            assert_eq!(Suspects::parse(&text, 8), None);
            assert_eq!(Suspects::parse(&text[..text.len() - 1], 7), None);
            assert_eq!(Suspects::parse(b"", 7), None);
        }
    }

    #[test]
    fn what_is_declared_for_one_side_is_suspect_on_the_other() {
        let declared = |classes: &[Class]| Package {
            standing: Standing::Declared,
            ..Package::new("dev-libs/a", "1").declared_in(classes)
        };
        let found = |package: &Package, role| may_be_found(package, Some(role));
        let (depend, bdepend) = (declared(&[Class::Depend]), declared(&[Class::Bdepend]));
        assert!(found(&depend, Role::Program) && !found(&depend, Role::Header));
        assert!(!found(&bdepend, Role::Program) && found(&bdepend, Role::Header));
        let both = declared(&[Class::Depend, Class::Bdepend]);
        assert!(!found(&both, Role::Program) && !may_be_found(&both, None));
        let indirect = Package { standing: Standing::Indirect, ..Package::new("dev-libs/a", "1") };
        assert!(found(&indirect, Role::Header) && may_be_found(&indirect, None));
        assert!(!found(&indirect, Role::Loadable));
    }
}
