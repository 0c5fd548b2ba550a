//! What the user puts up with.

mod date;
mod file;

use std::collections::BTreeSet;

use crate::report::{Finding, Report, SCHEMA, Suppressed};
use crate::rules::Word;
use crate::{Error, ErrorKind, Place};

pub use date::Date;

/// Findings that the user puts up with, each with a reason.
///
/// Written in TOML. In `id`, `target` and `package` a `*` stands for any characters; `package` is compared with the
/// category and name of the package that a finding is about, and with its version too; `until` is the last day.
///
/// ```
/// use hermitage_audit::Suppressions;
///
/// let suppressions = Suppressions::parse(
///     r#"
///     schema = 1
///
///     [[suppress]]
///     id = "undeclared:sys-libs/zlib"
///     target = "app-misc/viewer-*"
///     reason = "only asked for by the bundled tests, which are not built"
///     until = 2027-03-31
///     "#,
/// )?;
/// assert_eq!(suppressions.iter().count(), 1);
/// # Ok::<(), hermitage_audit::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Suppressions(Vec<Suppression>);

/// What the user puts up with, and why.
#[derive(Clone, Debug)]
pub struct Suppression {
    ids: Ids,
    target: Option<Word>,
    package: Option<Word>,
    reason: String,
    until: Option<Date>,
    line: Option<usize>,
}

/// Ids of findings. Those of a baseline are not patterns: a path may have a star in its name.
#[derive(Clone, Debug)]
enum Ids {
    Like(Word),
    Exactly(String),
}

/// Which of some [`Suppressions`] have suppressed something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used(BTreeSet<usize>);

/// A suppression that did nothing.
#[derive(Clone, Copy, Debug)]
pub struct Idle<'a> {
    /// The suppression.
    pub suppression: &'a Suppression,
    /// Whether it did nothing because its last day is over.
    pub is_expired: bool,
}

impl Suppressions {
    /// Reads a file of suppressions.
    ///
    /// # Errors
    /// When the text is not TOML, has a key that is not known, or lacks a reason; with the line.
    pub fn parse(text: &str) -> Result<Self, Error> {
        file::parse(text).map(Self)
    }

    /// Takes everything that is in a report, written as JSON, as known: its findings, and those that were suppressed in it.
    ///
    /// What has become known this way is known of every version of what is built.
    ///
    /// # Errors
    /// When it is not a report of [`SCHEMA`]; with the line.
    pub fn baseline(json: &[u8]) -> Result<Self, Error> {
        let report: Report = serde_json::from_slice(json).map_err(|error| {
            // The line stands before the message already.
            let message = error.to_string();
            let what = message.split(" at line ").next().unwrap_or_default();
            Error::new(Place::Line(error.line()), ErrorKind::Baseline(what.to_owned()))
        })?;
        if report.schema != SCHEMA {
            let what = format!("it is of schema {}, and {SCHEMA} is known", report.schema);
            return Err(Error::new(Place::Nowhere, ErrorKind::Baseline(what)));
        }
        let suppressed = report.suppressed.iter().map(|suppressed| &suppressed.finding);
        let ids: BTreeSet<&str> =
            report.findings.iter().chain(suppressed).map(|finding| &finding.id[..]).collect();
        Ok(Self(ids.into_iter().map(Suppression::known).collect()))
    }

    /// These, and then those.
    #[must_use]
    pub fn and(mut self, those: Self) -> Self {
        self.0.extend(those.0);
        self
    }

    /// All, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Suppression> {
        self.0.iter()
    }

    /// Those that did nothing, given what was used in all the reports they were made for.
    pub fn idle(&self, used: &Used, today: Date) -> Vec<Idle<'_>> {
        let unused = self.0.iter().enumerate().filter(|(at, _)| !used.0.contains(at));
        unused
            .map(|(_, suppression)| Idle { suppression, is_expired: suppression.is_expired(today) })
            .collect()
    }

    fn of(&self, target: &str, finding: &Finding, today: Date) -> Option<(usize, &Suppression)> {
        let covers =
            |(_, suppression): &(usize, &Suppression)| suppression.covers(target, finding, today);
        self.0.iter().enumerate().find(covers)
    }
}

impl Suppression {
    /// Which findings, as it was written.
    pub fn id(&self) -> &str {
        match &self.ids {
            Ids::Like(word) => word.as_str(),
            Ids::Exactly(id) => id,
        }
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The last day on which it holds.
    pub fn until(&self) -> Option<Date> {
        self.until
    }

    /// The line of the file it stands in, counted from 1; none where it is of a baseline.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// A finding of a baseline.
    fn known(id: &str) -> Self {
        Self {
            ids: Ids::Exactly(id.to_owned()),
            target: None,
            package: None,
            reason: "it is in the baseline".to_owned(),
            until: None,
            line: None,
        }
    }

    fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    fn covers(&self, target: &str, finding: &Finding, today: Date) -> bool {
        let is_target =
            self.target.as_ref().is_none_or(|pattern| pattern.matches(target.as_bytes()));
        let is_package = self.package.as_ref().is_none_or(|pattern| {
            finding.package.as_ref().is_some_and(|package| {
                pattern.matches(package.name.as_bytes()) || pattern.matches(package.cpv.as_bytes())
            })
        });
        let is_id = match &self.ids {
            Ids::Like(word) => word.matches(finding.id.as_bytes()),
            Ids::Exactly(id) => *id == finding.id,
        };
        is_id && is_target && is_package && !self.is_expired(today)
    }
}

impl Used {
    /// What was used here or there.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl Report {
    /// Moves the findings that are put up with to [`Report::suppressed`]. The first suppression that covers a finding
    /// gives the reason.
    pub fn suppress(&mut self, suppressions: &Suppressions, today: Date) -> Used {
        let mut used = Used::default();
        for finding in std::mem::take(&mut self.findings) {
            match suppressions.of(&self.target, &finding, today) {
                Some((at, suppression)) => {
                    used.0.insert(at);
                    let reason = suppression.reason.clone();
                    self.suppressed.push(Suppressed { finding, reason });
                }
                None => self.findings.push(finding),
            }
        }
        used
    }
}
