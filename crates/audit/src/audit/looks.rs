//! Looks with what is known about the path and who asked.

use std::collections::{BTreeMap, BTreeSet};

mod unseen;

use hermitage_view::paths;

use super::Audit;

use crate::inventory::{Inventory, OnHost, PackageIdx};
use crate::rules::{Role, Rules};
use crate::{Access, Answer, Error, Observer, Text, Trace, python};

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

impl Look<'_> {
    /// What was looked for.
    pub(super) fn path(&self) -> &[u8] {
        self.meant.as_ref().unwrap_or(&self.access.path).as_bytes()
    }

    /// Whether a file was taken for a directory: it may be that nobody looked for the file.
    pub(super) fn is_through_file(&self) -> bool {
        is_below(self.access) && self.host == OnHost::File && self.path() == self.access.path.0
    }

    /// The last component of that.
    pub(super) fn name(&self) -> &[u8] {
        self.path().rsplit(|&byte| byte == b'/').next().unwrap_or_default()
    }
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
            // Nothing can be below a file: whoever tried is not told anything else when it is visible. Who is told of repeats
            // will be told when the file itself is looked for.
            let is_through_file = is_below(access) && host == OnHost::File;
            let is_exact = trace.observer == Some(Observer::Calls);
            if !is_success && (is_through_file && is_exact || looks.add_asked(access, audit)?) {
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
            let meant = is_below(access).then(|| access.path.clone());
            let look = Look { access, meant, role: rules.role(inside), owners, host };
            if is_success { looks.used.push(look) } else { looks.refuse(look, audit) }
        }
        looks.add_unseen(audit)?;
        looks.drop_alternatives(rules);
        looks.drop_passed();
        Ok(looks)
    }

    /// Takes a look that failed; one at a directory of nobody's that the environment leads to is counted only.
    fn refuse(&mut self, look: Look<'t>, audit: &Audit<'_>) {
        let is_nobodys = look.owners.is_empty() && look.host == OnHost::Directory;
        if is_nobodys && leads_to(audit.environment, look.path()) {
            *self.quieted.entry("environment".to_owned()).or_default() += 1;
        } else {
            self.refused.push(look);
        }
    }

    /// Whether a rule says that such a look means nothing; then it is counted.
    fn is_quiet(&mut self, rules: &Rules, access: &Access, inside: &[u8]) -> bool {
        let name = self.trace.process(access).map_or(&b""[..], |process| process.name());
        let Some(rule) = rules.quiet(name, inside, access.answer) else { return false };
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
                && found.contains(look.name());
            !is_passed
        });
        let dropped = before - self.refused.len();
        if dropped > 0 {
            self.quieted.insert("module-directories".to_owned(), dropped);
        }
    }

    /// Who looks for one of several names, and finds one, does not miss the others; nor a program of nobody's that would have
    /// been found before another one of its name.
    fn drop_alternatives(&mut self, rules: &Rules) {
        let programs = self.used.iter().filter(|look| look.role == Role::Program);
        let mut names: BTreeSet<&[u8]> = programs.map(|look| look.access.path.name()).collect();
        // What lies in trees that are shown whole is not told of, but that it runs is.
        for process in &self.trace.processes {
            names.extend(process.program.iter().chain(process.command.first()).map(Text::name));
        }
        let found: BTreeSet<&str> =
            names.iter().flat_map(|name| rules.alternatives(name)).collect();
        let mut dropped = BTreeMap::new();
        self.refused.retain(|look| {
            if look.role != Role::Program {
                return true;
            }
            let passed = look.owners.is_empty() && names.contains(look.name());
            let passed = passed.then_some("same-name");
            let group = rules.alternatives(look.name()).find(|group| found.contains(group));
            let group = group.or(passed);
            if let Some(group) = group {
                *dropped.entry(format!("alternatives:{group}")).or_default() += 1;
            }
            group.is_none()
        });
        self.quieted.extend(dropped);
    }
}

/// Whether a directory that is missing was to be gone through.
fn is_below(access: &Access) -> bool {
    paths::is_below(access.asked.as_bytes(), access.path.as_bytes())
}

/// Whether a directory leads to one of these paths, or is one.
fn leads_to(named: &[Text], directory: &[u8]) -> bool {
    named.iter().any(|path| paths::is_within(path.as_bytes(), directory))
}

/// A path as rules see it.
fn without<'p>(path: &'p [u8], offset: &[u8]) -> &'p [u8] {
    paths::below(path, offset).unwrap_or(path)
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
