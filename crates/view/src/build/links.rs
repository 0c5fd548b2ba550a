//! Symbolic links that no package owns.

use std::collections::HashMap;

use super::ViewBuilder;
use super::atlas::{Atlas, End, Way};
use super::place::Shown;
use crate::{Error, ErrorKind, Kind, Reason};

/// A link that waits for the directory it leads to.
struct Waiting {
    link: u32,
    trail: Vec<u32>,
}

/// Links that lead to a place that is not visible (yet), by that place.
#[derive(Default)]
pub(super) struct Unresolved(HashMap<u32, Vec<Waiting>>);

impl ViewBuilder<'_> {
    /// Shows the unowned links of all directories that became visible, until nothing more becomes so.
    ///
    /// Each directory is listed once, and each link walked once. Only directories can become visible here (links lead to
    /// other links' directories), so a link to one of those that is not visible waits for it.
    pub(super) fn place_links(
        &self,
        atlas: &mut Atlas<'_>,
        shown: &mut Shown,
        unresolved: &mut Unresolved,
    ) -> Result<(), Error> {
        let Some(is_owned) = &self.owned_elsewhere else { return Ok(()) };
        while let Some(dir) = shown.new_dirs.pop() {
            for waiting in unresolved.0.remove(&dir).unwrap_or_default() {
                place_link(waiting, atlas, shown);
            }
            for link in links_of(dir, atlas)? {
                let is_shown = atlas.spots[link as usize].reason.is_some();
                if is_shown || atlas.spots[link as usize].denied || is_owned(&atlas.path(link)) {
                    continue;
                }
                self.try_link(link, atlas, shown, unresolved)?;
            }
        }
        Ok(())
    }

    fn try_link(
        &self,
        link: u32,
        atlas: &mut Atlas<'_>,
        shown: &mut Shown,
        unresolved: &mut Unresolved,
    ) -> Result<(), Error> {
        let mut trail = Vec::new();
        let dir = atlas.spots[link as usize].parent;
        atlas.look(link)?;
        let target = atlas.target(link)?.to_vec();
        let Ok(end) = atlas.walk(dir, &target, Way::Ordinary, &mut trail)? else { return Ok(()) };
        let (End::At(end) | End::Inside(end)) = end;
        for &passed in &trail {
            let spot = &atlas.spots[passed as usize];
            let hidden = spot.reason.is_none() && (spot.denied || self.is_owned(atlas, passed));
            if hidden {
                return Ok(());
            }
        }
        let waiting = Waiting { link, trail };
        if is_visible(atlas, end) {
            place_link(waiting, atlas, shown);
        } else {
            unresolved.0.entry(end).or_default().push(waiting);
        }
        Ok(())
    }

    fn is_owned(&self, atlas: &Atlas<'_>, spot: u32) -> bool {
        self.owned_elsewhere.as_ref().is_some_and(|is_owned| is_owned(&atlas.path(spot)))
    }
}

fn place_link(waiting: Waiting, atlas: &mut Atlas<'_>, shown: &mut Shown) {
    atlas.show(shown, waiting.link, Reason::Unowned);
    for passed in waiting.trail {
        atlas.show(shown, passed, Reason::Unowned);
    }
}

/// Whether a place is visible itself or is inside a whole tree.
fn is_visible(atlas: &Atlas<'_>, spot: u32) -> bool {
    let mut at = spot;
    loop {
        let here = &atlas.spots[at as usize];
        if here.reason.is_some() && (at == spot || here.tree) {
            return true;
        }
        if at == here.parent {
            return false;
        }
        at = here.parent;
    }
}

/// The links in a directory; none where its content is not the host's, or all of it is visible anyway.
fn links_of(dir: u32, atlas: &mut Atlas<'_>) -> Result<Vec<u32>, Error> {
    let here = &atlas.spots[dir as usize];
    if here.provided || here.tree {
        return Ok(Vec::new());
    }
    let path = atlas.path(dir);
    let entries = match atlas.host.read_dir(&path) {
        Ok(entries) => entries,
        // Closed to us and so to the build: what is in it can't be seen from inside either.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return Ok(Vec::new()),
        Err(source) => return Err(Error::new(path, ErrorKind::Host { call: "readdir", source })),
    };
    let mut links = Vec::new();
    for entry in entries {
        if entry.kind.is_none_or(|kind| kind == Kind::Symlink) {
            let spot = atlas.child(dir, &entry.name)?;
            atlas.look(spot)?;
            if atlas.meta(spot).is_some_and(|meta| meta.is_symlink()) {
                links.push(spot);
            }
        }
    }
    Ok(links)
}
