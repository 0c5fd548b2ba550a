//! Generated files: the table's rules carried out.

use std::collections::{BTreeSet, HashMap, HashSet};

use hashbrown::DefaultHashBuilder;

use super::ViewBuilder;
use super::atlas::{Atlas, End, ROOT, State, Way};
use super::place::{NEW_DIR, Shown};
use crate::generated::Part;
use crate::view::Span;
use crate::{
    Captures, Error, ErrorKind, GeneratedTable, Kind, LdCache, Meta, Reason, Resolution, Rule,
    Treatment, View,
};

/// What the rules found so far.
pub(super) struct Rules<'t> {
    /// For each pattern, in the rules' order.
    hunts: Vec<Hunt<'t>>,
    /// Linker caches to be cut down to what the finished view shows, by the index of their content.
    caches: Vec<(u32, LdCache)>,
}

/// A path of the host that a pattern matches.
struct Match {
    spot: u32,
    captures: Captures,
    /// The links passed on the way.
    trail: Vec<u32>,
}

/// The search for what a pattern matches. It goes on where it stopped: of the host only what is visible grows.
struct Hunt<'t> {
    rule: u32,
    parts: &'t [Part],
    found: Vec<Match>,
    /// Where a `**`, known by how much of the pattern follows it, went, from where.
    descended: HashSet<(usize, u32, u32), DefaultHashBuilder>,
    has_begun: bool,
}

/// A match and the number of the rule that decides about it.
type Decision<'r> = (u32, &'r Match);

impl<'t> Rules<'t> {
    pub(super) fn new(table: &'t GeneratedTable) -> Self {
        let hunts = (0..).zip(table.rules()).flat_map(|(rule, about)| {
            about.patterns.iter().map(move |pattern| Hunt::new(rule, &pattern.parts))
        });
        Self { hunts: hunts.collect(), caches: Vec::new() }
    }

    /// Cuts the linker caches down to the libraries that resolve in the view.
    pub(super) fn filter(self, view: &mut View) -> Result<(), Error> {
        for (content, mut cache) in self.caches {
            cache.retain(|path| {
                matches!(view.resolve(path), Resolution::Node { .. } | Resolution::Beyond { .. })
            });
            view.contents[content as usize] = cache.to_bytes()?;
        }
        Ok(())
    }

    /// Looks for all that the patterns match now.
    fn hunt(&mut self, atlas: &mut Atlas<'_>) -> Result<(), Error> {
        let visible = VisibleDirs::of(atlas);
        self.hunts.iter_mut().try_for_each(|hunt| hunt.go_on(&visible, atlas))
    }
}

