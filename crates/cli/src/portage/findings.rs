use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::SystemTime;

use hermitage_atom::{Eapi, Pattern};
use hermitage_audit::{
    Access, Answer, Audit, Date, Ebuild, Inventory as _, Kind, OnHost, PackageIdx, Process,
    Project, Report, Rules, Severity, Source as _, Standing, Suppressions, Trace,
};
use hermitage_view::paths;

use super::phase::Phase;
use super::suspects::{Place, Suspects};
use crate::args::{ClosureArgs, TargetArgs};
use crate::check::{Declared, MachineInventory, Observed};
use crate::closure;
use crate::failure::Failure;
use crate::report::Reporter;
use crate::source::{Machine, outside};
use crate::target;
use crate::visible::FRESH;

/// What is asked about a phase that has ended.
pub(super) struct Question<'q> {
    pub(super) phase: &'q Phase,
    /// The package, by name and version.
    pub(super) package: &'q str,
    pub(super) target: &'q TargetArgs,
    /// How the declared packages are found, without what is shown besides.
    pub(super) closure: &'q ClosureArgs,
    /// Where the view is on the host.
    pub(super) host_root: &'q Path,
    /// Trees of the host that are shown or hidden whatever packages own.
    pub(super) trees: Vec<&'q Path>,
    pub(super) ignore: &'q [Pattern],
    /// Whether everything installed was visible, so that what was found counts too.
    pub(super) all_visible: bool,
    /// Looks that mean nothing.
    pub(super) rules: Rules,
    pub(super) suppressions: &'q Suppressions,
    /// What is known of the view from phases before, and where that is noted.
    pub(super) suspects: Option<Suspects>,
    pub(super) place: Option<Place>,
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
    /// What the audit says of the phase; none when nothing that was looked for can be a finding. A phase sees a part of the
    /// build, so nothing is said of what is unused; files of nobody are no dependency; and what may mean nothing is not worth
    /// a line in each log.
    pub(super) fn answer(
        &self,
        observed: Observed,
        reporter: Reporter,
    ) -> Result<Option<Report>, Failure> {
        let mut trace = observed.trace();
        trace.phase = Some(self.phase.name.clone());
        let own: Vec<bool> = trace.processes.iter().map(|one| self.is_portages(one)).collect();
        trace.accesses.retain(|access| {
            self.counts(access) && !access.process.is_some_and(|process| own[process])
        });
        if !self.is_worth_an_audit(&trace) {
            return Ok(None);
        }
        let machine = Machine::open(&self.closure.source, reporter)?;
        let mut report = self.audit(trace, &machine, reporter)?;
        report.findings.retain(|finding| {
            !matches!(finding.kind, Kind::Unused | Kind::Unowned)
                && finding.severity > Severity::Note
        });
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        report.suppress(self.suppressions, Date::at(now.as_secs()));
        Ok((!report.findings.is_empty()).then_some(report))
    }

    /// Whether a look can be at something that packages own.
    fn counts(&self, access: &Access) -> bool {
        let path = place(access);
        let mut elsewhere = FRESH.map(Path::new).into_iter().chain(self.trees.iter().copied());
        // No package is asked for by looking at the place where all of them are.
        let offset = self.closure.source.eprefix.as_deref();
        !offset.is_some_and(|offset| offset.starts_with(path))
            && !elsewhere.any(|tree| path.starts_with(tree))
    }

    /// Whether it is a program of Portage's own. What `ebuild.sh` looks for may be meant by the ebuild, whose functions it runs.
    fn is_portages(&self, process: &Process) -> bool {
        let Some(programs) = self.phase.path("PORTAGE_BIN_PATH") else { return false };
        process.command.iter().take(3).any(|word| {
            let path = Path::new(OsStr::from_bytes(word.as_bytes()));
            path.starts_with(&programs) && !path.ends_with("ebuild.sh")
        })
    }

    /// Reading what the machine's packages own takes longer than all else, and most phases look for nothing that is not
    /// declared.
    fn is_worth_an_audit(&self, trace: &Trace) -> bool {
        let Some(suspects) = &self.suspects else { return true };
        self.all_visible
            || trace.accesses.iter().any(|access| {
                let path = access.path.as_bytes();
                if access.answer.is_success() {
                    return suspects.contains(path);
                }
                if outside(self.host_root, place(access)).symlink_metadata().is_err() {
                    return self.rules.is_sought_by_name(access.path.name());
                }
                !self.is_quiet(access, trace)
            })
    }

    /// Whether such a look at what is there means nothing. Rules are about paths as they are without the offset of a Prefix.
    fn is_quiet(&self, access: &Access, trace: &Trace) -> bool {
        let program = trace.process(access).map_or(&b""[..], |process| process.name());
        let path = self.without_offset(self.meant(access));
        self.rules.quiet(program, path, access.answer).is_some()
    }

    /// What was asked for below a directory that is hidden with it, if the host has that; else the path that was looked at.
    fn meant<'a>(&self, access: &'a Access) -> &'a [u8] {
        let asked = access.asked.as_bytes();
        let there = outside(self.host_root, Path::new(OsStr::from_bytes(asked)));
        if there.symlink_metadata().is_ok() { asked } else { access.path.as_bytes() }
    }

    fn without_offset<'p>(&self, path: &'p [u8]) -> &'p [u8] {
        let offset = self.closure.source.eprefix.as_deref().unwrap_or(Path::new(""));
        let offset = offset.as_os_str().as_bytes();
        paths::below(path, offset).unwrap_or(path)
    }

    fn audit(
        &self,
        mut trace: Trace,
        machine: &Machine,
        reporter: Reporter,
    ) -> Result<Report, Failure> {
        let wanted = target::wanted(self.target, None, machine)?;
        let selection = closure::select(self.target, self.closure, machine, reporter)?;
        let declared = Declared::of(&wanted, self.closure, machine)?;
        let inventory = MachineInventory::new(machine, &selection, &declared, self.host_root)?;
        if let (None, Some(place)) = (&self.suspects, &self.place) {
            place.note(&Suspects::of(&inventory, &self.rules, |path| self.without_offset(path))?);
        }
        if self.all_visible {
            hide_undeclared(&mut trace, &inventory)?;
        }
        let ignored = inventory.matching(self.ignore);
        self.drop_ignored(&mut trace, &inventory, &ignored)?;
        let project = self.project()?;
        let mut report = Audit::new(self.package, &inventory)
            .rules(self.rules.clone())
            .project(&project)
            .offset(machine.eprefix())
            .ebuild(self.ebuild(&project)?)
            .report(trace)
            .map_err(|error| Failure::caused(&error))?;
        let name = |at: &PackageIdx| &inventory.packages()[at.0].cpv;
        report.findings.retain(|finding| {
            let package = finding.package.as_ref();
            package.is_none_or(|package| ignored.iter().all(|at| *name(at) != package.cpv))
        });
        Ok(report)
    }

    /// Nobody is to hear of these packages, nor of others because of what they share with them.
    fn drop_ignored(
        &self,
        trace: &mut Trace,
        inventory: &MachineInventory<'_>,
        ignored: &BTreeSet<PackageIdx>,
    ) -> Result<(), Failure> {
        if self.ignore.is_empty() {
            return Ok(());
        }
        let mut kept = Vec::new();
        for access in std::mem::take(&mut trace.accesses) {
            let owners = inventory.owners(self.meant(&access));
            let owners = owners.map_err(|error| Failure::caused(&error))?;
            if !owners.iter().any(|owner| ignored.contains(owner)) {
                kept.push(access);
            }
        }
        trace.accesses = kept;
        Ok(())
    }

    /// The sources as they were left.
    fn project(&self) -> Result<Project, Failure> {
        let sources = self.phase.build.join("work");
        Project::scan([&sources].into_iter().filter(|path| path.is_dir()))
            .map_err(|error| Failure::new(format!("the sources can't be read: {error}")))
    }

    fn ebuild(&self, project: &Project) -> Result<Ebuild, Failure> {
        let eapi =
            Eapi::parse(&self.phase.text("EAPI")?).map_err(|error| Failure::caused(&error))?;
        let iuse = self.phase.text("IUSE")?;
        let plain = |flag: &str| flag.trim_start_matches(['+', '-']).to_owned();
        Ok(Ebuild {
            has_bdepend: eapi >= Eapi::V7,
            knows_rdepend: false,
            iuse: iuse.split_ascii_whitespace().map(plain).collect(),
            options: project.options().map(str::to_owned).collect(),
        })
    }
}

fn place(access: &Access) -> &Path {
    Path::new(OsStr::from_bytes(access.path.as_bytes()))
}

/// What was found only because everything was visible counts as what would not have been.
fn hide_undeclared(trace: &mut Trace, inventory: &MachineInventory<'_>) -> Result<(), Failure> {
    let packages = inventory.packages();
    let is_hidden = |path: &[u8]| -> Result<bool, hermitage_audit::Error> {
        // Directories are owned by many, and looking through one means nothing.
        if matches!(inventory.on_host(path)?, None | Some(OnHost::Directory)) {
            return Ok(false);
        }
        let owners = inventory.owners(path)?;
        let all = owners.iter().all(|at| packages[at.0].standing == Standing::Undeclared);
        Ok(all && !owners.is_empty())
    };
    for access in trace.accesses.iter_mut().filter(|access| access.answer.is_success()) {
        if is_hidden(access.path.as_bytes()).map_err(|error| Failure::caused(&error))? {
            access.answer = Answer::Missing;
        }
    }
    Ok(())
}
