//! The part of the host that was looked at, each path once.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::io;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::listing::Listing;
use super::survey::unmeasured;
use crate::view::{MAX_LINKS, Reason, Rest, Span};
use crate::{Absence, Error, ErrorKind, Host, Kind, Meta};

/// The index of `/`.
pub(super) const ROOT: u32 = 0;

/// Everything known of the host so far, as a tree of [`Spot`]s.
///
/// A spot's parent has a lower index than the spot, and is a directory of the host once the spot is known to exist.
pub(super) struct Atlas<'h> {
    pub(super) host: &'h dyn Host,
    pub(super) spots: Vec<Spot>,
    pub(super) names: Vec<u8>,
    metas: Vec<Meta>,
    links: Vec<Vec<u8>>,
    /// The spots that are in no other's `sorted`.
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The directories that were listed.
    pub(super) listings: HashMap<u32, io::Result<Listing>, DefaultHashBuilder>,
    pub(super) depth: Depth,
    /// Every spot before this one was looked at.
    pub(super) surveyed: u32,
}

/// How closely the host is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Depth {
    /// Whether mode, size and time of regular files are wanted.
    pub(super) measures: bool,
    /// Whether most directories are going to be listed anyway.
    pub(super) lists: bool,
}

/// One path of the host.
pub(super) struct Spot {
    pub(super) parent: u32,
    pub(super) name: Span,
    pub(super) state: State,
    /// Index into the atlas' facts, of which it need not have one.
    meta: u32,
    /// Index into the atlas' link targets; of use only for links.
    link: u32,
    /// Why it is visible, if it is.
    pub(super) reason: Option<Reason>,
    pub(super) denied: bool,
    pub(super) provided: bool,
    pub(super) tree: bool,
    pub(super) synthetic: Option<u32>,
    /// Spots of what is in it, in the order of their names: most of those that there are.
    pub(super) sorted: Span,
}

/// What is known of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// Not looked at yet.
    Unknown,
    Absent(Absence),
    Present(Kind),
}

/// Where a walk ended, when it did not end in nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    At(u32),
    /// In what this provided directory will hold.
    Inside(u32),
}

/// How to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Stop at directories whose content is provided.
    Ordinary,
    /// Look into them all the same.
    Everywhere,
}

impl<'h> Atlas<'h> {
    pub(super) fn new(host: &'h dyn Host, depth: Depth) -> Result<Self, Error> {
        let mut atlas = Self {
            host,
            spots: Vec::new(),
            names: Vec::new(),
            metas: Vec::new(),
            links: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            listings: HashMap::default(),
            depth,
            surveyed: 0,
        };
        atlas.spots.push(Spot::new(ROOT, Span::default(), false));
        match atlas.look(ROOT)? {
            State::Present(Kind::Dir) => Ok(atlas),
            _ => Err(Error::new(b"/", ErrorKind::Absent(Absence::NotADirectory))),
        }
    }

    /// Walks `path`, from a directory if it is relative, following every link, the last component too.
    /// The links passed, and the directories left by `..`, are appended to `trail`.
    pub(super) fn walk(
        &mut self,
        from: u32,
        path: &[u8],
        way: Way,
        trail: &mut Vec<u32>,
    ) -> Result<Result<End, Absence>, Error> {
        let mut rest = Rest::new(path);
        let mut at = if path.starts_with(b"/") { ROOT } else { from };
        let mut links = 0;
        while let Some(name) = rest.next() {
            if !self.is_dir(at) {
                return Ok(Err(Absence::NotADirectory));
            }
            at = match &name[..] {
                b"." => at,
                // The kernel looks a directory up before it goes back out of it, so it has to be there.
                b".." => {
                    trail.push(at);
                    self.spots[at as usize].parent
                }
                _ if way == Way::Ordinary && self.spots[at as usize].provided => {
                    return Ok(Ok(End::Inside(at)));
                }
                _ => self.child(at, &name)?,
            };
            let kind = match self.look(at)? {
                State::Present(kind) => kind,
                State::Absent(absence) => return Ok(Err(absence)),
                State::Unknown => return Ok(Err(Absence::NotFound)),
            };
            if kind == Kind::Symlink && self.spots[at as usize].synthetic.is_none() {
                links += 1;
                if links > MAX_LINKS {
                    return Ok(Err(Absence::Loop));
                }
                trail.push(at);
                let target = self.target(at)?.to_vec();
                at = if target.starts_with(b"/") { ROOT } else { self.spots[at as usize].parent };
                rest.follow(&target);
            }
        }
        if rest.slash && !self.is_dir(at) {
            return Ok(Err(Absence::NotADirectory));
        }
        Ok(Ok(End::At(at)))
    }

