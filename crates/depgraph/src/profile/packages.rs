//! The file `packages` of a profile node.

use super::lines::lines;
use hermitage_atom::{Atom, Eapi, Error};

/// One line of `packages`.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Where it stands in its file.
    pub(crate) number: usize,
    /// Whether it is about @system, that is, starts with `*`.
    pub(crate) system: bool,
    pub(crate) change: Change,
}

/// What a line does to the set.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Add(Atom),
    /// Removes what was added with exactly this text.
    Remove(Box<str>),
    Clear,
    /// Nothing: it is not an atom of the node's EAPI.
    Invalid(Box<Error>),
}

/// Reads a `packages` file. `-*` clears both @system and @profile and so yields two lines.
pub(crate) fn parse_packages(content: &[u8], eapi: Option<Eapi>) -> Vec<Line> {
    let mut parsed = Vec::new();
    for (number, line) in lines(content) {
        if line == b"-*" {
            parsed.extend([true, false].map(|system| Line {
                number,
                system,
                change: Change::Clear,
            }));
        } else {
            parsed.push(parse_line(number, line, eapi));
        }
    }
    parsed
}

fn parse_line(number: usize, line: &[u8], eapi: Option<Eapi>) -> Line {
    let (removes, line) = line.strip_prefix(b"-").map_or((false, line), |rest| (true, rest));
    let (system, line) = line.strip_prefix(b"*").map_or((false, line), |rest| (true, rest));
    let change = match parse_atom(&String::from_utf8_lossy(line), eapi) {
        Err(error) => Change::Invalid(Box::new(error)),
        Ok(atom) if removes => Change::Remove(atom.as_str().into()),
        Ok(atom) => Change::Add(atom),
    };
    Line { number, system, change }
}

fn parse_atom(text: &str, eapi: Option<Eapi>) -> Result<Atom, Error> {
    match eapi {
        Some(eapi) => Atom::parse(text, eapi),
        None => Atom::parse_permissive(text),
    }
}
