//! Looks with what is known about the path and who asked.

use std::collections::{BTreeMap, BTreeSet};

use hermitage_view::View;

use crate::inventory::{Inventory, OnHost, PackageIdx};
use crate::rules::{Role, Rules};
use crate::{Access, Answer, Error, Project, Text, Trace, python};

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
    elsewhere: Vec<&'t Access>,
    listed: Vec<&'t Access>,
    /// Modules that command lines of Python name.
    told: BTreeSet<Vec<u8>>,
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
            elsewhere: Vec::new(),
            listed: Vec::new(),
            told: python::told(&trace.processes),
            programs,
        };
        for access in &trace.accesses {
            let path = access.path.as_bytes();
            let is_success = access.answer.is_success();
            let Some(host) = inventory.on_host(path)? else {
                if !is_success && rules.is_sought_by_name(access.path.name()) {
                    looks.elsewhere.push(access);
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
            let name = trace.process(access).map_or(&b""[..], |process| process.name());
            let inside = without(path, offset);
            if let Some(rule) = rules.quiet(name, inside) {
                *looks.quieted.entry(rule.id().to_owned()).or_default() += 1;
                continue;
            }
            let owners = owners(inventory, path, &host)?;
            let look = Look { access, meant: None, role: rules.role(inside), owners, host };
            if is_success { looks.used.push(look) } else { looks.refused.push(look) }
        }
        looks.add_elsewhere(inventory, rules, offset)?;
        looks.drop_alternatives(rules);
        looks.drop_passed();
        Ok(looks)
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

    /// Who tries a name in one directory after the other means a file of that name wherever it is, also where the directory is
    /// hidden, or was listed so that the name was never asked for.
    fn add_elsewhere(
        &mut self,
        inventory: &dyn Inventory,
        rules: &Rules,
        offset: &[u8],
    ) -> Result<(), Error> {
        let found: BTreeSet<&[u8]> = self.used.iter().map(|look| look.access.path.name()).collect();
        for access in std::mem::take(&mut self.elsewhere) {
            let name = access.path.name();
            let known = inventory.named(name)?;
            let Some((path, _)) = known.first().filter(|_| !found.contains(name)) else { continue };
            let role = rules.role(without(path, offset));
            let mut owners: Vec<_> = known.iter().map(|(_, owner)| *owner).collect();
            owners.sort_unstable();
            owners.dedup();
            let meant = None;
            self.refused.push(Look { access, meant, role, owners, host: OnHost::File });
        }
        Ok(())
    }

    /// Python lists the directories of its search path, and asks only for modules that it saw there: a hidden one that the
    /// project imports, or that a command line names, is missed without ever being asked for.
    pub(super) fn add_modules(
        &mut self,
        inventory: &dyn Inventory,
        project: Option<&Project>,
        view: Option<&View>,
    ) -> Result<(), Error> {
        let modules = project.into_iter().flat_map(Project::modules);
        let modules = modules.chain(self.told.iter().map(Vec::as_slice));
        let names: Vec<Vec<u8>> =
            modules.flat_map(|module| [[module, b".py"].concat(), module.to_vec()]).collect();
        let is_python = |access: &Access| self.trace.process(access).is_some_and(python::is_python);
        self.add_unseen((inventory, view), &names, Role::Python, is_python)
    }

    /// The same of libraries and `CMake`.
    pub(super) fn add_libraries(
        &mut self,
        inventory: &dyn Inventory,
        project: &Project,
        view: Option<&View>,
    ) -> Result<(), Error> {
        let names: Vec<Vec<u8>> = project.missed_libraries().collect();
        // Whoever listed a directory first: later listings are not seen.
        self.add_unseen((inventory, view), &names, Role::Linkable, |_| true)
    }

    /// Files of these names in the directories that were listed, as if they had been asked for.
    fn add_unseen(
        &mut self,
        (inventory, view): (&dyn Inventory, Option<&View>),
        names: &[Vec<u8>],
        role: Role,
        counts: impl Fn(&Access) -> bool,
    ) -> Result<(), Error> {
        // Of those that were seen, the files were asked for if they were wanted at all.
        let used: BTreeSet<&[u8]> =
            self.used.iter().map(|look| look.access.path.as_bytes()).collect();
        let is_seen = |path: &[u8]| {
            used.contains(path) || view.is_some_and(|view| view.lookup(path).is_some())
        };
        let mut unseen = Vec::new();
        for &access in self.listed.iter().filter(|access| counts(access)) {
            for name in names {
                let path = [access.path.as_bytes(), b"/", name].concat();
                let Some(host) = inventory.on_host(&path)? else { continue };
                if !is_seen(&path) {
                    let owners = owners(inventory, &path, &host)?;
                    unseen.push(Look { access, meant: Some(Text(path)), role, owners, host });
                }
            }
        }
        self.refused.extend(unseen);
        Ok(())
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
