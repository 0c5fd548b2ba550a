//! Records by their last components.

use foldhash::fast::FixedState;
use std::hash::BuildHasher as _;

use super::canonical::{small, split};
use crate::contents::Line;
use crate::{Contents, Entry, Error, Links};

/// Ends a chain.
const END: u32 = u32::MAX;

/// The records of some packages, found by a hash of their last components.
///
/// Only the last component is looked at here, since it needs neither the disk nor memory of its own: most of what is
/// asked for has a last component that no record has.
///
/// Invariants: 1. places are in the order of their packages and lines; 2. every chain is in that order too.
#[derive(Debug, Default)]
pub(super) struct Names {
    places: Vec<Place>,
    /// For each remainder of a hash the first place of its chain.
    heads: Vec<u32>,
}

/// Where a record is, small since there are hundreds of thousands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    hash: u32,
    next: u32,
    pub(super) package: u32,
    pub(super) offset: u32,
    /// Tells the readings of a `sym` line apart.
    pub(super) path_len: u32,
}

impl Names {
    /// Reads the lines of these files, of which the first is that of the package `first`; with the lines that are none.
    pub(super) fn of<L: Links>(files: &[Contents], first: usize, links: &L) -> (Self, Vec<Error>) {
        let size: usize = files.iter().map(|file| file.as_bytes().len()).sum();
        // Lines have some hundred bytes.
        let mut names = Self { places: Vec::with_capacity(size / 90), heads: Vec::new() };
        let mut oddities = Vec::new();
        for (package, file) in (first..).zip(files) {
            names.add(package, file, links, &mut oddities);
        }
        names.chain();
        (names, oddities)
    }

    fn add<L: Links>(
        &mut self,
        package: usize,
        file: &Contents,
        links: &L,
        oddities: &mut Vec<Error>,
    ) {
        let mut offset = 0;
        let is_corrupt = memchr::memchr(0, file.as_bytes()).is_some();
        for line in file.lines() {
            match settled(&line, is_corrupt, links) {
                Ok(entry) => self.places.push(Place {
                    hash: hash(split(entry.path()).1),
                    next: END,
                    package: small(package),
                    offset: small(offset),
                    path_len: small(entry.path().len()),
                }),
                Err(kind) => oddities.push(Error::at_line(file.path(), line.number(), kind)),
            }
            offset += line.as_bytes().len() + 1;
        }
    }

    fn chain(&mut self) {
        self.heads = vec![END; self.places.len().next_power_of_two()];
        let mask = self.heads.len() - 1;
        // From the last to the first, so that each chain starts with its first.
        for (at, place) in self.places.iter_mut().enumerate().rev() {
            let head = &mut self.heads[place.hash as usize & mask];
            place.next = std::mem::replace(head, small(at));
        }
    }

    /// The records that may have this last component.
    pub(super) fn named(&self, name: &[u8]) -> impl Iterator<Item = &Place> {
        let hash = hash(name);
        let head = self.heads.get(hash as usize & self.heads.len().wrapping_sub(1));
        let mut next = head.copied().unwrap_or(END);
        std::iter::from_fn(move || {
            let place = self.places.get(next as usize)?;
            next = place.next;
            Some(place)
        })
        .filter(move |place| place.hash == hash)
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }
}

fn settled<'a, L: Links>(
    line: &Line<'a>,
    is_corrupt: bool,
    links: &L,
) -> Result<Entry<'a>, crate::ErrorKind> {
    if is_corrupt || !line.is_terminated() || line.as_bytes().starts_with(b"sym ") {
        return line.settled(links);
    }
    Entry::parse_without_nul(line.as_bytes())
}

fn hash(name: &[u8]) -> u32 {
    // A fixed seed, so that the same database is always searched in the same order.
    let hash = FixedState::with_seed(0).hash_one(name);
    #[allow(clippy::cast_possible_truncation, reason = "any part of a hash is one")]
    let half = hash as u32;
    half
}
