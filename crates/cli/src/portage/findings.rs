use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use hermitage_atom::Pattern;
use hermitage_audit::Rules;
use hermitage_depgraph::RootKind;
use hermitage_mountns::{Answer, ByteString, Lookup, Observation};
use serde::Serialize;

use crate::args::{ClosureArgs, TargetArgs};
use crate::check::observed;
use crate::closure;
use crate::failure::Failure;
use crate::report::Reporter;
use crate::source::{Machine, outside};
use crate::visible::{FRESH, Owned};

/// Something installed that a phase looked for without declaring it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// Whose it is, by name and version; more than one for a directory that several share.
    pub(super) owners: Vec<String>,
    /// What was looked for, in the order of the first look.
    pub(super) paths: Vec<ByteString>,
    /// Who looked first: its arguments.
    pub(super) command: Vec<ByteString>,
}

/// What was looked for and could have been there, had it been declared.
pub(super) struct Question<'q> {
    pub(super) target: &'q TargetArgs,
    /// How the declared packages are found, without what is shown besides.
    pub(super) closure: &'q ClosureArgs,
    /// Trees of the host that are shown or hidden whatever packages own.
    pub(super) trees: Vec<&'q Path>,
    pub(super) ignore: &'q [Pattern],
    /// Whether everything installed was visible, so that what was found counts too.
    pub(super) all_visible: bool,
    /// Looks that mean nothing.
    pub(super) rules: Rules,
}

/// The rules of the audit, and of a phase that went well those for what Portage itself looks for.
pub(super) fn rules(went_well: bool) -> Result<Rules, Failure> {
    let shipped = Rules::shipped();
    if !went_well {
        return Ok(shipped);
    }
    let own = Rules::parse(include_str!("quiet.toml")).map_err(|error| Failure::caused(&error))?;
    Ok(shipped.preceded_by(own))
}

impl Question<'_> {
    /// The findings, in the order of their packages.
    pub(super) fn answer(
        &self,
        observation: &Observation,
        host_root: &Path,
        reporter: Reporter,
    ) -> Result<Vec<Finding>, Failure> {
        let means_something = |lookup: &&Lookup| {
            self.counts(lookup, host_root) && !self.is_quiet(lookup, observation, host_root)
        };
        let looked: Vec<_> = observation.lookups.iter().filter(means_something).collect();
        if looked.is_empty() {
            return Ok(Vec::new());
        }
        let machine = Machine::open(&self.closure.source, reporter)?;
        let owned = Owned::of(&machine, &machine.place(RootKind::Broot).root)?;
        let declared = self.declared(&machine, reporter)?;
        let mut found: BTreeMap<Vec<String>, Finding> = BTreeMap::new();
        for lookup in looked {
            let path = meant(lookup, host_root);
            let owners = owned.owners(path.as_bytes())?;
            if owners.is_empty() || owners.iter().any(|owner| declared(owner)) {
                continue;
            }
            let finding = found.entry(owners).or_insert_with_key(|owners| Finding {
                owners: owners.clone(),
                paths: Vec::new(),
                command: lookup
                    .process
                    .map_or(Vec::new(), |at| observation.processes[at].command.clone()),
            });
            finding.paths.push(path.clone());
        }
        Ok(found.into_values().collect())
    }

    /// Whether a look can be at something that is installed and not declared.
    fn counts(&self, lookup: &Lookup, host_root: &Path) -> bool {
        let path = lookup.path.as_path();
        let elsewhere = FRESH.map(Path::new).into_iter().chain(self.trees.iter().copied());
        let there = || {
            // Directories are owned by many, and looking through one means nothing.
            outside(host_root, path)
                .symlink_metadata()
                .is_ok_and(|meta| !self.all_visible || !meta.is_dir())
        };
        // No package is asked for by looking at the place where all of them are.
        let offset = self.closure.source.eprefix.as_deref();
        if offset.is_some_and(|offset| offset.starts_with(path)) {
            return false;
        }
        let answered = lookup.answer == Answer::Missing
            || (self.all_visible && lookup.answer == Answer::Found);
        answered && !elsewhere.into_iter().any(|tree| path.starts_with(tree)) && there()
    }

    /// Whether such looks mean nothing. Rules are about paths as they are without the offset of a Prefix.
    fn is_quiet(&self, lookup: &Lookup, observation: &Observation, host_root: &Path) -> bool {
        let program = lookup.process.and_then(|at| observation.processes[at].command.first());
        let program = program.and_then(|program| program.as_path().file_name()).unwrap_or_default();
        let path = meant(lookup, host_root).as_path();
        let offset = self.closure.source.eprefix.as_deref();
        let inside = offset.and_then(|offset| path.strip_prefix(offset).ok());
        let inside = inside.map_or_else(|| path.to_owned(), |inside| Path::new("/").join(inside));
        let answer = observed::answer(lookup.answer);
        self.rules.quiet(program.as_bytes(), inside.as_os_str().as_bytes(), answer).is_some()
    }

    /// Tells whether a package, by name and version, is declared or not to be spoken of.
    fn declared(
        &self,
        machine: &Machine,
        reporter: Reporter,
    ) -> Result<impl Fn(&str) -> bool, Failure> {
        let selection = closure::select(self.target, self.closure, machine, reporter)?;
        let mut known: Vec<String> =
            selection.members().map(|member| member.cpv().to_string()).collect();
        for place in machine.places() {
            use hermitage_depgraph::Source as _;
            for (_, package) in place.packages.packages().iter() {
                if self.ignore.iter().any(|pattern| pattern.matches(package)) {
                    known.push(package.cpv().to_string());
                }
            }
        }
        known.sort_unstable();
        Ok(move |cpv: &str| known.binary_search_by(|known| known[..].cmp(cpv)).is_ok())
    }
}

impl Finding {
    /// What it is in one line.
    pub(super) fn line(&self) -> String {
        let shown: Vec<_> =
            self.paths.iter().take(3).map(|path| path.as_path().display().to_string()).collect();
        let more = match self.paths.len() - shown.len() {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        format!("{}: {}{more}{}", self.owners.join(", "), shown.join(" "), self.by())
    }

    fn by(&self) -> String {
        let Some(program) = self.command.first() else { return String::new() };
        let name = program.as_path().file_name().unwrap_or_default();
        format!(" ({})", std::ffi::OsStr::from_bytes(name.as_bytes()).display())
    }
}

/// What was asked for below a directory that is hidden with it, if the host has that; else the path that was looked at.
fn meant<'l>(lookup: &'l Lookup, host_root: &Path) -> &'l ByteString {
    let is_there =
        |asked: &&ByteString| outside(host_root, asked.as_path()).symlink_metadata().is_ok();
    lookup.asked.as_ref().filter(is_there).unwrap_or(&lookup.path)
}
