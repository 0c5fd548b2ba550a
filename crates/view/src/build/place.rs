//! Deciding what shows: requests and recorded paths.

use super::atlas::{Atlas, End, ROOT, State, Way};
use super::leaves::Leaf;
use super::list::Recorded;
use super::parents::{Parent, Parents};
use super::{Asked, Request, ViewBuilder, split};
use crate::view::{Conflict, Missing, Reason};
use crate::{Absence, Error, ErrorKind, Kind, Meta, Mtime, OwnerId};

/// What was found out beside the spots' own state.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) owned: Vec<(u32, OwnerId)>,
    pub(super) missing: Vec<Missing>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) contents: Vec<Vec<u8>>,
    /// What was asked to be hidden and exists or could.
    pub(super) hidden: Vec<Vec<u8>>,
    /// Directories that became visible and whose names were not looked through yet.
    pub(super) new_dirs: Vec<u32>,
}

impl Atlas<'_> {
    /// Makes a spot and the links on the way to it visible, unless it is hidden.
    pub(super) fn show_all(&mut self, shown: &mut Shown, trail: &[u32], spot: u32, reason: Reason) {
        if self.spots[spot as usize].denied {
            return;
        }
        for &link in trail {
            self.show(shown, link, Reason::Passage);
        }
        self.show(shown, spot, reason);
    }

    /// Makes a spot and the directories above it visible, unless it is hidden.
    pub(super) fn show(&mut self, shown: &mut Shown, spot: u32, reason: Reason) {
        if self.spots[spot as usize].denied {
            return;
        }
        let mut at = spot;
        let mut reason = reason;
        loop {
            let here = &mut self.spots[at as usize];
            let was = here.reason;
            here.reason = Some(was.map_or(reason, |was| was.min(reason)));
            let parent = here.parent;
            if was.is_some() {
                return;
            }
            if self.is_dir(at) {
                shown.new_dirs.push(at);
            }
            if at == ROOT {
                return;
            }
            at = parent;
            reason = Reason::Parent;
        }
    }
}

impl ViewBuilder<'_> {
    /// Hidden paths first, since what is below them inherits that; then provided ones, since they stop walks.
    pub(super) fn place_requests(
        &self,
        atlas: &mut Atlas<'_>,
        shown: &mut Shown,
    ) -> Result<(), Error> {
        atlas.show(shown, ROOT, Reason::Parent);
        let mut requests: Vec<&Request> = self.requests.iter().collect();
        requests.sort_by(|a, b| (&a.what, &a.path).cmp(&(&b.what, &b.path)));
        let hides = requests.partition_point(|request| request.what == Asked::Hide);
        for request in &requests[..hides] {
            place_request(request, atlas, shown)?;
        }
        inherit_denial(atlas);
        let is_topmost = |spot: &u32| {
            atlas.spots[*spot as usize].denied && !atlas.spots[atlas.parent(*spot) as usize].denied
        };
        shown.hidden = atlas.all().filter(is_topmost).map(|spot| atlas.path(spot)).collect();
        shown.hidden.sort();
        for request in &requests[hides..] {
            place_request(request, atlas, shown)?;
        }
        check_trees(atlas)
    }

    pub(super) fn place_recorded(
        &self,
        atlas: &mut Atlas<'_>,
        shown: &mut Shown,
    ) -> Result<(), Error> {
        let mut trails = vec![Vec::new()];
        let leaves = self.find_leaves(atlas, shown, &mut trails)?;
        let spots = atlas.settle(&leaves)?;
        for (spot, leaf) in spots.into_iter().zip(leaves) {
            let recorded = self.at(leaf.list, leaf.at);
            place_leaf(spot, &trails[leaf.trail], recorded, atlas, shown)?;
        }
        Ok(())
    }

    /// Finds the directory of each recorded path.
    fn find_leaves<'b>(
        &'b self,
        atlas: &mut Atlas<'_>,
        shown: &mut Shown,
        trails: &mut Vec<Vec<u32>>,
    ) -> Result<Vec<Leaf<'b>>, Error> {
        self.recorded.iter().try_for_each(|(list, _)| list.check())?;
        let dirs = self.recorded.iter().flat_map(|(list, _)| list.dirs());
        let parents = Parents::find(dirs, atlas, trails)?;
        let mut leaves = Vec::with_capacity(self.recorded.iter().map(|(list, _)| list.len()).sum());
        for (number, (list, _)) in self.recorded.iter().enumerate() {
            let parents: Vec<Parent> = list.dirs().map(|dir| parents.of(dir)).collect();
            for at in 0..list.len() {
                let recorded = self.at(number, at);
                let Some((dir, name)) = list.parts(at) else {
                    place_leaf(ROOT, &[], recorded, atlas, shown)?;
                    continue;
                };
                match parents[dir] {
                    Ok((dir, trail)) => leaves.push(Leaf { dir, name, trail, list: number, at }),
                    Err(absence) => shown.miss(&recorded, absence),
                }
            }
        }
        Ok(leaves)
    }

    fn at(&self, list: usize, at: usize) -> Recorded<'_> {
        let (list, owner) = &self.recorded[list];
        Recorded { path: list.path(at), owner: *owner, as_dir: list.is_dir(at) }
    }
}

