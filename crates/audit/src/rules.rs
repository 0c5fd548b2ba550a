//! What looks mean, as data.

mod file;
mod word;

use hermitage_view::Pattern;
use serde::{Deserialize, Serialize};

use crate::{Answer, Error};
pub(crate) use word::Word;

/// What a file is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Role {
    /// A program that is executed.
    Program,
    /// A header that is included.
    Header,
    /// A library as the linker finds it: `.so`, `.a`.
    Linkable,
    /// A library as a program loads it: `.so.N`.
    Loadable,
    /// A library's description for pkg-config.
    PkgConfig,
    /// A module of `CMake`.
    Cmake,
    /// Macros for aclocal.
    Macro,
    /// A module of Python.
    Python,
    /// A module of Perl.
    Perl,
    /// Anything else.
    Data,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 10] = [
        Self::Program,
        Self::Header,
        Self::Linkable,
        Self::Loadable,
        Self::PkgConfig,
        Self::Cmake,
        Self::Macro,
        Self::Python,
        Self::Perl,
        Self::Data,
    ];

    /// The name, as in rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Header => "header",
            Self::Linkable => "linkable",
            Self::Loadable => "loadable",
            Self::PkgConfig => "pkg-config",
            Self::Cmake => "cmake",
            Self::Macro => "macro",
            Self::Python => "python",
            Self::Perl => "perl",
            Self::Data => "data",
        }
    }

    /// Whether such a file goes into what is built: its package belongs to `DEPEND`, that of the others to `BDEPEND`.
    pub fn is_built_against(self) -> bool {
        matches!(
            self,
            Self::Header | Self::Linkable | Self::Loadable | Self::PkgConfig | Self::Cmake
        )
    }
}

/// Rules in the order in which they are tried.
///
/// Written in TOML; [`Rules::shipped`] are those that come with the crate, and their file `rules.toml` shows every table.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    roles: Vec<(Role, Vec<Pattern>)>,
    quiet: Vec<Quiet>,
    alternatives: Vec<Alternatives>,
    /// Names of packages.
    implicit: Vec<Word>,
    /// Names of programs.
    companions: Vec<Word>,
    /// Names of files.
    sought: Vec<Word>,
    searched: Vec<(Role, Vec<String>)>,
    names: Vec<Names>,
}

/// A rule about looks that mean nothing.
#[derive(Clone, Debug)]
pub struct Quiet {
    id: String,
    reason: String,
    programs: Vec<Word>,
    paths: Vec<Pattern>,
    answers: Vec<Answer>,
}

/// Programs that do the same.
#[derive(Clone, Debug)]
struct Alternatives {
    id: String,
    names: Vec<Word>,
}

/// How flags and options call a package.
#[derive(Clone, Debug)]
struct Names {
    package: String,
    names: Vec<String>,
}

impl Quiet {
    /// The name of the rule.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Why these looks mean nothing.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    fn covers(&self, program: &[u8], path: &[u8], answer: Answer) -> bool {
        (self.answers.is_empty() || self.answers.contains(&answer))
            && (self.programs.is_empty() || is_among(&self.programs, program))
            && (self.paths.is_empty() || matches_any(&self.paths, path))
    }
}

impl Rules {
    /// The rules that come with the crate.
    ///
    /// # Panics
    /// Never: a test reads them.
    #[allow(clippy::expect_used, reason = "the file is part of the crate, and a test reads it")]
    pub fn shipped() -> Self {
        Self::parse(include_str!("../rules.toml")).expect("the shipped rules are valid")
    }

    /// Reads rules in TOML.
    ///
    /// # Errors
    /// When it is not TOML, of a schema other than 1, has a key that is not known, or a pattern that is none; with the line
    /// where it can be told.
    pub fn parse(text: &str) -> Result<Self, Error> {
        file::parse(text)
    }

    /// These rules after those of another file.
    #[must_use]
    pub fn preceded_by(mut self, other: Self) -> Self {
        self.roles.splice(..0, other.roles);
        self.quiet.splice(..0, other.quiet);
        self.alternatives.splice(..0, other.alternatives);
        self.implicit.splice(..0, other.implicit);
        self.companions.splice(..0, other.companions);
        self.sought.splice(..0, other.sought);
        self.searched.splice(..0, other.searched);
        self.names.splice(..0, other.names);
        self
    }

    /// What the file at a path is used as.
    pub fn role(&self, path: &[u8]) -> Role {
        let role = self.roles.iter().find(|(_, paths)| matches_any(paths, path));
        role.map_or(Role::Data, |(role, _)| *role)
    }

    /// The rule by which it means nothing that this program looked for this path, and got this answer.
    pub fn quiet(&self, program: &[u8], path: &[u8], answer: Answer) -> Option<&Quiet> {
        self.quiet.iter().find(|quiet| quiet.covers(program, path, answer))
    }

    /// The names of groups of programs of which one will do, among them one of this name.
    pub fn alternatives<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a str> {
        let has = move |group: &&Alternatives| is_among(&group.names, name);
        self.alternatives.iter().filter(has).map(|group| &group.id[..])
    }

    /// Whether every build uses this package without declaring it. `name` is its category and name.
    pub fn is_implicit(&self, name: &str) -> bool {
        is_among(&self.implicit, name.as_bytes())
    }

    /// Whether a program of this name belongs to the class of the library it comes with.
    pub fn is_companion(&self, program: &[u8]) -> bool {
        is_among(&self.companions, program)
    }

    /// Whether whoever looks for a file of this name in one directory after the other means it wherever it is.
    pub fn is_sought_by_name(&self, name: &[u8]) -> bool {
        is_among(&self.sought, name)
    }

    /// The directories that every search for files of this kind comes by, besides those where packages have theirs.
    pub(crate) fn searched(&self, role: Role) -> impl Iterator<Item = &str> {
        let of_role = self.searched.iter().filter(move |(other, _)| *other == role);
        of_role.flat_map(|(_, directories)| directories.iter().map(String::as_str))
    }

    /// How flags and options may call a package, the likeliest first.
    pub fn names_of(&self, package: &str) -> Vec<String> {
        let known = self.names.iter().filter(|names| names.package == package);
        let mut names: Vec<String> = known.flat_map(|names| names.names.clone()).collect();
        let short = package.rsplit('/').next().unwrap_or(package);
        let bare = short.strip_suffix("-dev").unwrap_or(short);
        let stem =
            bare.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
        for name in [short, bare, stem, stem.strip_prefix("lib").unwrap_or(stem)] {
            if name.len() > 1 && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }
}

fn is_among(words: &[Word], name: &[u8]) -> bool {
    words.iter().any(|word| word.matches(name))
}

fn matches_any(patterns: &[Pattern], path: &[u8]) -> bool {
    patterns.iter().any(|pattern| pattern.matches(path).is_some())
}
