//! Looks with what is known about the path and who asked.

use std::collections::{BTreeMap, BTreeSet};

mod unseen;

use super::Audit;
use crate::inventory::{Inventory, OnHost, PackageIdx};
use crate::rules::{Role, Rules};
use crate::{Access, Answer, Error, Text, Trace, python};

/// A look that may mean something.
#[derive(Debug)]
pub(super) struct Look<'t> {
    pub(super) access: &'t Access,
    /// What was looked for, where it is not what was asked for.
    pub(super) meant: Option<Text>,
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
    /// Looks for a name where nothing is, though there may be such a file elsewhere.
    absent: Vec<&'t Access>,
    /// Looks that ended at a hidden directory, with the directory below it that a command line names.
    beyond: Vec<(&'t Access, Vec<u8>)>,
    listed: Vec<&'t Access>,
    /// Modules that command lines of Python name.
    told: BTreeSet<Vec<u8>>,
    /// Whose program each process is.
    programs: Vec<Vec<PackageIdx>>,
}

impl<'t> Looks<'t> {
    pub(super) fn sort(trace: &'t Trace, audit: &Audit<'_>) -> Result<Self, Error> {
        let (inventory, rules, offset) = (audit.inventory, &audit.rules, &audit.offset[..]);
        let mut looks = Self {
            trace,
            refused: Vec::new(),
            used: Vec::new(),
            quieted: BTreeMap::new(),
            absent: Vec::new(),
            beyond: Vec::new(),
            listed: Vec::new(),
            told: python::told(&trace.processes),
            programs: programs(trace, inventory)?,
        };
        for access in &trace.accesses {
            let path = access.path.as_bytes();
            let is_success = access.answer.is_success();
            let Some(host) = inventory.on_host(path)? else {
                if !is_success {
                    looks.absent.push(access);
                }
                continue;
            };
            // Which directories were passed or listed says nothing by itself.
            if is_success && host == OnHost::Directory {
                if access.answer == Answer::Listed {
                    looks.listed.push(access);
                }
                continue;
            }
            if host == OnHost::Directory && looks.add_beyond(access, inventory)? {
                continue;
            }
            let inside = without(path, offset);
            if looks.is_quiet(rules, access, inside) {
                continue;
            }
            let owners = owners(inventory, path, &host)?;
            let look = Look { access, meant: None, role: rules.role(inside), owners, host };
            if is_success { looks.used.push(look) } else { looks.refused.push(look) }
        }
        looks.add_unseen(audit)?;
        looks.drop_alternatives(rules);
        looks.drop_passed();
        Ok(looks)
    }

    /// Whether a rule says that such a look means nothing; then it is counted.
    fn is_quiet(&mut self, rules: &Rules, access: &Access, inside: &[u8]) -> bool {
        let name = self.trace.process(access).map_or(&b""[..], |process| process.name());
        let Some(rule) = rules.quiet(name, inside) else { return false };
        *self.quieted.entry(rule.id().to_owned()).or_default() += 1;
        true
    }

    /// Whose program or script the process is that looked. A line of the shell is its parent's.
    pub(super) fn owners_of_program(&self, look: &Look<'_>) -> Vec<PackageIdx> {
        let mut owners = Vec::new();
        for at in look.access.process.map(|at| self.trace.ancestry(at)).unwrap_or_default() {
            owners.extend(&self.programs[at]);
            if !self.trace.processes[at].is_line_of_shell() {
                break;
            }
        }
        owners
    }

    /// The files that links lead to which were used themselves, and whose the links are.
    pub(super) fn led_to(&self) -> BTreeMap<&[u8], Vec<PackageIdx>> {
        let mut led: BTreeMap<&[u8], Vec<PackageIdx>> = BTreeMap::new();
        for look in &self.used {
            if let OnHost::Link(Some(target)) = &look.host {
                led.entry(target).or_default().extend(&look.owners);
            }
        }
        led
    }

    /// Whether a command line of Python names a module.
    pub(super) fn is_told(&self, module: &[u8]) -> bool {
        self.told.contains(module)
    }

    /// An interpreter that looks for the directory of a module in one place after the other, and finds one, does not miss those before.
    fn drop_passed(&mut self) {
        let is_module = |role: Role| matches!(role, Role::Perl | Role::Python);
        let files = self.used.iter().filter(|look| is_module(look.role));
        let found: BTreeSet<&[u8]> =
            files.flat_map(|look| look.access.path.0.split(|&byte| byte == b'/')).collect();
        let before = self.refused.len();
        self.refused.retain(|look| {
            let is_passed = look.host == OnHost::Directory
                && is_module(look.role)
                && found.contains(look.access.path.name());
            !is_passed
        });
        let dropped = before - self.refused.len();
        if dropped > 0 {
            self.quieted.insert("module-directories".to_owned(), dropped);
        }
    }

    /// Who looks for one of several names, and finds one, does not miss the others.
    fn drop_alternatives(&mut self, rules: &Rules) {
        let programs = self.used.iter().filter(|look| look.role == Role::Program);
        let found: BTreeSet<&str> =
            programs.flat_map(|look| rules.alternatives(look.access.path.name())).collect();
        let mut dropped = BTreeMap::new();
        self.refused.retain(|look| {
            if look.role != Role::Program {
                return true;
            }
            let group =
                rules.alternatives(look.access.path.name()).find(|group| found.contains(group));
            if let Some(group) = group {
                *dropped.entry(format!("alternatives:{group}")).or_default() += 1;
            }
            group.is_none()
        });
        self.quieted.extend(dropped);
    }
}

/// A path as rules see it.
fn without<'p>(path: &'p [u8], offset: &[u8]) -> &'p [u8] {
    path.strip_prefix(offset).filter(|path| path.starts_with(b"/")).unwrap_or(path)
}

/// The owners of a path, or where it is a link that nobody owns those of what it leads to.
fn owners(inventory: &dyn Inventory, path: &[u8], host: &OnHost) -> Result<Vec<PackageIdx>, Error> {
    let owners = inventory.owners(path)?;
    match host {
        OnHost::Link(Some(target)) if owners.is_empty() => inventory.owners(target),
        _ => Ok(owners),
    }
}

/// Whose the program and the script of each process are.
fn programs(trace: &Trace, inventory: &dyn Inventory) -> Result<Vec<Vec<PackageIdx>>, Error> {
    let mut known: BTreeMap<&[u8], Vec<PackageIdx>> = BTreeMap::new();
    let mut all = Vec::new();
    for process in &trace.processes {
        let mut whose = Vec::new();
        let script = process.script().filter(|script| script.as_bytes().starts_with(b"/"));
        for path in process.program.iter().chain(script).map(Text::as_bytes) {
            if !known.contains_key(path) {
                let host = inventory.on_host(path)?.unwrap_or(OnHost::File);
                known.insert(path, owners(inventory, path, &host)?);
            }
            whose.extend(&known[path]);
        }
        all.push(whose);
    }
    Ok(all)
}