fn place_leaf(
    spot: u32,
    trail: &[u32],
    recorded: Recorded<'_>,
    atlas: &mut Atlas<'_>,
    shown: &mut Shown,
) -> Result<(), Error> {
    let owner = recorded.owner;
    let kind = match atlas.spots[spot as usize].state {
        State::Present(_) if atlas.spots[spot as usize].denied => return Ok(()),
        State::Present(kind) => kind,
        // What is to be synthesised need not be there.
        _ if atlas.spots[spot as usize].synthetic.is_some() => {
            shown.owned.push((spot, owner));
            return Ok(());
        }
        State::Absent(absence) => {
            shown.miss(&recorded, absence);
            return Ok(());
        }
        State::Unknown => return Ok(()),
    };
    atlas.show_all(shown, trail, spot, Reason::Owned);
    shown.owned.push((spot, owner));
    if recorded.as_dir && kind != Kind::Dir {
        place_former_dir(spot, kind, owner, atlas, shown)?;
    }
    Ok(())
}

impl Shown {
    fn miss(&mut self, recorded: &Recorded<'_>, absence: Absence) {
        let Recorded { path, owner, .. } = *recorded;
        self.missing.push(Missing { path: path.to_vec(), owner, absence });
    }
}

/// A directory was recorded, but the host has something else: follow a link to a directory, report the rest.
fn place_former_dir(
    spot: u32,
    kind: Kind,
    owner: OwnerId,
    atlas: &mut Atlas<'_>,
    shown: &mut Shown,
) -> Result<(), Error> {
    if kind == Kind::Symlink {
        let target = atlas.target(spot)?.to_vec();
        let mut trail = Vec::new();
        let from = atlas.spots[spot as usize].parent;
        match atlas.walk(from, &target, Way::Ordinary, &mut trail)? {
            Ok(End::At(end)) if atlas.is_dir(end) => {
                if !atlas.spots[end as usize].denied {
                    shown.owned.push((end, owner));
                    atlas.show_all(shown, &trail, end, Reason::Owned);
                }
                return Ok(());
            }
            Ok(End::Inside(_)) => return Ok(()),
            Ok(End::At(_)) | Err(_) => {}
        }
    }
    let path = atlas.path(spot);
    shown.conflicts.push(Conflict { path, owner, found: kind });
    Ok(())
}

fn place_request(request: &Request, atlas: &mut Atlas<'_>, shown: &mut Shown) -> Result<(), Error> {
    let path = &request.path[..];
    let mut trail = Vec::new();
    match &request.what {
        Asked::Hide => {
            let spot = find_spot(path, atlas, &mut trail)?;
            if spot == Ok(ROOT) {
                return Err(Error::new(path, ErrorKind::Conflict("the root can't be hidden")));
            }
            if let Ok(spot) = spot {
                atlas.spots[spot as usize].denied = true;
            }
            return Ok(());
        }
        Asked::Provided => {
            let spot = find_spot(path, atlas, &mut trail)?.map_err(|why| absent(path, why))?;
            let spot = follow(spot, path, atlas, &mut trail)?;
            if matches!(atlas.look(spot)?, State::Absent(_)) {
                atlas.know(spot, NEW_DIR)?;
            }
            if !atlas.is_dir(spot) {
                return Err(absent(path, Absence::NotADirectory));
            }
            atlas.spots[spot as usize].provided = true;
            atlas.show_all(shown, &trail, spot, Reason::Provided);
        }
        Asked::Extra | Asked::Tree => {
            split(path)?;
            let end = atlas.walk(ROOT, path, Way::Everywhere, &mut trail)?;
            let spot = match end {
                Ok(End::At(spot) | End::Inside(spot)) => spot,
                Err(why) => return Err(absent(path, why)),
            };
            atlas.show_all(shown, &trail, spot, Reason::Extra);
            atlas.spots[spot as usize].tree |= request.what == Asked::Tree && atlas.is_dir(spot);
        }
        Asked::Synthetic { mode, content } => {
            let spot = find_spot(path, atlas, &mut trail)?.map_err(|why| absent(path, why))?;
            place_synthetic(spot, path, *mode, content, atlas, shown)?;
            atlas.show_all(shown, &trail, spot, Reason::Extra);
        }
    }
    Ok(())
}

