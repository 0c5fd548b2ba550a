//! Recorded paths whose directories are known, looked at directory by directory.

use super::atlas::{Atlas, Spot, State};
use super::grouped::Grouped;
use super::survey::{Seen, closed, in_parallel, see};
use crate::view::Span;
use crate::{Directory, Error, ErrorKind, Kind};

/// A name in a directory that is known.
pub(super) struct Leaf<'p> {
    pub(super) dir: u32,
    pub(super) name: &'p [u8],
    /// The number of the trail that leads to the directory.
    pub(super) trail: usize,
    /// Which path of which list it is.
    pub(super) list: usize,
    pub(super) at: usize,
}

/// The leaves of one directory.
struct Group<'g> {
    dir: u32,
    leaves: &'g [u32],
    /// The spots that are in it so far.
    known: &'g [u32],
}

/// What was found in a directory.
struct Looked {
    found: Vec<Found>,
    /// The names of those that are new, one after the other.
    names: Vec<u8>,
}

/// A leaf and what is known of it.
struct Found {
    leaf: u32,
    /// How long its name is.
    length: u32,
    spot: At,
    fact: Fact,
}

/// Which spot a leaf is.
#[derive(Clone, Copy)]
enum At {
    /// The one before it, which has the same name.
    Same,
    Known(u32),
    New,
}

/// What was found out.
enum Fact {
    /// Nothing: that was done before.
    Nothing,
    Absent,
    /// By its type in the listing.
    File,
    Link(Vec<u8>),
    Seen(Box<Seen>),
}

