//! The installed packages as dependencies see them: by name, by architecture, by what they provide.

use std::collections::BTreeMap;

use super::name::{category, pms_name};
use super::pms::{pms_base, pms_version};
use super::record::{MultiArch, Record};
use super::relation::{Bound, Relation};
use super::version::DebianVersion;

/// An index over the records, which are in the order of the output.
#[derive(Debug)]
pub(super) struct Universe<'r, 'a> {
    pub(super) native: &'a str,
    pub(super) records: &'r [Record<'a>],
    by_name: BTreeMap<&'a str, Vec<usize>>,
    providers: BTreeMap<&'a str, Vec<(usize, Option<DebianVersion<'a>>)>>,
}

impl<'r, 'a> Universe<'r, 'a> {
    /// Indexes the records.
    pub(super) fn new(records: &'r [Record<'a>], native: &'a str) -> Self {
        let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut providers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (index, record) in records.iter().enumerate() {
            by_name.entry(record.name).or_default().push(index);
            for provided in record.provides.iter().flatten() {
                let version = provided.version.map(|(_, version)| version);
                providers.entry(provided.name).or_default().push((index, version));
            }
        }
        Self { native, records, by_name, providers }
    }

    /// `category/name` of an installed package.
    pub(super) fn cp(&self, index: usize) -> String {
        let record = &self.records[index];
        format!("{}/{}", category(record.architecture, self.native), pms_name(record.name))
    }

    /// The installed packages of a name, whatever their architecture.
    pub(super) fn named(&self, name: &str) -> &[usize] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// The installed packages that the alternative names or that provide it, versions regarded; real ones first.
    pub(super) fn satisfying(&self, from: &Record<'_>, relation: &Relation<'_>) -> Vec<usize> {
        let real = self.named(relation.name).iter().copied().filter(|index| {
            let record = &self.records[*index];
            self.serves(from, relation, record)
                && relation.version.is_none_or(|(bound, limit)| bound.holds(record.version, limit))
        });
        let mut all: Vec<usize> = real.collect();
        for index in self.providing(from, relation) {
            if !all.contains(&index) {
                all.push(index);
            }
        }
        all
    }

    fn providing(&self, from: &Record<'_>, relation: &Relation<'_>) -> Vec<usize> {
        let provided = self.providers.get(relation.name).map_or(&[][..], Vec::as_slice);
        let fits = |version: Option<DebianVersion<'_>>| match (relation.version, version) {
            (None, _) => true,
            (Some((bound, limit)), Some(version)) => bound.holds(version, limit),
            (Some(_), None) => false,
        };
        provided
            .iter()
            .filter(|(index, version)| {
                fits(*version) && self.serves(from, relation, &self.records[*index])
            })
            .map(|(index, _)| *index)
            .collect()
    }

    /// Whether a package is of an architecture that the dependency can use.
    fn serves(&self, from: &Record<'_>, relation: &Relation<'_>, record: &Record<'_>) -> bool {
        let own = self.machine(record.architecture);
        match relation.qualifier {
            None => {
                own == self.machine(from.architecture) || record.multi_arch == MultiArch::Foreign
            }
            Some("any") => {
                own == self.machine(from.architecture)
                    || matches!(record.multi_arch, MultiArch::Allowed | MultiArch::Foreign)
            }
            Some("native") => own == self.native,
            Some(architecture) => own == architecture,
        }
    }

    /// The architecture; `all` counts as the native one.
    fn machine<'s>(&'s self, architecture: &'s str) -> &'s str {
        if architecture == "all" { self.native } else { architecture }
    }

    /// The atom of an alternative read as the name of a package, installed or not.
    pub(super) fn atom(&self, from: &Record<'_>, relation: &Relation<'_>) -> String {
        let architecture = match relation.qualifier {
            None | Some("any") => from.architecture,
            Some("native") => self.native,
            Some(architecture) => architecture,
        };
        let installed = self.named(relation.name).iter().copied();
        let installed = installed
            .filter(|index| self.serves(from, relation, &self.records[*index]))
            .min_by_key(|index| {
                self.machine(self.records[*index].architecture) != self.machine(architecture)
            });
        let cp = installed.map_or_else(
            || format!("{}/{}", category(architecture, self.native), pms_name(relation.name)),
            |index| self.cp(index),
        );
        match relation.version {
            None => cp,
            Some((bound, limit)) => {
                let installed = installed.map(|index| self.records[index].version);
                bounded(&cp, bound, limit, installed)
            }
        }
    }

    /// The atom of an installed package that provides what is asked, or has the name.
    pub(super) fn atom_of(
        &self,
        index: usize,
        from: &Record<'_>,
        relation: &Relation<'_>,
    ) -> String {
        if self.records[index].name == relation.name {
            self.atom_for(index, from, relation)
        } else {
            self.cp(index)
        }
    }

    fn atom_for(&self, index: usize, from: &Record<'_>, relation: &Relation<'_>) -> String {
        let record = &self.records[index];
        // A package may provide an older version of its own name: then the real version does not bound.
        match relation.version {
            Some((bound, limit))
                if bound.holds(record.version, limit) && self.serves(from, relation, record) =>
            {
                bounded(&self.cp(index), bound, limit, Some(record.version))
            }
            _ => self.cp(index),
        }
    }
}

/// An atom with a bound. What dpkg calls equal has one PMS base and several `-r`: `~` takes them all, and where
/// `<=` or `>` would tell them apart the installed spelling is the one that counts.
fn bounded(
    cp: &str,
    bound: Bound,
    limit: DebianVersion<'_>,
    installed: Option<DebianVersion<'_>>,
) -> String {
    let spelled = || match installed {
        Some(version) if version == limit => pms_version(version),
        _ => pms_base(limit),
    };
    match bound {
        Bound::Earlier => format!("<{cp}-{}", pms_base(limit)),
        Bound::EarlierOrEqual => format!("<={cp}-{}", spelled()),
        Bound::Equal => format!("~{cp}-{}", pms_base(limit)),
        Bound::LaterOrEqual => format!(">={cp}-{}", pms_base(limit)),
        Bound::Later => format!(">{cp}-{}", spelled()),
    }
}
