//! Where the directories of recorded paths are, all of them found together.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use hashbrown::DefaultHashBuilder;

use super::atlas::{Atlas, End, ROOT, State, Way};
use super::listing::Listing;
use super::survey::{REQUESTS_TO_LIST, in_parallel};
use crate::{Absence, Error, Meta};

/// A directory and the number of the trail that leads to it, or why there is none.
pub(super) type Parent = Result<(u32, usize), Absence>;

/// Every directory that was asked for and all those above them, each spelling once.
pub(super) struct Parents<'p> {
    spellings: Spellings<'p>,
    found: Vec<Option<Parent>>,
}

/// Directories as they are spelled, each after those above it.
#[derive(Default)]
struct Spellings<'p> {
    numbers: HashMap<&'p [u8], u32, DefaultHashBuilder>,
    dirs: Vec<Spelling<'p>>,
}

#[derive(Clone, Copy)]
struct Spelling<'p> {
    path: &'p [u8],
    /// The number of the directory above, and the name in it; none for the root, and where the path has to be walked to
    /// tell.
    inside: Option<(u32, &'p [u8])>,
}

/// Where a directory is, if there is no link on the way that is not known yet.
struct Guess<'p> {
    path: Cow<'p, [u8]>,
    /// The spot there, if there is one.
    spot: Option<u32>,
    is_denied: bool,
    /// Whether the host is asked.
    asks: bool,
    lists: bool,
}

/// A directory that is where it was guessed to be.
struct Visit {
    meta: Meta,
    listing: Option<io::Result<Listing>>,
}

/// `PATH_MAX` of Linux, in bytes.
const PATH_MAX: usize = 4096;

impl<'p> Parents<'p> {
    /// Finds these directories. Each is opened by its path, by all processors, and listed where listings are wanted; those
    /// behind a link are when it is known where that leads.
    ///
    /// The links passed on the way are appended to `trails`, of which the first is that of no link.
    pub(super) fn find(
        dirs: impl Iterator<Item = &'p [u8]>,
        atlas: &mut Atlas<'_>,
        trails: &mut Vec<Vec<u32>>,
    ) -> Result<Self, Error> {
        let spellings = Spellings::of(dirs);
        let found = vec![None; spellings.dirs.len()];
        let mut parents = Self { spellings, found };
        let mut left: Vec<u32> = (0..).zip(&parents.found).map(|(dir, _)| dir).collect();
        while !left.is_empty() {
            left = parents.find_some(&left, atlas, trails)?;
        }
        Ok(parents)
    }

    /// Where a directory is that was asked for.
    pub(super) fn of(&self, dir: &[u8]) -> Parent {
        let number = self.spellings.numbers.get(dir);
        number.and_then(|&dir| self.found[dir as usize]).unwrap_or(Err(Absence::NotFound))
    }

    /// Finds those of these directories, given in order, that are behind no link but known ones, and gives the others.
    fn find_some(
        &mut self,
        left: &[u32],
        atlas: &mut Atlas<'_>,
        trails: &mut Vec<Vec<u32>>,
    ) -> Result<Vec<u32>, Error> {
        let guesses = self.guesses(left, atlas);
        let weight = left.len() * if atlas.depth.lists { REQUESTS_TO_LIST } else { 1 };
        let visits = in_parallel(&guesses, weight, |guess| guess.visit(atlas));
        // Those that are elsewhere, and all below them.
        let mut moved = vec![false; left.len()];
        let mut later = Vec::new();
        for (at, (&dir, visit)) in left.iter().zip(visits).enumerate() {
            let Spelling { path, inside } = self.spellings.dirs[dir as usize];
            let place = match inside {
                Some((above, _)) if left.binary_search(&above).is_ok_and(|above| moved[above]) => {
                    moved[at] = true;
                    later.push(dir);
                    continue;
                }
                Some((above, name)) => match self.found[above as usize] {
                    Some(Ok((above, trail))) => Some((above, name, trail)),
                    absent => {
                        self.found[dir as usize] = absent;
                        continue;
                    }
                },
                None => None,
            };
            let parent = match (place, visit) {
                (Some((above, name, trail)), Some(visit)) => {
                    let spot = atlas.child(above, name)?;
                    visit.note(spot, atlas)?;
                    Ok((spot, trail))
                }
                (None, Some(visit)) => {
                    visit.note(ROOT, atlas)?;
                    Ok((ROOT, 0))
                }
                (_, None) => walk(path, atlas, trails)?,
            };
            let guessed = place.map_or(Some(ROOT), |(above, name, _)| atlas.find(above, name));
            moved[at] = parent.is_ok_and(|(spot, _)| Some(spot) != guessed) || is_odd(path, inside);
            self.found[dir as usize] = Some(parent);
        }
        Ok(later)
    }

    fn guesses(&self, left: &[u32], atlas: &Atlas<'_>) -> Vec<Guess<'p>> {
        let mut guesses: Vec<Guess<'p>> = Vec::with_capacity(left.len());
        for &dir in left {
            let Spelling { path, inside } = self.spellings.dirs[dir as usize];
            let guess = match inside {
                None => Guess::root(path, atlas),
                Some((above, name)) => match left.binary_search(&above) {
                    Ok(above) => guesses[above].child(path, name, atlas),
                    Err(_) => Guess::inside(self.found[above as usize], name, atlas),
                },
            };
            guesses.push(guess);
        }
        guesses
    }
}

impl<'p> Spellings<'p> {
    fn of(dirs: impl Iterator<Item = &'p [u8]>) -> Self {
        let mut all = Self::default();
        let mut last = None;
        for dir in dirs {
            // Paths come grouped by directory. None of this length can be asked for, and all those above it would be as many
            // as the bytes.
            if last.replace(dir) != Some(dir) && dir.len() < PATH_MAX {
                all.add(dir);
            }
        }
        all
    }

