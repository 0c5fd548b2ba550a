//! Symbolic links that no package owns.

use std::collections::BTreeMap;

use super::ViewBuilder;
use super::atlas::{Atlas, End, State, Way};
use super::place::Shown;
use crate::{Error, ErrorKind, Kind, Reason};

/// A link and the links it leads through.
struct Chain {
    link: u32,
    passed: Vec<u32>,
}

/// Links that lead to a place that is not visible (yet), by that place.
#[derive(Default)]
pub(super) struct Unresolved(BTreeMap<u32, Vec<Chain>>);

impl ViewBuilder<'_> {
    /// Shows the unowned links of all directories that became visible, until nothing more does.
    ///
    /// Each directory is listed once and each link walked once: a link to a place that is not visible waits
    /// for it, so the cost is linear however the links depend on each other.
    pub(super) fn place_links(
        &self,
        atlas: &mut Atlas<'_>,
        shown: &mut Shown,
        unresolved: &mut Unresolved,
    ) -> Result<(), Error> {
        if !self.links {
            return Ok(());
        }
        unresolved.wake_all(atlas, shown);
        loop {
            let dirs = std::mem::take(&mut shown.new_dirs);
            if dirs.is_empty() {
                return Ok(());
            }
            for dir in &dirs {
                unresolved.wake(*dir, atlas, shown);
            }
            for link in self.candidates(&dirs, atlas)? {
                self.place_link(link, atlas, shown, unresolved)?;
            }
        }
    }

    /// The links in these directories that may have to be shown.
    fn candidates(&self, dirs: &[u32], atlas: &mut Atlas<'_>) -> Result<Vec<u32>, Error> {
        let open = |dir: &u32| {
            let dir = &atlas.spots[*dir as usize];
            !dir.provided && !dir.tree && dir.reason.is_some()
        };
        let mut dirs: Vec<u32> = dirs.iter().copied().filter(open).collect();
        dirs.sort_unstable();
        dirs.dedup();
        let mut spots = Vec::new();
        for (&dir, listing) in dirs.iter().zip(atlas.list(&dirs)) {
            let entries = match listing {
                Ok(entries) => entries,
                // Closed to us and so to the build: what is in it can't be reached from inside either.
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => continue,
                Err(source) => {
                    let call = "readdir";
                    return Err(Error::new(atlas.path(dir), ErrorKind::Host { call, source }));
                }
            };
            let links = entries.iter().filter(|e| e.kind.is_none_or(|kind| kind == Kind::Symlink));
            for link in links {
                spots.push(atlas.child(dir, &link.name)?);
            }
        }
        atlas.survey()?;
        spots.retain(|&link| self.is_candidate(link, atlas));
        Ok(spots)
    }

    fn is_candidate(&self, link: u32, atlas: &Atlas<'_>) -> bool {
        let spot = &atlas.spots[link as usize];
        let is_link = matches!(spot.state, State::Present(meta) if meta.is_symlink());
        is_link && spot.reason.is_none() && self.is_free(link, atlas)
    }

    /// Whether a link that is not visible may become so: it is not hidden and no package's.
    fn is_free(&self, link: u32, atlas: &Atlas<'_>) -> bool {
        if atlas.spots[link as usize].denied {
            return false;
        }
        let path = atlas.path(link);
        !self.is_owned(&path) && !self.table.hides(&path)
    }

    fn place_link(
        &self,
        link: u32,
        atlas: &mut Atlas<'_>,
        shown: &mut Shown,
        unresolved: &mut Unresolved,
    ) -> Result<(), Error> {
        let mut passed = Vec::new();
        let target = atlas.target(link)?.to_vec();
        let end = atlas.walk(atlas.parent(link), &target, Way::Ordinary, &mut passed)?;
        let Ok(End::At(end) | End::Inside(end)) = end else { return Ok(()) };
        // The link of a package that is not in the view breaks the chain: from inside, it leads nowhere.
        if !passed.iter().all(|&link| atlas.is_visible(link) || self.is_free(link, atlas)) {
            return Ok(());
        }
        let chain = Chain { link, passed };
        if atlas.resolves(end) {
            chain.show(atlas, shown);
        } else {
            unresolved.0.entry(end).or_default().push(chain);
        }
        Ok(())
    }
}

impl Unresolved {
    fn wake_all(&mut self, atlas: &mut Atlas<'_>, shown: &mut Shown) {
        let ready: Vec<u32> = self.0.keys().copied().filter(|&end| atlas.resolves(end)).collect();
        for end in ready {
            self.wake(end, atlas, shown);
        }
    }

    fn wake(&mut self, end: u32, atlas: &mut Atlas<'_>, shown: &mut Shown) {
        for chain in self.0.remove(&end).unwrap_or_default() {
            chain.show(atlas, shown);
        }
    }
}

impl Chain {
    fn show(self, atlas: &mut Atlas<'_>, shown: &mut Shown) {
        for link in self.passed.into_iter().chain([self.link]) {
            atlas.show(shown, link, Reason::Unowned);
        }
    }
}