    /// The spot of a name in a directory, if it is known.
    pub(super) fn find(&self, dir: u32, name: &[u8]) -> Option<u32> {
        self.find_sorted(dir, name)
            .or_else(|| self.find_hashed(self.hasher.hash_one((dir, name)), dir, name))
    }

    fn find_sorted(&self, dir: u32, name: &[u8]) -> Option<u32> {
        let sorted = self.spots[dir as usize].sorted;
        let at =
            sorted.of(&self.spots).binary_search_by(|spot| spot.name.of(&self.names).cmp(name));
        Some(sorted.start + u32::try_from(at.ok()?).ok()?)
    }

    fn find_hashed(&self, hash: u64, dir: u32, name: &[u8]) -> Option<u32> {
        let same = |&spot: &u32| {
            let spot = &self.spots[spot as usize];
            spot.parent == dir && spot.name.of(&self.names) == name
        };
        self.index.find(hash, same).copied()
    }

    /// The spot of a name in a directory, new or known; not looked at.
    pub(super) fn child(&mut self, dir: u32, name: &[u8]) -> Result<u32, Error> {
        let hash = self.hasher.hash_one((dir, name));
        if let Some(known) =
            self.find_sorted(dir, name).or_else(|| self.find_hashed(hash, dir, name))
        {
            return Ok(known);
        }
        let new = u32::try_from(self.spots.len())
            .map_err(|_error| Error::new(name, ErrorKind::TooLarge))?;
        let name = self.append_name(name)?;
        let (spots, names, hasher) = (&self.spots, &self.names, &self.hasher);
        let rehash = |&spot: &u32| {
            let spot = &spots[spot as usize];
            hasher.hash_one((spot.parent, spot.name.of(names)))
        };
        self.index.insert_unique(hash, new, rehash);
        let denied = self.spots[dir as usize].denied;
        self.spots.push(Spot::new(dir, name, denied));
        Ok(new)
    }

    pub(super) fn append_name(&mut self, name: &[u8]) -> Result<Span, Error> {
        let fit =
            |size| u32::try_from(size).map_err(|_error| Error::new(name, ErrorKind::TooLarge));
        let span = Span { start: fit(self.names.len())?, len: fit(name.len())? };
        self.names.extend_from_slice(name);
        Ok(span)
    }

    /// What is at a spot, asking the host when that was not done yet.
    pub(super) fn look(&mut self, spot: u32) -> Result<State, Error> {
        if let State::Unknown = self.spots[spot as usize].state {
            let path = self.path(spot);
            let found = self.host.lstat(&path);
            self.learn(spot, found)?;
        }
        Ok(self.spots[spot as usize].state)
    }

    /// What is at a spot, mode and size included, whether or not these are wanted of all.
    pub(super) fn measured(&mut self, spot: u32) -> Result<Option<Meta>, Error> {
        if !self.depth.measures {
            let path = self.path(spot);
            let found = self.host.lstat(&path);
            self.learn(spot, found)?;
        }
        Ok(self.meta(spot))
    }

