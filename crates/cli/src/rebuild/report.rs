//! What is told of two builds.

use std::path::PathBuf;

use hermitage_mountns::ByteString;
use serde::Serialize;

use super::Condition;
use super::cause::{Cause, Other, Reason};
use super::tree::{Difference, DifferenceKind};
use crate::args::TextOrJson;
use crate::failure::{Failure, harmless};
use crate::output::Output;

const SCHEMA: u32 = 1;

/// The whole report; `rebuild.schema.json` beside the sources says what its form is.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    schema: u32,
    /// Whether nothing differs.
    pub(super) identical: bool,
    /// The exit codes of the two builds.
    pub(super) exit_codes: [i32; 2],
    pub(super) varied: Vec<Varied>,
    pub(super) held: Vec<Held>,
    /// What was compared.
    pub(super) results: Vec<ByteString>,
    /// What is due to them that one build fails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) failure_causes: Vec<Cause>,
    pub(super) differences: Vec<Told>,
    /// How often it was built to find out what differences are due to, after the first two times.
    pub(super) further_builds: usize,
}

/// A condition that the second build varies.
#[derive(Debug, Serialize)]
pub(super) struct Varied {
    pub(super) condition: Condition,
    pub(super) first: String,
    pub(super) second: String,
}

/// A condition that both builds have in common.
#[derive(Debug, Serialize)]
pub(super) struct Held {
    pub(super) condition: Condition,
    pub(super) reason: String,
}

/// A difference, and what it is due to.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    #[serde(flatten)]
    pub(super) difference: Difference,
    pub(super) causes: Vec<Cause>,
    /// What diffoscope says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) diffoscope: Option<String>,
}

impl Report {
    pub(super) fn new(exit_codes: [i32; 2], results: &[PathBuf], differences: Vec<Told>) -> Self {
        Self {
            schema: SCHEMA,
            identical: differences.is_empty() && exit_codes[0] == exit_codes[1],
            exit_codes,
            varied: Vec::new(),
            held: Vec::new(),
            results: results.iter().map(|path| path.as_path().into()).collect(),
            failure_causes: Vec::new(),
            differences,
            further_builds: 0,
        }
    }

    pub(super) fn print(&self, format: TextOrJson) -> Result<(), Failure> {
        let mut out = Output::new();
        match format {
            TextOrJson::Json => out.json(self)?,
            TextOrJson::Text => self.text(&mut out)?,
        }
        out.finish()
    }

    fn text(&self, out: &mut Output) -> Result<(), Failure> {
        for Varied { condition, first, second } in &self.varied {
            out.line(format_args!("varied {}: {first} -> {second}", condition.name()))?;
        }
        for Held { condition, reason } in &self.held {
            out.line(format_args!("held {}: {reason}", condition.name()))?;
        }
        if self.exit_codes[0] != self.exit_codes[1] {
            let [first, second] = self.exit_codes;
            out.line(format_args!("the command ends with {first}, and with {second}"))?;
            self.failure_causes.iter().try_for_each(|cause| line_of(out, cause))?;
        }
        for told in &self.differences {
            // Its own form has no control characters.
            let Difference { path, kind } = &told.difference;
            out.line(format_args!("{path}: {}", phrase(kind)))?;
            told.causes.iter().try_for_each(|cause| line_of(out, cause))?;
            for line in told.diffoscope.iter().flat_map(|text| text.lines()) {
                out.line(format_args!("    | {}", harmless(line)))?;
            }
        }
        out.line(self.verdict())
    }

    fn verdict(&self) -> String {
        let more = match self.further_builds {
            0 => String::new(),
            count => format!(" ({count} more builds to find out why)"),
        };
        match self.differences.len() {
            0 if self.identical => "identical".into(),
            0 => format!("the builds end differently{more}"),
            1 => format!("1 difference{more}"),
            count => format!("{count} differences{more}"),
        }
    }
}

fn line_of(out: &mut Output, cause: &Cause) -> Result<(), Failure> {
    let how = if cause.proven { "due to" } else { "probably due to" };
    let what = match cause.reason {
        Reason::Other(Other::Unsteady) => {
            "the clock, randomness or a race: it differs with nothing varied".into()
        }
        Reason::Other(Other::Together) => "several conditions together, none of them alone".into(),
        Reason::Condition(condition) => format!("{} ({})", condition.name(), told_as(condition)),
    };
    let evidence = cause.evidence.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    out.line(format_args!("    {how} {what}{}", harmless(&evidence)))
}

fn told_as(condition: Condition) -> &'static str {
    match condition {
        Condition::Environment => "variables of the environment",
        Condition::Host => "the host's name",
        Condition::User => "who builds it",
        Condition::TimeZone => "the time zone",
        Condition::Locale => "the locale",
        Condition::Umask => "the file mode creation mask",
        Condition::Order => "in which order directories are listed",
        Condition::Cpus => "how many processors there are",
        Condition::Date => "when the sources were modified",
        Condition::Clock => "the time of day",
        Condition::Place => "where the sources lie",
        Condition::Packages => "packages that are not declared",
    }
}

fn phrase(kind: &DifferenceKind) -> String {
    match kind {
        DifferenceKind::OnlyFirst => "is left by the first build only".into(),
        DifferenceKind::OnlySecond => "is left by the second build only".into(),
        DifferenceKind::Type { first, second } => format!("a {first}, and a {second}"),
        DifferenceKind::Mode { first, second } => format!("mode {first}, and {second}"),
        DifferenceKind::Target { first, second } => format!("leads to {first}, and to {second}"),
        DifferenceKind::Content { offset, first_size, second_size }
            if first_size == second_size =>
        {
            format!("{first_size} bytes, which differ from byte {offset} on")
        }
        DifferenceKind::Content { offset, first_size, second_size } => {
            format!("{first_size} and {second_size} bytes, which differ from byte {offset} on")
        }
        DifferenceKind::Time { first, second } => {
            let seconds =
                |time: i128| format!("{}.{:09}", time.div_euclid(NANO), time.rem_euclid(NANO));
            format!("modified at {}, and at {}", seconds(*first), seconds(*second))
        }
    }
}

const NANO: i128 = 1_000_000_000;
