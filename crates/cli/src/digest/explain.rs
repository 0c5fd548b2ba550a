//! What tells two descriptions apart, for people.

use hermitage_mountns::ByteString;
use hermitage_view::digest::{Change, Description, Difference, Fact, Group, What};

use crate::failure::Failure;
use crate::output::Output;

/// So many paths of a group are told unless all are asked for.
const SOME: usize = 10;

/// Prints the difference; whether there is one.
pub(super) fn explain(
    first: &Description,
    second: &Description,
    all: bool,
) -> Result<bool, Failure> {
    let difference = first.compare(second);
    let mut out = Output::new();
    if difference.is_empty() {
        out.line(format_args!("equal: {}", first.digest()))?;
        out.finish()?;
        return Ok(false);
    }
    out.line(format_args!("- {}\n+ {}", first.digest(), second.digest()))?;
    facts(&difference, &mut out)?;
    for group in &difference.groups {
        of_group(group, if all { usize::MAX } else { SOME }, &mut out)?;
    }
    out.finish()?;
    Ok(true)
}

fn facts(difference: &Difference<'_>, out: &mut Output) -> Result<(), Failure> {
    let mut lines: Vec<(&Fact, char)> = Vec::new();
    lines.extend(difference.only_first.iter().map(|fact| (*fact, '-')));
    lines.extend(difference.only_second.iter().map(|fact| (*fact, '+')));
    // What replaces something stands behind it.
    lines.sort();
    for (fact, sign) in lines {
        let words: Vec<_> = fact.iter().map(|field| shown(field)).collect();
        out.line(format_args!("{sign} {}", words.join(" ")))?;
    }
    Ok(())
}

fn of_group(group: &Group<'_>, limit: usize, out: &mut Output) -> Result<(), Failure> {
    let Group { first, second, changes } = group;
    let count = changes.len();
    let paths = if count == 1 { "path" } else { "paths" };
    out.line(format_args!("{}: {count} {paths}", owners(first, second, changes)))?;
    for change in changes.iter().take(limit) {
        let path = shown(change.path);
        out.line(match (change.first, change.second) {
            (Some(before), None) => format!("  - {path} ({})", noun(before)),
            (None, Some(after)) => format!("  + {path} ({})", noun(after)),
            (Some(before), Some(after)) => format!("  ! {path}: {}", what_changed(before, after)),
            (None, None) => continue,
        })?;
    }
    if count > limit {
        out.line(format_args!("  ... and {} more, which --all lists", count - limit))?;
    }
    Ok(())
}

/// Whose paths these are; when it is another package in each, both.
fn owners(first: &[&str], second: &[&str], changes: &[Change<'_>]) -> String {
    let name = |labels: &[&str]| {
        if labels.is_empty() { "of no package".to_owned() } else { labels.join(", ") }
    };
    let in_first = changes.iter().any(|change| change.first.is_some());
    let in_second = changes.iter().any(|change| change.second.is_some());
    match (in_first, in_second) {
        (true, true) if first != second => format!("{} -> {}", name(first), name(second)),
        (true, _) => name(first),
        _ => name(second),
    }
}

fn what_changed(before: &What, after: &What) -> String {
    match (before, after) {
        (
            What::File { mode, size, content },
            What::File { mode: new_mode, size: new_size, content: new_content },
        ) => {
            let mut parts = Vec::new();
            if mode != new_mode {
                parts.push(format!("mode {mode:o} -> {new_mode:o}"));
            }
            if size != new_size {
                parts.push(format!("size {size} -> {new_size}"));
            }
            if content != new_content {
                parts.push(format!("content {content} -> {new_content}"));
            }
            parts.join(", ")
        }
        (What::Symlink { target }, What::Symlink { target: new }) => {
            format!("target {} -> {}", shown(target), shown(new))
        }
        (What::Dir { mode, closed }, What::Dir { mode: new, closed: new_closed }) => {
            let said = |closed: &bool| if *closed { ", closed" } else { "" };
            format!("mode {mode:o}{} -> {new:o}{}", said(closed), said(new_closed))
        }
        _ => format!("{} -> {}", noun(before), noun(after)),
    }
}

fn noun(what: &What) -> String {
    match what {
        What::Dir { .. } => "directory".into(),
        What::File { .. } => "file".into(),
        What::Symlink { target } => format!("link to {}", shown(target)),
        What::Special { mode, .. } => format!("special file, mode {mode:o}"),
    }
}

fn shown(bytes: &[u8]) -> String {
    ByteString::from(bytes).to_string()
}