/// All paths that the rules are about, each with the first rule that is.
fn decisions<'r>(hunts: &'r [Hunt<'_>]) -> Vec<Decision<'r>> {
    let mut decided = HashSet::<u32, DefaultHashBuilder>::default();
    let found = hunts.iter().flat_map(|hunt| hunt.found.iter().map(|found| (hunt.rule, found)));
    found.filter(|(_, found)| decided.insert(found.spot)).collect()
}

impl<'t> Hunt<'t> {
    fn new(rule: u32, parts: &'t [Part]) -> Self {
        Self { rule, parts, found: Vec::new(), descended: HashSet::default(), has_begun: false }
    }

    fn go_on(&mut self, visible: &VisibleDirs, atlas: &mut Atlas<'_>) -> Result<(), Error> {
        let depth = self.parts.iter().filter(|part| **part == Part::Deep).count();
        if std::mem::replace(&mut self.has_begun, true) && depth == 0 {
            return Ok(());
        }
        // What a second one finds new may be below what the first found before.
        if depth > 1 {
            self.found.clear();
            self.descended.clear();
        }
        let root = Match { spot: ROOT, captures: Captures::default(), trail: Vec::new() };
        self.expand(root, self.parts, visible, atlas)
    }

    /// Finds what the rest of the pattern matches below a directory.
    fn expand(
        &mut self,
        from: Match,
        parts: &[Part],
        visible: &VisibleDirs,
        atlas: &mut Atlas<'_>,
    ) -> Result<(), Error> {
        let Some((part, rest)) = parts.split_first() else {
            self.found.push(from);
            return Ok(());
        };
        let next = match part {
            Part::Literal(name) => vec![from.child(atlas.child(from.spot, name)?, Vec::new())],
            Part::Wild(_) => list(&from, part, atlas)?,
            Part::Deep => self.descend(&from, rest, visible, atlas),
        };
        for mut next in next {
            if !rest.is_empty() && !next.enter(atlas)? {
                continue;
            }
            self.expand(next, rest, visible, atlas)?;
        }
        Ok(())
    }

    /// The visible directories from a directory downward, itself included, with the way to each; without those that it
    /// went to before.
    fn descend(
        &mut self,
        from: &Match,
        rest: &[Part],
        visible: &VisibleDirs,
        atlas: &Atlas<'_>,
    ) -> Vec<Match> {
        let base = atlas.path(from.spot);
        let skip = if from.spot == ROOT { 1 } else { base.len() + 1 };
        let mut dirs = Vec::new();
        for &dir in [from.spot].iter().chain(visible.below(from.spot)) {
            if self.descended.insert((rest.len(), from.spot, dir)) {
                let path =
                    if dir == from.spot { Vec::new() } else { atlas.path(dir)[skip..].to_vec() };
                dirs.push(from.child(dir, vec![path]));
            }
        }
        dirs
    }
}

impl Match {
    fn child(&self, spot: u32, captures: Vec<Vec<u8>>) -> Self {
        Self { spot, captures: self.captures.with(captures), trail: self.trail.clone() }
    }

    /// Goes on from a directory, or from the one a link leads to. Not from those whose content is not the host's,
    /// and not from whole trees, in which everything is visible anyway.
    fn enter(&mut self, atlas: &mut Atlas<'_>) -> Result<bool, Error> {
        if let State::Present(Kind::Symlink) = atlas.look(self.spot)? {
            let link = self.spot;
            let target = atlas.target(link)?.to_vec();
            self.trail.push(link);
            match atlas.walk(atlas.parent(link), &target, Way::Ordinary, &mut self.trail)? {
                Ok(End::At(end)) => self.spot = end,
                Ok(End::Inside(_)) | Err(_) => return Ok(false),
            }
        }
        let spot = &atlas.spots[self.spot as usize];
        Ok(atlas.is_dir(self.spot) && !spot.provided && !spot.tree && !spot.denied)
    }
}

impl ViewBuilder<'_> {
    /// Carries out the rules on what is visible now.
    pub(super) fn place_rules(
        &self,
        rules: &mut Rules<'_>,
        atlas: &mut Atlas<'_>,
        shown: &mut Shown,
    ) -> Result<(), Error> {
        rules.hunt(atlas)?;
        atlas.survey()?;
        let Rules { hunts, caches, .. } = rules;
        let mut decisions = decisions(hunts);
        let hidden: BTreeSet<u32> = decisions
            .extract_if(.., |(rule, _)| self.rule(*rule).treatment == Treatment::Hide)
            .map(|(_, found)| found.spot)
            .collect();
        withdraw(&hidden, atlas, shown);
        let present = self.present_owners(atlas, shown);
        for (number, found) in decisions {
            let rule = self.rule(number);
            if self.applies(rule, found, &present, atlas)? {
                apply(rule, Reason::Generated(number), found, caches, atlas, shown)?;
            }
        }
        Ok(())
    }

    fn rule(&self, number: u32) -> &Rule {
        &self.table.rules()[number as usize]
    }

    fn applies(
        &self,
        rule: &Rule,
        found: &Match,
        present: &[&str],
        atlas: &mut Atlas<'_>,
    ) -> Result<bool, Error> {
        let spot = &atlas.spots[found.spot as usize];
        // What the caller asked for by path is as the caller wants it.
        if spot.denied || spot.synthetic.is_some() || spot.reason == Some(Reason::Extra) {
            return Ok(false);
        }
        if spot.reason.is_none() && !rule.even_if_owned && self.is_owned(&atlas.path(found.spot)) {
            return Ok(false);
        }
        if rule.if_visible.is_empty() && rule.if_owner.is_empty() {
            return Ok(true);
        }
        if present.iter().any(|label| rule.names_owner(label)) {
            return Ok(true);
        }
        for template in &rule.if_visible {
            if is_seen(&found.captures.fill(template), atlas)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The labels of the owners that have something in the view.
    fn present_owners(&self, atlas: &Atlas<'_>, shown: &Shown) -> Vec<&str> {
        if self.table.rules().iter().all(|rule| rule.if_owner.is_empty()) {
            return Vec::new();
        }
        let mut present = vec![false; self.owners.len()];
        for &(spot, owner) in &shown.owned {
            present[owner.0 as usize] |= atlas.is_visible(spot);
        }
        let labels = self.owners.iter().zip(present);
        labels.filter_map(|(label, present)| present.then_some(&label[..])).collect()
    }
}

fn apply(
    rule: &Rule,
    reason: Reason,
    found: &Match,
    caches: &mut Vec<(u32, LdCache)>,
    atlas: &mut Atlas<'_>,
    shown: &mut Shown,
) -> Result<(), Error> {
    let (mode, content) = match &rule.treatment {
        Treatment::Hide => return Ok(()),
        Treatment::Expose | Treatment::ExposeIfOwner => return expose(found, reason, atlas, shown),
        Treatment::Synthesise { mode, content } => (*mode, content.clone()),
        Treatment::FilterLdCache => {
            let Some(meta) = atlas.meta(found.spot).filter(|meta| meta.kind == Kind::File) else {
                return Ok(());
            };
            caches.push((next_content(shown)?, read_cache(found.spot, atlas)?));
            (atlas.measured(found.spot)?.map_or(meta.mode, |meta| meta.mode), Vec::new())
        }
    };
    if atlas.is_dir(found.spot) {
        return Ok(());
    }
    let meta = Meta { kind: Kind::File, mode, size: content.len() as u64, ..NEW_DIR };
    atlas.spots[found.spot as usize].synthetic = Some(next_content(shown)?);
    atlas.know(found.spot, meta)?;
    shown.contents.push(content);
    atlas.show_all(shown, &found.trail, found.spot, reason);
    Ok(())
}

/// Shows a path and what it finally points to; nothing if that is not there.
fn expose(
    found: &Match,
    reason: Reason,
    atlas: &mut Atlas<'_>,
    shown: &mut Shown,
) -> Result<(), Error> {
    let Some(kind) = atlas.kind(found.spot) else { return Ok(()) };
    if kind == Kind::Symlink {
        let target = atlas.target(found.spot)?.to_vec();
        let from = atlas.parent(found.spot);
        let mut passed = Vec::new();
        match atlas.walk(from, &target, Way::Ordinary, &mut passed)? {
            Ok(End::At(end)) if atlas.spots[end as usize].denied => return Ok(()),
            Ok(End::At(end)) => atlas.show(shown, end, reason),
            Ok(End::Inside(_)) => {}
            Err(_) => return Ok(()),
        }
        atlas.show_all(shown, &passed, found.spot, reason);
    }
    atlas.show_all(shown, &found.trail, found.spot, reason);
    Ok(())
}

/// The names in a directory that a component with wildcards matches.
fn list(from: &Match, part: &Part, atlas: &mut Atlas<'_>) -> Result<Vec<Match>, Error> {
    atlas.list(&[from.spot]);
    let Some(listing) = atlas.listing(from.spot)? else { return Ok(Vec::new()) };
    let tells = listing.may_be_searched && !atlas.depth.measures;
    let mut names: Vec<(Vec<u8>, Option<Kind>)> = listing
        .iter()
        .filter(|(name, _)| part.fits(name))
        .map(|(name, kind)| (name.to_vec(), kind.filter(|_| tells)))
        .collect();
    names.sort_unstable();
    let mut matches = Vec::new();
    for (name, kind) in names {
        if let Some(captures) = part.matches(&name) {
            let spot = atlas.child(from.spot, &name)?;
            if let (Some(Kind::File), State::Unknown) = (kind, atlas.spots[spot as usize].state) {
                atlas.spots[spot as usize].state = State::Present(Kind::File);
            }
            matches.push(from.child(spot, captures));
        }
    }
    Ok(matches)
}

/// Takes hidden spots, and what is below them, out of sight, but for what the caller asked for by path.
fn withdraw(hidden: &BTreeSet<u32>, atlas: &mut Atlas<'_>, shown: &mut Shown) {
    if hidden.is_empty() {
        return;
    }
    let wanted = |atlas: &Atlas<'_>, spot: u32| {
        let spot = &atlas.spots[spot as usize];
        spot.reason == Some(Reason::Extra) || spot.tree
    };
    let mut inside = vec![false; atlas.spots.len()];
    for &spot in hidden {
        inside[spot as usize] = spot != ROOT;
    }
    let mut kept = Vec::new();
    for spot in atlas.all().skip(1) {
        inside[spot as usize] |= inside[atlas.parent(spot) as usize];
        if !inside[spot as usize] {
            continue;
        }
        if wanted(atlas, spot) {
            kept.push(spot);
        } else {
            atlas.spots[spot as usize].reason = None;
            atlas.spots[spot as usize].denied = true;
        }
    }
    for spot in kept {
        let mut above = atlas.parent(spot);
        while !atlas.is_visible(above) {
            atlas.spots[above as usize].denied = false;
            atlas.show(shown, above, Reason::Parent);
            above = atlas.parent(above);
        }
    }
    drop_empty_parents(atlas, &inside);
}

/// Directories that were visible only because of something that no longer is.
fn drop_empty_parents(atlas: &mut Atlas<'_>, withdrawn: &[bool]) {
    if !withdrawn.contains(&true) {
        return;
    }
    let mut needed = vec![false; atlas.spots.len()];
    for spot in atlas.all().skip(1).rev() {
        let here = &mut atlas.spots[spot as usize];
        if here.reason == Some(Reason::Parent) && !needed[spot as usize] {
            here.reason = None;
        }
        needed[here.parent as usize] |= here.reason.is_some();
    }
}

fn read_cache(spot: u32, atlas: &Atlas<'_>) -> Result<LdCache, Error> {
    let path = atlas.path(spot);
    let bytes = atlas
        .host
        .read_file(&path)
        .map_err(|source| Error::new(&path[..], ErrorKind::Host { call: "read", source }))?;
    LdCache::parse(&bytes)
}

fn next_content(shown: &Shown) -> Result<u32, Error> {
    u32::try_from(shown.contents.len()).map_err(|_error| Error::new(&b"/"[..], ErrorKind::TooLarge))
}

/// Whether a path leads to something visible, through visible links only.
fn is_seen(path: &[u8], atlas: &mut Atlas<'_>) -> Result<bool, Error> {
    let mut trail = Vec::new();
    let end = atlas.walk(ROOT, path, Way::Ordinary, &mut trail)?;
    let Ok(End::At(end)) = end else { return Ok(false) };
    if !trail.iter().all(|&link| atlas.resolves(link)) {
        return Ok(false);
    }
    Ok(atlas.resolves(end))
}

/// The visible directories, each followed by those below it.
struct VisibleDirs {
    dirs: Vec<u32>,
    /// Where in `dirs` each of the spots is, and how many it is with those below it.
    spans: HashMap<u32, Span, DefaultHashBuilder>,
}

impl VisibleDirs {
    fn of(atlas: &Atlas<'_>) -> Self {
        let dirs: Vec<u32> =
            atlas.all().filter(|&spot| atlas.is_visible(spot) && atlas.is_dir(spot)).collect();
        let mut spans: HashMap<u32, Span, DefaultHashBuilder> =
            dirs.iter().map(|&dir| (dir, Span { start: 0, len: 1 })).collect();
        let above = |dir: u32| (dir != ROOT).then(|| atlas.parent(dir));
        // Those below a directory come after it.
        for &dir in dirs.iter().rev() {
            let len = spans[&dir].len;
            if let Some(above) = above(dir).and_then(|above| spans.get_mut(&above)) {
                above.len += len;
            }
        }
        let mut ordered = vec![ROOT; dirs.len()];
        // Where the next directory in each goes.
        let mut next = HashMap::<u32, u32, DefaultHashBuilder>::default();
        for &dir in &dirs {
            let start = above(dir).and_then(|above| next.get(&above).copied()).unwrap_or(0);
            if let Some(span) = spans.get_mut(&dir) {
                span.start = start;
                ordered[start as usize] = dir;
                next.insert(dir, start + 1);
                if let Some(next) = above(dir).and_then(|above| next.get_mut(&above)) {
                    *next += span.len;
                }
            }
        }
        Self { dirs: ordered, spans }
    }

    /// Those below a directory.
    fn below(&self, dir: u32) -> &[u32] {
        self.spans.get(&dir).map_or(&[], |span| &span.of(&self.dirs)[1..])
    }
}
