use serde::Deserialize;

use super::Pattern;
use crate::{Error, ErrorKind};

/// The version of the table's format that this crate reads.
const SCHEMA: u32 = 1;

/// What to do with the files that no package owns but that tools made from what packages installed.
///
/// The rules are tried in order, and the first of which a pattern matches a path decides about that path, whether or not
/// its condition is met. A user's rules therefore go before the shipped ones.
///
/// ```
/// use hermitage_view::GeneratedTable;
///
/// let mine = GeneratedTable::parse(r#"
///     schema = 1
///     [[rule]]
///     paths = ["/etc/machine-id"]
///     treatment = "synthesise"
///     content = "00000000000000000000000000000001\n"
///     reason = "one of our tests reads it"
/// "#)?;
/// let table = GeneratedTable::shipped().preceded_by(mine);
/// assert_eq!(table.rules()[0].reason, "one of our tests reads it");
/// # Ok::<(), hermitage_view::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GeneratedTable {
    rules: Vec<Rule>,
}

/// One rule of a [`GeneratedTable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The paths it is about.
    pub patterns: Vec<Pattern>,
    /// What to do with them.
    pub treatment: Treatment,
    /// Paths of which one must resolve in the view; `{1}` and so on stand for what the wildcards matched.
    pub if_visible: Vec<String>,
    /// Owners of which one must have something in the view: a label, or the start of one before `-` and a digit.
    pub if_owner: Vec<String>,
    /// Whether it also holds for a path that a package outside the view owns.
    pub even_if_owned: bool,
    /// The program that makes these files.
    pub made_by: String,
    /// Why they are treated so.
    pub reason: String,
}

/// What a view does with a generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Treatment {
    /// Show the host's file, the links it leads through, and what it finally points to.
    Expose,
    /// The same, on a condition.
    ExposeIfOwner,
    /// Don't show it, even if a package in the view recorded it.
    Hide,
    /// Show a file of this content.
    Synthesise {
        /// Permission bits.
        mode: u32,
        /// The content.
        content: Vec<u8>,
    },
    /// Show the dynamic linker's cache without the libraries that are not visible.
    FilterLdCache,
}

impl GeneratedTable {
    /// The rules that come with this crate (`generated.toml`).
    ///
    /// # Panics
    /// Never: a test reads that file.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../generated.toml")).expect("the shipped table is valid")
    }

    /// Reads a table in TOML.
    ///
    /// # Errors
    /// When it is not TOML, not of a known schema, or a rule makes no sense.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let file: File = toml::from_str(text)
            .map_err(|error| Error::new("generated files", ErrorKind::Table(Box::new(error))))?;
        if file.schema != SCHEMA {
            return Err(Error::new("schema", ErrorKind::Rule("only schema 1 is known")));
        }
        let rules = file.rule.into_iter().map(Rule::try_from).collect::<Result<_, _>>()?;
        Ok(Self { rules })
    }

    /// This table with the rules of another before its own.
    #[must_use]
    pub fn preceded_by(mut self, other: Self) -> Self {
        self.rules.splice(..0, other.rules);
        self
    }

    /// The rules in the order in which they are tried.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule that decides about a canonical path, if there is one.
    pub fn rule_for(&self, path: &[u8]) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.covers(path))
    }

    /// The rules that may be about something in a directory.
    pub(crate) fn rules_in(&self, dir: &[u8]) -> Vec<&Rule> {
        let may_cover =
            |rule: &&Rule| rule.patterns.iter().any(|pattern| pattern.may_match_in(dir));
        self.rules.iter().filter(may_cover).collect()
    }

    pub(crate) fn hides(&self, path: &[u8]) -> bool {
        self.rule_for(path).is_some_and(|rule| rule.treatment == Treatment::Hide)
    }
}

impl Rule {
    /// Whether one of the patterns matches a canonical path.
    pub fn covers(&self, path: &[u8]) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(path).is_some())
    }

    /// Whether this is one of the owners the rule names.
    pub(crate) fn names_owner(&self, label: &str) -> bool {
        self.if_owner.iter().any(|owner| {
            let rest = label.strip_prefix(owner.as_str());
            let version = |rest: &str| {
                rest.strip_prefix('-').is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()))
            };
            rest.is_some_and(|rest| rest.is_empty() || version(rest))
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    #[serde(default)]
    rule: Vec<RuleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RuleText {
    paths: Vec<String>,
    treatment: TreatmentText,
    mode: Option<u32>,
    content: Option<String>,
    #[serde(default)]
    if_visible: Vec<String>,
    #[serde(default)]
    if_owner: Vec<String>,
    #[serde(default)]
    even_if_owned: bool,
    #[serde(default)]
    made_by: String,
    reason: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum TreatmentText {
    Expose,
    ExposeIfOwner,
    Hide,
    Synthesise,
    FilterLdCache,
}

impl TryFrom<RuleText> for Rule {
    type Error = Error;

    fn try_from(text: RuleText) -> Result<Self, Error> {
        text.check()?;
        let treatment = match text.treatment {
            TreatmentText::Expose => Treatment::Expose,
            TreatmentText::ExposeIfOwner => Treatment::ExposeIfOwner,
            TreatmentText::Hide => Treatment::Hide,
            TreatmentText::FilterLdCache => Treatment::FilterLdCache,
            TreatmentText::Synthesise => Treatment::Synthesise {
                mode: text.mode.unwrap_or(0o644),
                content: text.content.unwrap_or_default().into_bytes(),
            },
        };
        Ok(Self {
            patterns: text
                .paths
                .iter()
                .map(|path| Pattern::parse(path))
                .collect::<Result<_, _>>()?,
            treatment,
            if_visible: text.if_visible,
            if_owner: text.if_owner,
            even_if_owned: text.even_if_owned,
            made_by: text.made_by,
            reason: text.reason,
        })
    }
}

impl RuleText {
    fn check(&self) -> Result<(), Error> {
        use TreatmentText as T;
        let conditional = !self.if_visible.is_empty() || !self.if_owner.is_empty();
        let synthetic = self.treatment == T::Synthesise;
        let problem = match self.treatment {
            _ if self.paths.is_empty() => "no paths",
            T::ExposeIfOwner if !conditional => "expose-if-owner needs if-visible or if-owner",
            T::Hide if conditional => "hide takes no condition",
            T::Synthesise if self.content.is_none() => "synthesise needs content",
            _ if !synthetic && self.content.is_some() => "only synthesise takes content",
            _ if !synthetic && self.mode.is_some() => "only synthesise takes a mode",
            _ => return Ok(()),
        };
        let path = self.paths.first().map_or("", |path| path.as_str());
        Err(Error::new(path, ErrorKind::Rule(problem)))
    }
}
