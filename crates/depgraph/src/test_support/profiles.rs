//! Strategies of profile stacks.

use crate::profile::MemoryFiles;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Write as _;

/// Profiles `n0`, `n1`, ... of one repository; the last one is the one that is chosen.
#[derive(Clone, Debug)]
pub struct ProfileModel {
    /// The nodes. A node only names earlier ones as its parents.
    pub nodes: Vec<ProfileNodeModel>,
}

/// One profile directory.
#[derive(Clone, Debug)]
pub struct ProfileNodeModel {
    /// The numbers of its parents in order; the same may occur twice.
    pub parents: Vec<usize>,
    /// Its `packages`.
    pub lines: Vec<ProfileLine>,
}

/// A line of `packages`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileLine {
    /// `*atom`
    Add(&'static str),
    /// `-*atom`
    Remove(&'static str),
    /// `-*`
    Clear,
    /// An atom without `*`, which has nothing to do with @system.
    Plain(&'static str),
    /// A comment.
    Comment,
}

const ATOMS: [&str; 5] =
    ["sys-apps/sed", ">=sys-apps/sed-4", "sys-devel/gcc", "app-arch/tar", "virtual/libc"];

/// Stacks of up to eight nodes, with shared parents.
pub fn profile_stacks() -> impl Strategy<Value = ProfileModel> {
    let atom = || prop::sample::select(&ATOMS[..]);
    let line = prop_oneof![
        8 => atom().prop_map(ProfileLine::Add),
        3 => atom().prop_map(ProfileLine::Remove),
        1 => Just(ProfileLine::Clear),
        1 => atom().prop_map(ProfileLine::Plain),
        1 => Just(ProfileLine::Comment),
    ];
    let node = (vec(any::<prop::sample::Index>(), 0..3), vec(line, 0..5));
    vec(node, 1..8).prop_map(|drafts| {
        let parents = |number: usize, drawn: Vec<prop::sample::Index>| match number {
            0 => Vec::new(),
            _ => drawn.iter().map(|index| index.index(number)).collect(),
        };
        let nodes = drafts.into_iter().enumerate();
        let nodes = nodes.map(|(number, (drawn, lines))| ProfileNodeModel {
            parents: parents(number, drawn),
            lines,
        });
        ProfileModel { nodes: nodes.collect() }
    })
}

impl ProfileModel {
    /// The stack as files, below `/repo/profiles`.
    pub fn files(&self) -> MemoryFiles {
        let mut files = MemoryFiles::new().with("/repo/metadata/layout.conf", "masters =\n");
        for (number, node) in self.nodes.iter().enumerate() {
            let directory = format!("/repo/profiles/n{number}");
            let mut parent = String::new();
            for number in &node.parents {
                let _ = writeln!(parent, "../n{number}");
            }
            let packages: String = node.lines.iter().map(|line| line.text() + "\n").collect();
            files = files.with(format!("{directory}/parent"), parent);
            files = files.with(format!("{directory}/packages"), packages);
        }
        files
    }

    /// The directory of the chosen profile.
    pub fn directory(&self) -> String {
        format!("/repo/profiles/n{}", self.nodes.len().saturating_sub(1))
    }

    /// @system, as the definition has it: every line of every node in turn.
    pub fn system(&self) -> Vec<&'static str> {
        let mut system = Vec::new();
        self.apply(self.nodes.len().saturating_sub(1), &mut system);
        system.sort_unstable();
        system.dedup();
        system
    }

    fn apply(&self, number: usize, system: &mut Vec<&'static str>) {
        let Some(node) = self.nodes.get(number) else { return };
        for &parent in &node.parents {
            self.apply(parent, system);
        }
        for line in &node.lines {
            match line {
                ProfileLine::Add(atom) => system.push(atom),
                ProfileLine::Remove(atom) => system.retain(|known| known != atom),
                ProfileLine::Clear => system.clear(),
                ProfileLine::Plain(_) | ProfileLine::Comment => {}
            }
        }
    }
}

impl ProfileLine {
    /// The line as it stands in the file.
    pub fn text(&self) -> String {
        match self {
            Self::Add(atom) => format!("*{atom}"),
            Self::Remove(atom) => format!("-*{atom}"),
            Self::Clear => "-*".to_owned(),
            Self::Plain(atom) => (*atom).to_owned(),
            Self::Comment => "# a comment".to_owned(),
        }
    }
}
