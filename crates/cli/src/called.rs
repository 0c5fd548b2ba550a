//! Packages by the names that people know them by.

use std::collections::HashMap;

use hermitage_audit::Text;
use hermitage_depgraph::{PackageId, Source as _};

use crate::source::Machine;

/// How the packages of a machine are called where something is told to people. What programs read has names that can be given back
/// to us, as `deps --format tsv` and `files` do.
#[derive(Debug)]
pub(crate) struct Called<'m> {
    machine: &'m Machine,
    places: HashMap<String, (usize, PackageId)>,
}

impl<'m> Called<'m> {
    pub(crate) fn on(machine: &'m Machine) -> Self {
        let mut places = HashMap::new();
        for (at, place) in machine.places().iter().enumerate() {
            for (id, package) in place.packages.packages().iter() {
                places.entry(package.cpv().to_string()).or_insert((at, id));
            }
        }
        Self { machine, places }
    }

    /// A package, given by its name and version here.
    pub(crate) fn name(&self, cpv: &str) -> String {
        let place = self.places.get(cpv);
        let called = place.and_then(|&(at, id)| called(self.machine, at, id));
        called.unwrap_or_else(|| cpv.to_owned())
    }

    /// A text that has packages, or atoms with their versions, among its words.
    pub(crate) fn words(&self, text: &str) -> String {
        let word = |word: &str| {
            let bare = word.trim_start_matches(['(', '<', '>', '=', '~', '!']);
            let cpv = bare.trim_end_matches([')', ',']);
            // An arrow stands behind an atom.
            let cpv = cpv.strip_suffix("-->").unwrap_or(cpv);
            let (before, behind) = (&word[..word.len() - bare.len()], &bare[cpv.len()..]);
            format!("{before}{}{behind}", self.name(cpv))
        };
        text.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }
}

/// A package of a database of the machine, when it is called otherwise than here: a version that was imported from dpkg is written so that it
/// sorts as dpkg's does, which nobody can read.
pub(crate) fn called(machine: &Machine, at: usize, id: PackageId) -> Option<String> {
    let packages = &machine.places()[at].packages;
    let version = packages.entry(id).field("DEBIAN_VERSION").ok().flatten()?;
    let version = Text::from(version.trim_ascii());
    Some(format!("{}-{version}", packages.packages().get(id).cpv().cp()))
}
