//! One package of dpkg's status file.

use super::control::Paragraph;
use super::name;
use super::problem::{Fault, Problem};
use super::relation::{self, Relation};
use super::version::DebianVersion;

/// Alternatives in groups, as [`relation::parse`] gives them.
pub(super) type Relations<'a> = Vec<Vec<Relation<'a>>>;

/// What the third word of `Status` says, as far as the import cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Unpacked and configured.
    Installed,
    /// The same, with triggers still to run.
    TriggersPending,
    /// Something is on the disk, but the package is not whole.
    Incomplete,
    /// Nothing but perhaps configuration files is there.
    Absent,
}

/// Which other architectures' packages this one serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MultiArch {
    /// Only its own.
    No,
    /// Only its own, and it can be installed for several.
    Same,
    /// Any.
    Foreign,
    /// Those that ask with `:any`.
    Allowed,
}

/// A paragraph of the status file, read.
#[derive(Debug, Clone)]
pub(super) struct Record<'a> {
    pub(super) name: &'a str,
    pub(super) architecture: &'a str,
    pub(super) version: DebianVersion<'a>,
    pub(super) multi_arch: MultiArch,
    pub(super) essential: bool,
    pub(super) depends: Relations<'a>,
    pub(super) conflicts: Relations<'a>,
    pub(super) breaks: Relations<'a>,
    pub(super) provides: Relations<'a>,
    pub(super) paragraph: Paragraph<'a>,
}

impl<'a> Record<'a> {
    /// Reads an installed package's paragraph.
    pub(super) fn parse(paragraph: Paragraph<'a>) -> Result<Self, Fault> {
        let (name, architecture) = identity(&paragraph)?;
        let (version, line) = paragraph.required("Version")?;
        let version = DebianVersion::parse(version)
            .ok_or_else(|| Fault::new(line, Problem::Version(version.to_owned())))?;
        let mut depends = relations(&paragraph, "Pre-Depends")?;
        depends.extend(relations(&paragraph, "Depends")?);
        Ok(Self {
            name,
            architecture,
            version,
            multi_arch: multi_arch(&paragraph)?,
            essential: is_essential(&paragraph)?,
            depends,
            conflicts: relations(&paragraph, "Conflicts")?,
            breaks: relations(&paragraph, "Breaks")?,
            provides: relations(&paragraph, "Provides")?,
            paragraph,
        })
    }

    /// The md5 sums of the configuration files as they were packaged: path, sum.
    pub(super) fn conffiles(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let value = self.paragraph.field("Conffiles").map_or(&b""[..], |field| field.value);
        value.split(|byte| *byte == b'\n').filter_map(|line| {
            let line = line.trim_ascii();
            let line = line.strip_suffix(b" obsolete").unwrap_or(line);
            let line = line.strip_suffix(b" remove-on-upgrade").unwrap_or(line);
            let space = line.iter().rposition(|byte| *byte == b' ')?;
            Some((&line[..space], &line[space + 1..]))
        })
    }
}

/// Name and architecture, checked: they become parts of paths.
pub(super) fn identity<'a>(paragraph: &Paragraph<'a>) -> Result<(&'a str, &'a str), Fault> {
    let (package, line) = paragraph.required("Package")?;
    if !name::is_valid(package) {
        return Err(Fault::new(line, Problem::PackageName(package.to_owned())));
    }
    let Some((architecture, line)) = paragraph.text("Architecture")? else {
        return Ok((package, ""));
    };
    let valid = !architecture.starts_with('-')
        && architecture.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !valid {
        return Err(Fault::new(line, Problem::Architecture(architecture.to_owned())));
    }
    Ok((package, architecture))
}

/// Reads `Status: WANT FLAG STATE`.
pub(super) fn state(paragraph: &Paragraph<'_>) -> Result<State, Fault> {
    let (text, line) = paragraph.required("Status")?;
    let fault = || Fault::new(line, Problem::Status(text.to_owned()));
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let [_, flag, state] = words[..] else { return Err(fault()) };
    let state = match state {
        "installed" => State::Installed,
        "triggers-awaited" | "triggers-pending" => State::TriggersPending,
        "unpacked" | "half-configured" | "half-installed" => State::Incomplete,
        "not-installed" | "config-files" => State::Absent,
        _ => return Err(fault()),
    };
    match flag {
        "ok" => Ok(state),
        "reinstreq" => Ok(State::Incomplete),
        _ => Err(fault()),
    }
}

fn is_essential(paragraph: &Paragraph<'_>) -> Result<bool, Fault> {
    let essential = paragraph.text("Essential")?.is_some_and(|(text, _)| text == "yes");
    let required = paragraph.text("Priority")?.is_some_and(|(text, _)| text == "required");
    Ok(essential || required)
}

fn multi_arch(paragraph: &Paragraph<'_>) -> Result<MultiArch, Fault> {
    Ok(match paragraph.text("Multi-Arch")?.map(|(text, _)| text) {
        Some("same") => MultiArch::Same,
        Some("foreign") => MultiArch::Foreign,
        Some("allowed") => MultiArch::Allowed,
        _ => MultiArch::No,
    })
}

fn relations<'a>(paragraph: &Paragraph<'a>, name: &str) -> Result<Relations<'a>, Fault> {
    match paragraph.text(name)? {
        Some((text, line)) => relation::parse(text, line),
        None => Ok(Vec::new()),
    }
}