    /// Notes the host's answer for a spot.
    pub(super) fn learn(
        &mut self,
        spot: u32,
        found: io::Result<Option<Meta>>,
    ) -> Result<(), Error> {
        self.spots[spot as usize].state = match found {
            Ok(Some(meta)) => return self.know(spot, meta),
            Ok(None) => State::Absent(Absence::NotFound),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                State::Absent(Absence::Denied)
            }
            Err(source) => {
                return Err(Error::new(self.path(spot), ErrorKind::Host { call: "lstat", source }));
            }
        };
        Ok(())
    }

    /// Notes what is at a spot.
    pub(super) fn know(&mut self, spot: u32, meta: Meta) -> Result<(), Error> {
        let here = &mut self.spots[spot as usize];
        here.state = State::Present(meta.kind);
        if let Some(known) = self.metas.get_mut(here.meta as usize) {
            *known = meta;
        } else {
            here.meta = u32::try_from(self.metas.len())
                .map_err(|_error| Error::new(&b"/"[..], ErrorKind::TooLarge))?;
            self.metas.push(meta);
        }
        Ok(())
    }

    /// The target of a link, asking the host when that was not done yet.
    pub(super) fn target(&mut self, spot: u32) -> Result<&[u8], Error> {
        if self.spots[spot as usize].link == u32::MAX {
            let path = self.path(spot);
            let target = self.host.read_link(&path);
            self.learn_target(spot, target)?;
        }
        Ok(&self.links[self.spots[spot as usize].link as usize])
    }

    /// Notes the target of a link.
    pub(super) fn learn_target(
        &mut self,
        spot: u32,
        target: io::Result<Vec<u8>>,
    ) -> Result<(), Error> {
        let call = "readlink";
        let target = target
            .map_err(|source| Error::new(self.path(spot), ErrorKind::Host { call, source }))?;
        self.spots[spot as usize].link = u32::try_from(self.links.len())
            .map_err(|_error| Error::new(&b"/"[..], ErrorKind::TooLarge))?;
        self.links.push(target);
        Ok(())
    }

    /// The target of a link that was asked for before.
    pub(super) fn known_target(&self, spot: u32) -> &[u8] {
        self.links.get(self.spots[spot as usize].link as usize).map_or(b"", |target| target)
    }

    pub(super) fn kind(&self, spot: u32) -> Option<Kind> {
        match self.spots[spot as usize].state {
            State::Present(kind) => Some(kind),
            State::Absent(_) | State::Unknown => None,
        }
    }

    pub(super) fn meta(&self, spot: u32) -> Option<Meta> {
        let kind = self.kind(spot)?;
        let known = self.metas.get(self.spots[spot as usize].meta as usize);
        Some(known.copied().unwrap_or_else(|| unmeasured(kind)))
    }

    pub(super) fn is_dir(&self, spot: u32) -> bool {
        self.kind(spot) == Some(Kind::Dir)
    }

    pub(super) fn parent(&self, spot: u32) -> u32 {
        self.spots[spot as usize].parent
    }

    pub(super) fn is_visible(&self, spot: u32) -> bool {
        self.spots[spot as usize].reason.is_some()
    }

    /// How many spots are visible.
    pub(super) fn visible(&self) -> usize {
        self.spots.iter().filter(|spot| spot.reason.is_some()).count()
    }

    /// Whether a spot is visible itself or is inside a whole tree.
    pub(super) fn resolves(&self, spot: u32) -> bool {
        let mut at = spot;
        while !self.is_visible(at) || (at != spot && !self.spots[at as usize].tree) {
            if at == ROOT {
                return false;
            }
            at = self.parent(at);
        }
        true
    }

    /// Every spot, parents first.
    pub(super) fn all(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.spots.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn name(&self, spot: u32) -> &[u8] {
        self.spots[spot as usize].name.of(&self.names)
    }

    pub(super) fn path(&self, spot: u32) -> Vec<u8> {
        let mut chain = Vec::with_capacity(16);
        let mut at = spot;
        while at != ROOT {
            chain.push(at);
            at = self.spots[at as usize].parent;
        }
        let mut path = Vec::with_capacity(64);
        for &part in chain.iter().rev() {
            path.push(b'/');
            path.extend_from_slice(self.name(part));
        }
        if path.is_empty() {
            path.push(b'/');
        }
        path
    }
}

impl Spot {
    pub(super) fn new(parent: u32, name: Span, denied: bool) -> Self {
        Self {
            parent,
            name,
            state: State::Unknown,
            meta: u32::MAX,
            link: u32::MAX,
            reason: None,
            denied,
            provided: false,
            tree: false,
            synthetic: None,
            sorted: Span::default(),
        }
    }
}
