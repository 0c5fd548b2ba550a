//! The files of dpkg's directory that concern all packages.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

use super::control::{Paragraph, paragraphs};
use super::fail;
use super::problem::{Fault, Problem};
use super::record::{Record, State, identity, state};
use super::report::Unfinished;

/// A control file that was read: the status file, or an update of it that dpkg has not yet merged.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
}

/// Reads the status file and, in their order, the files of `updates`: a dpkg that was killed leaves some.
pub(super) fn sources(admindir: &Path) -> Result<Vec<Source>, Error> {
    let status = admindir.join("status");
    let bytes = fs::read(&status).map_err(|error| fail::read(&status, error))?;
    let mut sources = vec![Source { path: status, bytes }];
    for path in updates(&admindir.join("updates"))? {
        let bytes = fs::read(&path).map_err(|error| fail::read(&path, error))?;
        sources.push(Source { path, bytes });
    }
    Ok(sources)
}

/// The files of the updates directory whose names are all digits, in order.
fn updates(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fail::read(directory, error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| fail::read(directory, error))?;
        let name = entry.file_name();
        if name.as_encoded_bytes().iter().all(u8::is_ascii_digit) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// The installed packages, and those that are not whole.
#[derive(Debug)]
pub(super) struct Installed<'a> {
    pub(super) records: Vec<Record<'a>>,
    pub(super) unfinished: Vec<Unfinished>,
}

/// Reads the packages of all sources; a later source replaces what an earlier one says of a package.
pub(super) fn installed(sources: &[Source]) -> Result<Installed<'_>, Error> {
    let mut latest: BTreeMap<(&str, &str), (&Path, Paragraph<'_>)> = BTreeMap::new();
    for source in sources {
        let at = |fault| fail::at(&source.path, fault);
        let mut own = BTreeMap::new();
        for paragraph in paragraphs(&source.bytes).map_err(at)? {
            let key = identity(&paragraph).map_err(at)?;
            let line = paragraph.line();
            if own.insert(key, (&*source.path, paragraph)).is_some() {
                return Err(at(Fault::new(line, Problem::Duplicate(key.0.to_owned()))));
            }
        }
        latest.append(&mut own);
    }
    let mut installed = Installed { records: Vec::new(), unfinished: Vec::new() };
    for ((package, architecture), (path, paragraph)) in latest {
        let at = |fault| fail::at(path, fault);
        let state = state(&paragraph).map_err(at)?;
        let imported = matches!(state, State::Installed | State::TriggersPending);
        if matches!(state, State::Incomplete | State::TriggersPending) {
            installed.unfinished.push(Unfinished {
                package: package.to_owned(),
                architecture: architecture.to_owned(),
                status: paragraph.required("Status").map_err(at)?.0.to_owned(),
                imported,
            });
        }
        if imported {
            paragraph.required("Architecture").map_err(at)?;
            installed.records.push(Record::parse(paragraph).map_err(at)?);
        }
    }
    Ok(installed)
}

/// The machine's own architecture: what the `arch` file begins with, else that of the package dpkg, else the one that
/// most packages have.
pub(super) fn native(admindir: &Path, records: &[Record<'_>]) -> Result<String, Error> {
    let path = admindir.join("arch");
    match fs::read_to_string(&path) {
        Ok(text) => {
            if let Some(first) = text.split_whitespace().next() {
                return Ok(first.to_owned());
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fail::read(&path, error)),
    }
    let of_dpkg =
        records.iter().find(|record| record.name == "dpkg" && record.architecture != "all");
    Ok(of_dpkg.map_or_else(|| most_frequent(records), |dpkg| dpkg.architecture.to_owned()))
}

fn most_frequent(records: &[Record<'_>]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for record in records.iter().filter(|record| record.architecture != "all") {
        *counts.entry(record.architecture).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map_or_else(|| "all".to_owned(), |(name, _)| name.to_owned())
}

/// Refuses a layout of the info directory that a future dpkg may introduce.
pub(super) fn check_format(admindir: &Path) -> Result<(), Error> {
    let path = admindir.join("info/format");
    match fs::read_to_string(&path) {
        Ok(text) if matches!(text.trim(), "0" | "1") => Ok(()),
        Ok(text) => {
            Err(fail::at(&path, Fault::new(1, Problem::InfoFormat(text.trim().to_owned()))))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(fail::read(&path, error)),
    }
}

/// A file's bytes, nothing when there is no such file.
pub(super) fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fail::read(path, error)),
    }
}
