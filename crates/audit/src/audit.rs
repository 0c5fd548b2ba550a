//! From looks to findings.

mod group;
mod hidden;
mod linked;
mod looks;
mod shown;
mod unused;

use hermitage_view::View;

use crate::inventory::{Inventory, PackageIdx, Standing};
use crate::report::{Quieted, Report, SCHEMA};
use crate::suggest::Ebuild;
use crate::{Error, Outcome, Project, Rules, Source, Text};
use group::Groups;
use looks::Looks;

/// A file that was built, and the libraries it needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Linked {
    /// Its path in the result.
    pub file: Text,
    /// The libraries, by their paths on this machine.
    pub libraries: Vec<Text>,
}

/// What is known about a build besides what it looked for.
///
/// ```
/// use hermitage_audit::{Access, Answer, Audit, Class, MemoryInventory, Package, Process, Trace};
///
/// let mut machine = MemoryInventory::default();
/// let gcc = machine.package(Package::new("sys-devel/gcc", "14").declared_in(&[Class::Bdepend]));
/// let zlib = machine.package(Package::new("sys-libs/zlib", "1.3"));
/// machine.file("/usr/bin/gcc", &[gcc]);
/// machine.file("/usr/include/zlib.h", &[zlib]);
///
/// let trace = Trace {
///     accesses: vec![Access {
///         asked: "/usr/include/zlib.h".into(),
///         path: "/usr/include/zlib.h".into(),
///         answer: Answer::Missing,
///         process: Some(0),
///     }],
///     processes: vec![Process {
///         command: vec!["gcc".into(), "conftest.c".into()],
///         ..Process::default()
///     }],
///     ..Trace::default()
/// };
/// let report = Audit::new("viewer", &machine).report(trace)?;
/// assert_eq!(report.findings[0].id, "undeclared:sys-libs/zlib");
/// # Ok::<(), hermitage_audit::Error>(())
/// ```
#[derive(Debug)]
pub struct Audit<'a> {
    target: &'a str,
    inventory: &'a dyn Inventory,
    rules: Rules,
    view: Option<&'a View>,
    project: Option<&'a Project>,
    linked: &'a [Linked],
    environment: &'a [Text],
    ebuild: Ebuild,
    offset: Vec<u8>,
}

impl<'a> Audit<'a> {
    /// An audit of a build of `target` with the rules that come with the crate.
    pub fn new(target: &'a str, inventory: &'a dyn Inventory) -> Self {
        Self {
            target,
            inventory,
            rules: Rules::shipped(),
            view: None,
            project: None,
            linked: &[],
            environment: &[],
            ebuild: Ebuild::default(),
            offset: Vec::new(),
        }
    }

    /// Other rules.
    #[must_use]
    pub fn rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// What was visible: without it a package that owns nothing in the view counts as one that was not touched.
    #[must_use]
    pub fn view(mut self, view: &'a View) -> Self {
        self.view = Some(view);
        self
    }

    /// The sources of what was built: a package that is used only through another one's files is no finding then.
    #[must_use]
    pub fn project(mut self, project: &'a Project) -> Self {
        self.project = Some(project);
        self
    }

    /// What was built, and which libraries it needs: those must be declared in `RDEPEND`.
    #[must_use]
    pub fn linked(mut self, linked: &'a [Linked]) -> Self {
        self.linked = linked;
        self
    }

    /// The paths that the build's environment names, in `PATH`, `OLDPWD` and the like: shells go by them whatever they build, so that a
    /// directory of nobody's which is hidden and leads there is no finding.
    #[must_use]
    pub fn environment(mut self, paths: &'a [Text]) -> Self {
        self.environment = paths;
        self
    }

    /// What the ebuild says besides its dependencies.
    #[must_use]
    pub fn ebuild(mut self, ebuild: Ebuild) -> Self {
        self.ebuild = ebuild;
        self
    }

    /// The offset that packages are installed at (`EPREFIX`), without a slash at its end: rules see paths without it.
    #[must_use]
    pub fn offset(mut self, offset: &[u8]) -> Self {
        self.offset = offset.to_vec();
        self
    }

    /// Looks through what was watched.
    ///
    /// # Errors
    /// When the inventory can't be asked.
    pub fn report(&self, source: impl Source) -> Result<Report, Error> {
        let trace = source.trace();
        let looks = Looks::sort(&trace, self)?;
        let mut groups = Groups::default();
        hidden::find(self, &looks, &mut groups)?;
        shown::find(self, &looks, &mut groups)?;
        let unjudged = linked::find(self, &mut groups)?;
        // A build that stopped early has not come to all that it would have used.
        if trace.outcome.is_none_or(Outcome::is_success) {
            unused::find(self, &looks, &mut groups)?;
        }
        let quieted = looks.quieted.iter();
        let mut report = Report {
            schema: SCHEMA,
            target: self.target.to_owned(),
            phase: trace.phase.clone(),
            outcome: trace.outcome,
            observer: trace.observer,
            accesses: trace.accesses.len(),
            processes: trace.processes.len(),
            quieted: quieted.map(|(rule, &looks)| Quieted { rule: rule.clone(), looks }).collect(),
            findings: groups.findings(self, &trace, &self.ebuild.configured_by(&trace.processes)),
            comparison: None,
            suppressed: Vec::new(),
            warnings: {
                let sources = self.project.into_iter().flat_map(Project::warnings);
                trace.warnings.iter().cloned().chain(sources).chain(unjudged).collect()
            },
        };
        report.sort();
        Ok(report)
    }

    /// Whether the process's program needs one of the packages to run, or belongs to one of them.
    fn is_tools_own(&self, looks: &Looks<'_>, look: &looks::Look<'_>) -> Result<bool, Error> {
        for user in looks.owners_of_program(look) {
            for &owner in &look.owners {
                if user == owner || self.inventory.needs(user, owner)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The declared package, or that of @system, of which this one is a part: its name goes on where the other's ends, and the other needs it to
    /// run, as `python3` does `python3-minimal`. Distributions split what others have in one.
    fn whole_of(&self, part: PackageIdx) -> Result<Option<PackageIdx>, Error> {
        let packages = self.inventory.packages();
        let name = &packages[part.0].name;
        for (at, package) in packages.iter().enumerate() {
            let is_whole = matches!(package.standing, Standing::Declared | Standing::System)
                && name.strip_prefix(&package.name[..]).is_some_and(|rest| rest.starts_with('-'));
            if is_whole && self.inventory.needs(PackageIdx(at), part)? {
                return Ok(Some(PackageIdx(at)));
            }
        }
        Ok(None)
    }

    fn name(&self, package: PackageIdx) -> &str {
        &self.inventory.packages()[package.0].name
    }
}

impl std::fmt::Debug for dyn Inventory + '_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an inventory of {} packages", self.packages().len())
    }
}
