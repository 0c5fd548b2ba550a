//! One finding for each package, however often it was looked for.

use indexmap::IndexMap;

use super::Audit;
use super::looks::Look;
use crate::inventory::{Class, Package, PackageIdx};
use crate::report::{Asker, Evidence, Finding, Kind, PackageName, Severity};
use crate::rules::Role;
use crate::suggest::Ebuild;
use crate::{Access, Text, Trace};

/// What makes two looks one finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// A package.
    Package(PackageIdx),
    /// A package of which only these can be meant.
    OneOf(Vec<PackageIdx>),
    /// A package that is used as another variable says.
    InClass(PackageIdx, Class),
    /// A path.
    Path(Text),
}

/// Findings in the making.
#[derive(Debug, Default)]
pub(super) struct Groups<'t> {
    groups: IndexMap<(Kind, Subject), Group<'t>>,
}

#[derive(Debug)]
struct Group<'t> {
    severity: Severity,
    shows: Vec<Shown<'t>>,
}

/// What shows a finding.
#[derive(Clone, Debug)]
struct Shown<'t> {
    path: Text,
    role: Role,
    access: Option<&'t Access>,
}

impl<'t> Groups<'t> {
    pub(super) fn look(
        &mut self,
        kind: Kind,
        subject: Subject,
        severity: Severity,
        look: &Look<'t>,
    ) {
        let shown = Shown {
            path: look.meant.clone().unwrap_or_else(|| look.access.asked.clone()),
            role: look.role,
            access: Some(look.access),
        };
        self.add(kind, subject, severity).shows.push(shown);
    }

    pub(super) fn path(&mut self, kind: Kind, subject: Subject, severity: Severity, path: &Text) {
        let shown = Shown { path: path.clone(), role: Role::Loadable, access: None };
        self.add(kind, subject, severity).shows.push(shown);
    }

    /// A finding that consists in that nothing happened.
    pub(super) fn nothing(&mut self, kind: Kind, subject: Subject, severity: Severity) {
        self.add(kind, subject, severity);
    }

    fn add(&mut self, kind: Kind, subject: Subject, severity: Severity) -> &mut Group<'t> {
        let group = self.groups.entry((kind, subject));
        let group = group.or_insert_with(|| Group { severity, shows: Vec::new() });
        group.severity = group.severity.max(severity);
        group
    }

    pub(super) fn findings(
        self,
        audit: &Audit<'_>,
        trace: &Trace,
        ebuild: &Ebuild,
    ) -> Vec<Finding> {
        let groups = self.groups.into_iter();
        groups
            .map(|((kind, subject), group)| group.finding(kind, &subject, (audit, ebuild), trace))
            .collect()
    }
}

impl Group<'_> {
    fn finding(
        self,
        kind: Kind,
        subject: &Subject,
        (audit, ebuild): (&Audit<'_>, &Ebuild),
        trace: &Trace,
    ) -> Finding {
        let packages = audit.inventory.packages();
        let package = match subject {
            Subject::Package(at) | Subject::InClass(at, _) => Some(&packages[at.0]),
            Subject::OneOf(_) | Subject::Path(_) => None,
        };
        let candidates: Vec<String> = match subject {
            Subject::OneOf(several) => {
                several.iter().map(|at| packages[at.0].cpv.clone()).collect()
            }
            _ => Vec::new(),
        };
        let first = self.shows.first();
        let id = match (subject, package) {
            (Subject::InClass(_, class), Some(package)) => {
                format!("{}:{}:{class}", kind.as_str(), package.name)
            }
            (_, Some(package)) => format!("{}:{}", kind.as_str(), package.name),
            (Subject::Path(path), None) => format!("{}:{path}", kind.as_str()),
            (_, None) => {
                let path = first.map(|shown| shown.path.to_string()).unwrap_or_default();
                format!("{}:{path}", kind.as_str())
            }
        };
        let roles: Vec<Role> = self.shows.iter().map(|shown| shown.role).collect();
        let class = match subject {
            Subject::InClass(_, class) => Some(*class),
            _ => None,
        };
        let askers = first.map(|shown| askers(shown, trace)).unwrap_or_default();
        let path = first.map(|shown| &shown.path);
        let called = match subject {
            Subject::Package(at) | Subject::InClass(at, _) => audit.inventory.called(*at),
            Subject::OneOf(_) | Subject::Path(_) => String::new(),
        };
        let owners: Vec<String> = match subject {
            Subject::OneOf(several) => {
                several.iter().map(|&at| audit.inventory.called(at)).collect()
            }
            _ => Vec::new(),
        };
        let package_called = (package, &called[..]);
        let message = crate::message::sentence(kind, package_called, &owners, class, path, &askers);
        let suggestion = package.and_then(|package| {
            ebuild.suggest(kind, package, class, &roles, &audit.rules, packages)
        });
        Finding {
            id,
            kind,
            severity: self.severity,
            message,
            package: package.map(|package| PackageName {
                name: package.name.clone(),
                cpv: package.cpv.clone(),
                called: Some(called).filter(|called| *called != package.cpv),
            }),
            candidates,
            chain: match kind {
                Kind::Indirect => package.map(|package| chain(audit, package)).unwrap_or_default(),
                _ => String::new(),
            },
            looks: self.shows.len(),
            evidence: self
                .shows
                .iter()
                .take(Finding::SHOWN)
                .map(|shown| evidence(shown, trace))
                .collect(),
            suggestion,
        }
    }
}

/// The chain that brings a package in, each as people know it.
fn chain(audit: &Audit<'_>, package: &Package) -> String {
    let packages = audit.inventory.packages();
    let called = |word: &str| {
        // An atom has an operator before, and an arrow behind.
        let bare = word.trim_start_matches(['<', '>', '=', '~', '!']);
        let before = &word[..word.len() - bare.len()];
        let (cpv, behind) = bare.strip_suffix("-->").map_or((bare, ""), |cpv| (cpv, "-->"));
        let at = packages.iter().position(|package| package.cpv == cpv);
        let name = at.map_or_else(|| cpv.to_owned(), |at| audit.inventory.called(PackageIdx(at)));
        format!("{before}{name}{behind}")
    };
    package.chain.split(' ').map(called).collect::<Vec<_>>().join(" ")
}

/// Who looked, and its ancestors.
fn askers<'t>(shown: &Shown<'_>, trace: &'t Trace) -> Vec<&'t crate::Process> {
    let process = shown.access.and_then(|access| access.process);
    process.map(|at| trace.lineage(at)).unwrap_or_default()
}

fn evidence(shown: &Shown<'_>, trace: &Trace) -> Evidence {
    let lineage = askers(shown, trace);
    let asker = |process: &&crate::Process| Asker {
        program: process.program.clone(),
        command: process.command.clone(),
    };
    Evidence {
        path: shown.path.clone(),
        role: shown.role,
        answer: shown.access.map(|access| access.answer),
        lineage: lineage.iter().map(asker).collect(),
    }
}