/// What a provided directory is shown as when the host does not have it.
pub(super) const NEW_DIR: Meta = Meta {
    kind: Kind::Dir,
    mode: 0o755,
    size: 0,
    mtime: Mtime { sec: 0, nsec: 0 },
    dev: 0,
    ino: 0,
};

fn place_synthetic(
    spot: u32,
    path: &[u8],
    mode: u32,
    content: &[u8],
    atlas: &mut Atlas<'_>,
    shown: &mut Shown,
) -> Result<(), Error> {
    let conflict = |what| Err(Error::new(path, ErrorKind::Conflict(what)));
    atlas.look(spot)?;
    if atlas.is_dir(spot) {
        return conflict("a file can't be synthesised in the place of a directory");
    }
    if let Some(other) = atlas.spots[spot as usize].synthetic
        && shown.contents[other as usize] != content
    {
        return conflict("two contents to synthesise");
    }
    let index = u32::try_from(shown.contents.len())
        .map_err(|_error| Error::new(path, ErrorKind::TooLarge))?;
    shown.contents.push(content.to_vec());
    let meta = Meta { kind: Kind::File, mode, size: content.len() as u64, ..NEW_DIR };
    atlas.spots[spot as usize].synthetic = Some(index);
    atlas.know(spot, meta)
}

/// The spot of a path, its directory walked and its last component neither looked at nor followed.
fn find_spot(
    path: &[u8],
    atlas: &mut Atlas<'_>,
    trail: &mut Vec<u32>,
) -> Result<Result<u32, Absence>, Error> {
    let Some((dir, name)) = split(path)? else { return Ok(Ok(ROOT)) };
    match atlas.walk(ROOT, dir, Way::Everywhere, trail)? {
        Ok(End::At(dir)) if atlas.is_dir(dir) => Ok(Ok(atlas.child(dir, name)?)),
        Ok(_) => Ok(Err(Absence::NotADirectory)),
        Err(absence) => Ok(Err(absence)),
    }
}

/// Where a spot leads when it is a link.
fn follow(
    spot: u32,
    path: &[u8],
    atlas: &mut Atlas<'_>,
    trail: &mut Vec<u32>,
) -> Result<u32, Error> {
    atlas.look(spot)?;
    if atlas.kind(spot) != Some(Kind::Symlink) {
        return Ok(spot);
    }
    trail.push(spot);
    let target = atlas.target(spot)?.to_vec();
    let from = atlas.spots[spot as usize].parent;
    match atlas.walk(from, &target, Way::Everywhere, trail)? {
        Ok(End::At(end) | End::Inside(end)) => Ok(end),
        Err(absence) => Err(absent(path, absence)),
    }
}

fn absent(path: &[u8], absence: Absence) -> Error {
    Error::new(path, ErrorKind::Absent(absence))
}

/// Hands denial down. A spot's parent comes before it, so one pass does.
fn inherit_denial(atlas: &mut Atlas<'_>) {
    for spot in 0..atlas.spots.len() {
        let parent = atlas.spots[spot].parent as usize;
        atlas.spots[spot].denied |= atlas.spots[parent].denied;
    }
}

/// A whole tree shows all it holds, so nothing in it can be hidden or replaced.
fn check_trees(atlas: &Atlas<'_>) -> Result<(), Error> {
    let mut inside = vec![false; atlas.spots.len()];
    for (index, spot) in atlas.spots.iter().enumerate().skip(1) {
        let parent = spot.parent as usize;
        inside[index] = inside[parent] || (atlas.spots[parent].tree && !spot_denied(atlas, parent));
        let what = match spot {
            _ if !inside[index] => continue,
            spot if spot.denied => "a path inside a whole tree can't be hidden",
            spot if spot.synthetic.is_some() => "nothing inside a whole tree can be synthesised",
            spot if spot.provided => "nothing inside a whole tree can be provided",
            _ => continue,
        };
        let path = atlas.path(u32::try_from(index).unwrap_or(ROOT));
        return Err(Error::new(path, ErrorKind::Conflict(what)));
    }
    Ok(())
}

fn spot_denied(atlas: &Atlas<'_>, spot: usize) -> bool {
    atlas.spots[spot].denied
}
