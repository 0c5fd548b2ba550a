//! @system: the packages every build may rely on without saying so.

use crate::profile::{Change, Line, lines};
use hermitage_atom::{Atom, Error};
use std::path::{Path, PathBuf};

/// A set of atoms, with what could not be read as one.
///
/// The atoms are in the order of their names, versions and texts, each once.
#[derive(Clone, Debug, Default)]
pub struct SystemSet {
    atoms: Vec<Atom>,
    rejected: Vec<Rejected>,
}

/// A line that is not what its file holds, and was left out.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub error: Error,
}

impl SystemSet {
    /// Nothing at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads a list of atoms, one a line, with `#` comments. A leading `*` is allowed, so that a profile's `packages`
    /// will do.
    ///
    /// ```
    /// use hermitage_depgraph::SystemSet;
    ///
    /// let set = SystemSet::from_list(b"# ours\n*sys-apps/sed\nsys-devel/gcc\n", "ours".as_ref());
    /// assert_eq!(set.atoms().count(), 2);
    /// ```
    pub fn from_list(content: &[u8], path: &Path) -> Self {
        let mut set = Self::default();
        for (line, text) in lines(content) {
            let text = String::from_utf8_lossy(text.strip_prefix(b"*").unwrap_or(text));
            match Atom::parse_permissive(&text) {
                Ok(atom) => set.atoms.push(atom),
                Err(error) => set.rejected.push(Rejected { path: path.to_owned(), line, error }),
            }
        }
        set.sorted()
    }

    /// The set that the lines of a profile stack add up to.
    pub(crate) fn stacked<'a>(stack: impl Iterator<Item = (&'a Path, &'a Line)>) -> Self {
        let mut set = Self::default();
        for (node, line) in stack {
            match &line.change {
                Change::Add(atom) => set.atoms.push(atom.clone()),
                Change::Remove(text) => set.atoms.retain(|atom| atom.as_str() != &**text),
                Change::Clear => set.atoms.clear(),
                Change::Invalid(error) => set.rejected.push(Rejected {
                    path: node.join("packages"),
                    line: line.number,
                    error: (**error).clone(),
                }),
            }
        }
        set.sorted()
    }

    /// The atoms.
    pub fn atoms(&self) -> impl ExactSizeIterator<Item = &Atom> {
        self.atoms.iter()
    }

    /// The lines that were left out because they are not atoms, or not of their node's EAPI.
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// Adds the atoms of another set.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        self.atoms.extend(other.atoms);
        self.rejected.extend(other.rejected);
        self.sorted()
    }

    fn sorted(mut self) -> Self {
        self.atoms.sort();
        self.atoms.dedup();
        self
    }
}

impl FromIterator<Atom> for SystemSet {
    fn from_iter<I: IntoIterator<Item = Atom>>(atoms: I) -> Self {
        Self { atoms: atoms.into_iter().collect(), rejected: Vec::new() }.sorted()
    }
}
