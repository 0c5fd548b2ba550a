//! Looks with what is known about the path and who asked.

use std::collections::BTreeMap;

use crate::inventory::{Inventory, OnHost, PackageIdx};
use crate::rules::{Role, Rules};
use crate::{Access, Error, Trace};

/// A look that may mean something.
#[derive(Debug)]
pub(super) struct Look<'t> {
    pub(super) access: &'t Access,
    pub(super) role: Role,
    pub(super) owners: Vec<PackageIdx>,
    pub(super) host: OnHost,
}

/// All looks that may mean something, and how many the rules silenced.
#[derive(Debug)]
pub(super) struct Looks<'t> {
    pub(super) trace: &'t Trace,
    /// Looks that failed though something is there.
    pub(super) refused: Vec<Look<'t>>,
    /// Looks that found a file.
    pub(super) used: Vec<Look<'t>>,
    pub(super) quieted: BTreeMap<String, usize>,
    /// Whose program each process is.
    programs: Vec<Vec<PackageIdx>>,
}

impl<'t> Looks<'t> {
    pub(super) fn sort(
        trace: &'t Trace,
        inventory: &dyn Inventory,
        rules: &Rules,
        offset: &[u8],
    ) -> Result<Self, Error> {
        let programs = programs(trace, inventory)?;
        let mut looks = Self {
            trace,
            refused: Vec::new(),
            used: Vec::new(),
            quieted: BTreeMap::new(),
            programs,
        };
        for access in &trace.accesses {
            let path = access.path.as_bytes();
            let Some(host) = inventory.on_host(path)? else { continue };
            let is_success = access.answer.is_success();
            // Which directories were passed or listed says nothing.
            if is_success && host == OnHost::Directory {
                continue;
            }
            let name = trace.process(access).map_or(&b""[..], |process| process.name());
            let inside = path.strip_prefix(offset).filter(|path| path.starts_with(b"/"));
            let inside = inside.unwrap_or(path);
            if let Some(rule) = rules.quiet(name, inside) {
                *looks.quieted.entry(rule.id().to_owned()).or_default() += 1;
                continue;
            }
            let owners = owners(inventory, path, &host)?;
            let look = Look { access, role: rules.role(inside), owners, host };
            if is_success { looks.used.push(look) } else { looks.refused.push(look) }
        }
        looks.drop_alternatives(rules);
        Ok(looks)
    }

    /// Whose program the process is that looked.
    pub(super) fn owners_of_program(&self, look: &Look<'_>) -> &[PackageIdx] {
        look.access.process.and_then(|at| self.programs.get(at)).map_or(&[], Vec::as_slice)
    }

    /// Who looks for one of several names, and finds one, does not miss the others.
    fn drop_alternatives(&mut self, rules: &Rules) {
        let is_found = |group: &str| {
            self.used.iter().any(|look| {
                look.role == Role::Program
                    && rules.alternatives(look.access.path.name()).any(|other| other == group)
            })
        };
        let mut dropped = BTreeMap::new();
        self.refused.retain(|look| {
            if look.role != Role::Program {
                return true;
            }
            let groups = rules.alternatives(look.access.path.name());
            let found = groups.into_iter().find(|group| is_found(group));
            if let Some(group) = found {
                *dropped.entry(format!("alternatives:{group}")).or_default() += 1;
            }
            found.is_none()
        });
        self.quieted.extend(dropped);
    }
}

/// The owners of a path, or where it is a link that nobody owns those of what it leads to.
fn owners(inventory: &dyn Inventory, path: &[u8], host: &OnHost) -> Result<Vec<PackageIdx>, Error> {
    let owners = inventory.owners(path)?;
    match host {
        OnHost::Link(Some(target)) if owners.is_empty() => inventory.owners(target),
        _ => Ok(owners),
    }
}

fn programs(trace: &Trace, inventory: &dyn Inventory) -> Result<Vec<Vec<PackageIdx>>, Error> {
    let mut known: BTreeMap<&[u8], Vec<PackageIdx>> = BTreeMap::new();
    let owners = trace.processes.iter().map(|process| {
        let Some(program) = &process.program else { return Ok(Vec::new()) };
        if let Some(owners) = known.get(program.as_bytes()) {
            return Ok(owners.clone());
        }
        let owners = inventory.owners(program.as_bytes())?;
        known.insert(program.as_bytes(), owners.clone());
        Ok(owners)
    });
    owners.collect()
}
