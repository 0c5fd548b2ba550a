//! The laws, one function each, shared by property tests, fuzz targets and the replay of seeds.
//!
//! Each takes arbitrary bytes and panics where its law does not hold.

use crate::contents::Lines;
use crate::{Contents, Entry, Metadata, MetadataLine, Needed, NeededEntry, SonameList};

/// CONTENTS: every line is an entry or an error with its number, and what was read writes the same bytes.
///
/// # Panics
/// When that does not hold.
pub fn contents(input: &[u8]) {
    let mut written = Vec::with_capacity(input.len());
    let entries = Contents::parse(input).collect::<Vec<_>>();
    let lines = Lines::new(input).collect::<Vec<_>>();
    assert_eq!(entries.len(), lines.len(), "as many results as lines");
    for (line, entry) in lines.iter().zip(entries) {
        assert_eq!(
            entry.as_ref().ok(),
            line.entry().as_ref().ok(),
            "both ways to read a line agree"
        );
        match entry {
            Ok(entry) => entry_line(&entry, line.as_bytes(), &mut written),
            Err(error) => {
                assert_eq!(error.line(), Some(line.number()), "the error has the line's number");
                assert_eq!(line.readings().count(), 0, "an erroneous line means nothing");
                written.extend_from_slice(line.as_bytes());
                written.extend_from_slice(if line.is_terminated() { b"\n" } else { b"" });
            }
        }
        for reading in line.readings() {
            entry_line(&reading, line.as_bytes(), &mut Vec::new());
        }
    }
    assert_eq!(written, input, "written back, it is the same file");
}

fn entry_line(entry: &Entry<'_>, line: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    entry.write_to(out);
    assert_eq!(
        out.get(start..),
        Some(&[line, b"\n"].concat()[..]),
        "the line is written as it was"
    );
    assert!(!entry.path().is_empty(), "an entry has a path");
}

/// `metadata`: every line is something or an error with its number, what was read writes the same bytes, and the first
/// value of a key is the one that counts.
///
/// # Panics
/// When that does not hold.
pub fn metadata(input: &[u8]) {
    let whole = Metadata::new("metadata", input);
    let mut seen = std::collections::BTreeSet::new();
    for (line, parsed) in Lines::new(input).zip(Metadata::parse(input)) {
        match parsed {
            Ok(parsed) => {
                let mut written = Vec::new();
                parsed.write_to(&mut written);
                assert_eq!(written, [line.as_bytes(), b"\n"].concat(), "written as it was");
                if let MetadataLine::Field { key, value } = parsed
                    && seen.insert(key)
                {
                    assert_eq!(whole.get(key), Some(value), "the first value counts");
                }
            }
            Err(error) => {
                assert_eq!(error.line(), Some(line.number()), "the error has the line's number");
                let known = whole.oddities().iter().any(|odd| odd.line() == error.line());
                assert!(known, "each erroneous line is an oddity of the file");
            }
        }
    }
    assert_eq!(whole.fields().count(), seen.len(), "no field comes from nowhere");
}

/// NEEDED.ELF.2: every line is an entry or an error with its number, and what was read writes the same bytes.
///
/// # Panics
/// When that does not hold.
pub fn needed(input: &[u8]) {
    let entries = Needed::parse(input).collect::<Vec<_>>();
    let lines = Lines::new(input).collect::<Vec<_>>();
    assert_eq!(entries.len(), lines.len(), "as many results as lines");
    for (line, entry) in lines.iter().zip(&entries) {
        match entry {
            Ok(entry) => needed_line(entry, line.as_bytes()),
            Err(error) => {
                assert_eq!(error.line(), Some(line.number()), "the error has the line's number");
            }
        }
    }
}

fn needed_line(entry: &NeededEntry<'_>, line: &[u8]) {
    let mut written = Vec::new();
    entry.write_to(&mut written);
    assert_eq!(written, [line, b"\n"].concat(), "the line is written as it was");
    assert!(entry.sonames().all(|name| !name.is_empty()), "no soname is empty");
    assert!(entry.rpaths().all(|dir| !dir.is_empty()), "no directory is empty");
}

/// PROVIDES and REQUIRES: each word is a category, a soname or an error; nothing is dropped.
///
/// # Panics
/// When that does not hold.
pub fn sonames(input: &[u8]) {
    let words = input.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let names = words.filter(|word| !word.ends_with(b":")).collect::<Vec<_>>();
    let read = SonameList::parse(input).collect::<Vec<_>>();
    assert_eq!(read.len(), names.len(), "as many results as sonames");
    for (soname, name) in read.iter().zip(names) {
        assert!(soname.as_ref().map_or(true, |soname| soname.name == name), "in their order");
    }
}
