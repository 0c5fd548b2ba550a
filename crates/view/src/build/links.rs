//! Symbolic links that no package owns.

use std::collections::BTreeMap;

use super::ViewBuilder;
use super::atlas::{Atlas, End, ROOT, Way};
use super::place::Shown;
use crate::{Error, Kind, Reason, Treatment};

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
        let open = |dir: &u32| atlas.is_open(*dir) && atlas.is_visible(*dir);
        let mut dirs: Vec<u32> = dirs.iter().copied().filter(open).collect();
        dirs.sort_unstable();
        dirs.dedup();
        atlas.list(&dirs);
        let mut free = Vec::new();
        for &dir in &dirs {
            self.free_names(dir, atlas, &mut free)?;
        }
        let mut spots = Vec::with_capacity(free.len());
        for (dir, name) in free {
            spots.push(atlas.child(dir, &name)?);
        }
        atlas.survey()?;
        spots.retain(|&link| {
            let is_link = atlas.kind(link) == Some(Kind::Symlink);
            is_link && !atlas.is_visible(link)
        });
        Ok(spots)
    }

    /// The names in a directory that may be those of links that may become visible.
    ///
    /// Whose a name is, is asked before the link is looked at: most are some package's, and are never looked at.
    fn free_names(
        &self,
        dir: u32,
        atlas: &Atlas<'_>,
        free: &mut Vec<(u32, Vec<u8>)>,
    ) -> Result<(), Error> {
        let Some(listing) = atlas.listing(dir)?.filter(|listing| listing.has_links) else {
            return Ok(());
        };
        let mut path = atlas.path(dir);
        let length = path.len();
        let rules = self.table.rules_in(&path);
        let hides = |path: &[u8]| {
            let rule = rules.iter().find(|rule| rule.covers(path));
            rule.is_some_and(|rule| rule.treatment == Treatment::Hide)
        };
        for (name, kind) in listing.iter() {
            if kind.is_some_and(|kind| kind != Kind::Symlink) {
                continue;
            }
            let known = atlas.find(dir, name).map(|spot| &atlas.spots[spot as usize]);
            if known.is_some_and(|spot| spot.reason.is_some() || spot.denied) {
                continue;
            }
            if dir != ROOT {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            if !hides(&path) && !self.is_owned(&path) {
                free.push((dir, name.to_vec()));
            }
            path.truncate(length);
        }
        Ok(())
    }

    /// Whether a link that is not visible may become so, unless it is denied: it is not hidden and no package's.
    fn is_free(&self, path: &[u8]) -> bool {
        !self.is_owned(path) && !self.table.hides(path)
    }

    fn may_be_passed(&self, link: u32, atlas: &Atlas<'_>) -> bool {
        let spot = &atlas.spots[link as usize];
        spot.reason.is_some() || (!spot.denied && self.is_free(&atlas.path(link)))
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
        if !passed.iter().all(|&link| self.may_be_passed(link, atlas)) {
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