impl Atlas<'_> {
    /// Looks at all of these that were not looked at yet; gives the spot of each.
    pub(super) fn settle(&mut self, leaves: &[Leaf<'_>]) -> Result<Vec<u32>, Error> {
        let directories = self.spots.len();
        let number = |at| u32::try_from(at).map_err(|_error| too_large());
        number(leaves.len())?;
        let by_dir = Grouped::by(leaves.iter().map(|leaf| leaf.dir), directories);
        let known = Grouped::by(self.spots.iter().map(|spot| spot.parent), directories);
        let groups: Vec<Group<'_>> = (0..number(directories)?)
            .map(|dir| Group { dir, leaves: by_dir.of(dir), known: known.of(dir) })
            .filter(|group| !group.leaves.is_empty())
            .collect();
        let found = in_parallel(&groups, leaves.len(), |group| self.look_for(group, leaves));
        self.spots.reserve(leaves.len());
        let mut spots = vec![0; leaves.len()];
        for (group, looked) in groups.iter().zip(found) {
            self.add(group.dir, looked, &mut spots)?;
        }
        Ok(spots)
    }

    /// The leaves of one directory, in the order of their names.
    fn look_for(&self, group: &Group<'_>, leaves: &[Leaf<'_>]) -> Looked {
        let name = |leaf: u32| leaves[leaf as usize].name;
        let mut keyed: Vec<(Key<'_>, u32)> =
            group.leaves.iter().map(|&leaf| (Key::of(name(leaf)), leaf)).collect();
        keyed.sort_unstable();
        let mut found: Vec<Found> = Vec::with_capacity(keyed.len());
        let mut names: Vec<(Key<'_>, usize)> = Vec::with_capacity(keyed.len());
        for (key, leaf) in keyed {
            let is_same = names.last().is_some_and(|(last, _)| *last == key);
            if !is_same {
                names.push((key, found.len()));
            }
            let spot = if is_same { At::Same } else { At::New };
            let length = u32::try_from(key.name.len()).unwrap_or(u32::MAX);
            found.push(Found { leaf, length, spot, fact: Fact::Nothing });
        }
        let mut wanted = Wanted { names, found };
        for &spot in group.known {
            if let Some(found) = wanted.named(self.name(spot)) {
                found.spot = At::Known(spot);
            }
        }
        self.find_facts(group.dir, &mut wanted);
        let mut names = Vec::new();
        for (key, at) in &wanted.names {
            if matches!(wanted.found[*at].spot, At::New) {
                names.extend_from_slice(key.name);
            }
        }
        Looked { found: wanted.found, names }
    }

    fn find_facts(&self, dir: u32, wanted: &mut Wanted<'_>) {
        let mut opened = Opened { atlas: self, dir, directory: None };
        let is_new = |found: &Found| match found.spot {
            At::Same => false,
            At::New => true,
            At::Known(spot) => matches!(self.spots[spot as usize].state, State::Unknown),
        };
        let listing = self.listings.get(&dir).and_then(|listing| listing.as_ref().ok());
        match listing {
            Some(listing) if !self.depth.measures && listing.may_be_searched => {
                for found in wanted.found.iter_mut().filter(|found| is_new(found)) {
                    found.fact = Fact::Absent;
                }
                for (name, kind) in listing.iter() {
                    if let Some(found) = wanted.named(name).filter(|found| is_new(found)) {
                        found.fact = opened.fact(name, kind);
                    }
                }
            }
            _ => {
                for &(Key { name, .. }, at) in &wanted.names {
                    if is_new(&wanted.found[at]) {
                        wanted.found[at].fact = opened.fact(name, None);
                    }
                }
            }
        }
    }

    fn add(&mut self, dir: u32, looked: Looked, spots: &mut [u32]) -> Result<(), Error> {
        let first = self.all().end;
        let denied = self.spots[dir as usize].denied;
        let mut start = self.append_name(&looked.names)?.start;
        let mut last = first;
        for Found { leaf, length, spot, fact } in looked.found {
            match spot {
                At::Same => {}
                At::Known(spot) => last = spot,
                At::New => {
                    last = u32::try_from(self.spots.len()).map_err(|_error| too_large())?;
                    self.spots.push(Spot::new(dir, Span { start, len: length }, denied));
                    start += length;
                }
            }
            spots[leaf as usize] = last;
            match fact {
                Fact::Nothing => {}
                Fact::Absent => self.learn(last, Ok(None))?,
                Fact::File => self.spots[last as usize].state = State::Present(Kind::File),
                Fact::Link(target) => {
                    self.spots[last as usize].state = State::Present(Kind::Symlink);
                    self.learn_target(last, Ok(target))?;
                }
                Fact::Seen(seen) => self.learn_seen(last, *seen)?,
            }
        }
        self.spots[dir as usize].sorted = Span { start: first, len: self.all().end - first };
        Ok(())
    }
}

/// What is asked for in a directory.
struct Wanted<'n> {
    /// Each name once, in order, and where it is first in `found`.
    names: Vec<(Key<'n>, usize)>,
    found: Vec<Found>,
}

impl Wanted<'_> {
    fn named(&mut self, name: &[u8]) -> Option<&mut Found> {
        let key = Key::of(name);
        let at = self.names.binary_search_by(|(other, _)| other.cmp(&key)).ok()?;
        self.found.get_mut(self.names[at].1)
    }
}

/// A directory that is opened when it is needed.
struct Opened<'a, 'h> {
    atlas: &'a Atlas<'h>,
    dir: u32,
    directory: Option<std::io::Result<Box<dyn Directory + 'h>>>,
}

impl Opened<'_, '_> {
    fn fact(&mut self, name: &[u8], kind: Option<Kind>) -> Fact {
        if kind == Some(Kind::File) {
            return Fact::File;
        }
        let open = || self.atlas.host.open_dir(&self.atlas.path(self.dir));
        match self.directory.get_or_insert_with(open) {
            Ok(dir) => {
                if kind == Some(Kind::Symlink)
                    && let Ok(target) = dir.read_link(name)
                {
                    return Fact::Link(target);
                }
                Fact::Seen(Box::new(see(name, &mut **dir)))
            }
            Err(error) => Fact::Seen(Box::new(closed(error))),
        }
    }
}

/// A name, compared by its beginning first: most comparisons need no more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'n> {
    beginning: u64,
    name: &'n [u8],
}

impl<'n> Key<'n> {
    pub(super) fn of(name: &'n [u8]) -> Self {
        Self { beginning: beginning(name), name }
    }
}

/// The first bytes of a name as a number that is in the same order as names are, since these have no NUL.
fn beginning(name: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let len = name.len().min(8);
    bytes[..len].copy_from_slice(&name[..len]);
    u64::from_be_bytes(bytes)
}

fn too_large() -> Error {
    Error::new(&b"/"[..], ErrorKind::TooLarge)
}