    fn add(&mut self, dir: &'p [u8]) -> u32 {
        let mut new = Vec::new();
        let mut at = dir;
        let mut above = loop {
            if let Some(&known) = self.numbers.get(at) {
                break Some(known);
            }
            new.push(at);
            match ordinary(at) {
                Some((above, _)) => at = above,
                None => break None,
            }
        };
        for path in new.into_iter().rev() {
            let number = u32::try_from(self.dirs.len()).unwrap_or(u32::MAX);
            let name = ordinary(path).map(|(_, name)| name);
            self.dirs.push(Spelling { path, inside: above.zip(name) });
            self.numbers.insert(path, number);
            above = Some(number);
        }
        above.unwrap_or(u32::MAX)
    }
}

impl<'p> Guess<'p> {
    /// Of what is in no other directory as it is spelled.
    fn root(path: &'p [u8], atlas: &Atlas<'_>) -> Self {
        let guess = Self {
            path: Cow::Borrowed(b"/"),
            spot: Some(ROOT),
            is_denied: false,
            asks: path.is_empty(),
            lists: false,
        };
        guess.careful(atlas)
    }

    /// Of a directory in one that was found.
    fn inside(found: Option<Parent>, name: &[u8], atlas: &Atlas<'_>) -> Self {
        let parent = found.and_then(Result::ok).map(|(spot, _)| spot);
        let spot = parent.and_then(|parent| atlas.find(parent, name));
        let path = parent.map_or_else(Vec::new, |parent| below(&atlas.path(parent), name));
        let is_denied = parent.is_some_and(|parent| atlas.spots[parent as usize].denied);
        let asks = parent.is_some();
        Self { path: Cow::Owned(path), spot, is_denied, asks, lists: false }.careful(atlas)
    }

    /// Of a directory in the one of this guess, itself spelled so.
    fn child(&self, path: &'p [u8], name: &[u8], atlas: &Atlas<'_>) -> Self {
        let spot = self.spot.and_then(|spot| atlas.find(spot, name));
        let path = match &self.path {
            Cow::Borrowed(_) => Cow::Borrowed(path),
            Cow::Owned(above) => Cow::Owned(below(above, name)),
        };
        let (is_denied, asks) = (self.is_denied, self.asks);
        Self { path, spot, is_denied, asks, lists: false }.careful(atlas)
    }

    /// Without what is not to be asked of the host.
    fn careful(mut self, atlas: &Atlas<'_>) -> Self {
        let mut lists = atlas.depth.lists;
        if let Some(number) = self.spot {
            let spot = &atlas.spots[number as usize];
            self.is_denied |= spot.denied;
            self.asks &= !spot.provided && (atlas.is_dir(number) || atlas.meta(number).is_none());
            lists &= atlas.is_open(number) && !atlas.listings.contains_key(&number);
        }
        self.lists = lists && !self.is_denied;
        self
    }

    fn visit(&self, atlas: &Atlas<'_>) -> Option<Visit> {
        if !self.asks {
            return None;
        }
        let (meta, mut dir) = atlas.host.open_without_links(&self.path)?;
        Some(Visit { meta, listing: self.lists.then(|| Listing::of(&mut *dir)) })
    }
}

impl Visit {
    fn note(self, spot: u32, atlas: &mut Atlas<'_>) -> Result<(), Error> {
        if !matches!(atlas.spots[spot as usize].state, State::Present(_)) {
            atlas.learn(spot, Ok(Some(self.meta)))?;
        }
        if let Some(listing) = self.listing {
            atlas.listings.insert(spot, listing);
        }
        Ok(())
    }
}

fn below(dir: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if dir == b"/" { b"" } else { b"/" };
    [dir, slash, name].concat()
}

/// Whether a directory is not the one that it is in as it is spelled.
fn is_odd(path: &[u8], inside: Option<(u32, &[u8])>) -> bool {
    inside.is_none() && !path.is_empty()
}

/// The directory that a directory is in and its name there; none for the root, and where the path has to be walked to
/// tell.
fn ordinary(dir: &[u8]) -> Option<(&[u8], &[u8])> {
    let slash = dir.iter().rposition(|&byte| byte == b'/')?;
    let (above, name) = (&dir[..slash], &dir[slash + 1..]);
    (!matches!(name, b"" | b"." | b"..")).then_some((above, name))
}

/// Follows every link on the way to a directory.
fn walk(dir: &[u8], atlas: &mut Atlas<'_>, trails: &mut Vec<Vec<u32>>) -> Result<Parent, Error> {
    let mut trail = Vec::new();
    let end = match atlas.walk(ROOT, dir, Way::Ordinary, &mut trail)? {
        Ok(End::At(end)) => end,
        Ok(End::Inside(_)) => return Ok(Err(Absence::Provided)),
        Err(absence) => return Ok(Err(absence)),
    };
    if atlas.spots[end as usize].provided {
        return Ok(Err(Absence::Provided));
    }
    if !atlas.is_dir(end) {
        return Ok(Err(Absence::NotADirectory));
    }
    if trail.is_empty() {
        return Ok(Ok((end, 0)));
    }
    trails.push(trail);
    Ok(Ok((end, trails.len() - 1)))
}
