//! What came out, as data that is written in several forms.

use serde::{Deserialize, Serialize};

use crate::{Answer, Class, Comparison, Observer, Outcome, Role, Text};

/// The version of the form of [`Report`].
pub const SCHEMA: u32 = 1;

/// What a build reached for.
///
/// The same trace and the same packages give the same report, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: u32,
    /// How what was built is called.
    pub target: String,
    /// The phase, where the trace is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// How the command ended that was watched; absent where that is not known. A command that failed has ended early: nothing is said
    /// then of what is declared and unused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Who watched; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observer: Option<Observer>,
    /// How many names were looked for.
    pub accesses: usize,
    /// How many processes looked.
    pub processes: usize,
    /// The findings, the most severe first, then by id.
    pub findings: Vec<Finding>,
    /// Which rules said of how many looks that they mean nothing.
    pub quieted: Vec<Quieted>,
    /// How the result differs from that of a build that saw all of the host, where one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// Findings that the user put up with; they are not among [`Report::findings`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppressed>,
    /// What could not be looked at, so that findings may be missing or less sure: a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A finding that the user put up with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Why the user does.
    pub reason: String,
}

/// A thing that should be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// A name that stays the same from run to run and from version to version, such as `undeclared:sys-libs/zlib`.
    pub id: String,
    /// What kind of thing.
    pub kind: Kind,
    /// How bad.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// The package it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageName>,
    /// Other packages it may as well be about, by name and version: they own what was looked for too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// How the package came into view, as a chain of packages.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub chain: String,
    /// The first looks that show it, up to [`Finding::SHOWN`].
    pub evidence: Vec<Evidence>,
    /// How many looks show it.
    pub looks: usize,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<Suggestion>,
}

impl Finding {
    /// How many looks a finding keeps.
    pub const SHOWN: usize = 20;
}

/// A package's names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PackageName {
    /// Category and name.
    pub name: String,
    /// With the version.
    pub cpv: String,
    /// The same as people know it, where that is something else: with the distribution's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
}

impl PackageName {
    /// With the version, as people know it.
    pub fn shown(&self) -> &str {
        self.called.as_deref().unwrap_or(&self.cpv)
    }
}

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// A hidden file of an installed package was looked for.
    Undeclared,
    /// A file was used of a package that is visible only because something else needs it.
    Indirect,
    /// A file was looked for of a package that was subtracted from @system.
    System,
    /// A package that is declared for the build was not touched.
    Unused,
    /// A package was used for something that another variable declares.
    Misplaced,
    /// A file of the host was looked for that no package owns.
    Unowned,
    /// A file was used that is visible for the package manager alone.
    PackageManager,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Undeclared,
        Self::Indirect,
        Self::System,
        Self::Unused,
        Self::Misplaced,
        Self::Unowned,
        Self::PackageManager,
    ];

    /// The name, as in ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Undeclared => "undeclared",
            Self::Indirect => "indirect",
            Self::System => "system",
            Self::Unused => "unused",
            Self::Misplaced => "misplaced",
            Self::Unowned => "unowned",
            Self::PackageManager => "package-manager",
        }
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Undeclared => {
                "A file of an installed package that is not declared was looked for."
            }
            Self::Indirect => {
                "A package was used that is visible only because a declared one needs it."
            }
            Self::System => {
                "A package was looked for that was subtracted from @system and is not declared."
            }
            Self::Unused => "A package is declared for the build, and no file of it was touched.",
            Self::Misplaced => {
                "A package was used for something that another variable should declare."
            }
            Self::Unowned => "A file of the host was looked for that no package owns.",
            Self::PackageManager => {
                "A package was used that is visible for the package manager alone."
            }
        }
    }
}

impl Kind {
    /// What to do about it, in general.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Undeclared => {
                "Declare the package in the variable that fits its use, with a USE conditional if it is optional, or pass the \
                 option that does without it. As it is, the result depends on what happens to be installed."
            }
            Self::Indirect => {
                "Declare the package. It is there only until the package that needs it today no longer does."
            }
            Self::System => {
                "Declare the package, so that the build does not rely on @system, or do without it."
            }
            Self::Unused => {
                "Remove the package from the variables of the build, unless another configuration of it (a USE flag, tests, \
                 another architecture) needs it."
            }
            Self::Misplaced => {
                "Declare the package in the variable that fits its use: BDEPEND for what is executed, DEPEND for what is built \
                 against, RDEPEND for what the result needs to run."
            }
            Self::Unowned => {
                "Find out where the file comes from: another machine does not have it. Name the rule or the suppression by \
                 which it is put up with, if it is harmless."
            }
            Self::PackageManager => {
                "Declare the package. It is visible because the package manager itself needs it, and another one may not."
            }
        }
    }

    /// How bad such a finding is, where nothing speaks for more or less.
    pub fn usual_severity(self) -> Severity {
        match self {
            Self::Undeclared => Severity::Error,
            Self::Indirect
            | Self::System
            | Self::Misplaced
            | Self::Unowned
            | Self::PackageManager => Severity::Warning,
            Self::Unused => Severity::Note,
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works by luck.
    Warning,
    /// The declared dependencies are wrong.
    Error,
}

impl Severity {
    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A look that shows a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The path as it was asked for.
    pub path: Text,
    /// What the file is used as.
    pub role: Role,
    /// The answer; absent where no look shows it, such as for a library that the result needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Who asked first, and its ancestors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lineage: Vec<Asker>,
}

/// A process that asked, or an ancestor of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asker {
    /// The file it executed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Text>,
    /// Its arguments.
    pub command: Vec<Text>,
}

/// What to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The variables to declare it in.
    pub classes: Vec<Class>,
    /// What to declare, with a slot operator where the package's slots call for one.
    pub atom: String,
    /// The USE flag that should decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// The option of the project's configuration that does without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// The same in a sentence.
    pub text: String,
}

impl Suggestion {
    /// What to write into the variable: the atom, in a USE conditional if a flag should decide.
    pub fn dependency(&self) -> String {
        match &self.flag {
            Some(flag) => format!("{flag}? ( {} )", self.atom),
            None => self.atom.clone(),
        }
    }
}

/// Looks that mean nothing, by the rule that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quieted {
    /// The name of the rule.
    pub rule: String,
    /// How many looks.
    pub looks: usize,
}

impl Report {
    /// How the command ended, if it failed.
    pub fn failure(&self) -> Option<Outcome> {
        self.outcome.filter(|outcome| !outcome.is_success())
    }

    /// How many findings are at least this bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity >= severity).count()
    }

    /// Puts findings in order.
    pub(crate) fn sort(&mut self) {
        self.findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
    }
}
