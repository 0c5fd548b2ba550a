//! Writing the finished tree.

use super::ViewBuilder;
use super::atlas::{Atlas, ROOT, Spot};
use super::grouped::Grouped;
use super::leaves::Key;
use super::place::Shown;
use super::survey::unmeasured;
use crate::view::{Record, RecordKind, Span};
use crate::{Error, ErrorKind, Kind, Meta, OwnerId, Reason, View};

/// Turns the visible spots into a view.
pub(super) fn finish(
    builder: &ViewBuilder<'_>,
    atlas: &Atlas<'_>,
    mut shown: Shown,
) -> Result<View, Error> {
    shown.missing.sort_by(|a, b| builder.by_label(&a.path, a.owner, &b.path, b.owner));
    shown.missing.dedup();
    shown.conflicts.sort_by(|a, b| builder.by_label(&a.path, a.owner, &b.path, b.owner));
    shown.conflicts.dedup();
    let visible = Visible::of(atlas);
    let mut writer = Writer {
        atlas,
        owners: Owners::of(builder, atlas, &shown.owned),
        view: View {
            nodes: Vec::with_capacity(visible.spots.len() + 1),
            names: Vec::with_capacity(atlas.names.len()),
            children: Vec::with_capacity(visible.spots.len()),
            owned: Vec::with_capacity(shown.owned.len()),
            owners: builder.owners.clone(),
            contents: shown.contents,
            missing: shown.missing,
            conflicts: shown.conflicts,
            denied: shown.hidden,
            provided: sorted(atlas, |spot| spot.provided),
            rules: builder.table.rules().to_vec(),
        },
        visible,
    };
    writer.write(ROOT, 0)?;
    Ok(writer.view)
}

impl ViewBuilder<'_> {
    fn by_label(
        &self,
        a: &[u8],
        a_owner: OwnerId,
        b: &[u8],
        b_owner: OwnerId,
    ) -> std::cmp::Ordering {
        let label = |id: OwnerId| (&self.owners[id.0 as usize], id);
        a.cmp(b).then_with(|| label(a_owner).cmp(&label(b_owner)))
    }
}

struct Writer<'a, 'h> {
    atlas: &'a Atlas<'h>,
    visible: Visible,
    owners: Owners,
    view: View,
}

impl Writer<'_, '_> {
    /// Writes a spot and all below it; gives its position. The depth is that of a path, which `PATH_MAX` bounds.
    fn write(&mut self, spot: u32, parent: u32) -> Result<u32, Error> {
        let at = fit(self.view.nodes.len())?;
        let record = self.record(spot, parent)?;
        let is_tree = record.kind == RecordKind::Tree;
        self.view.nodes.push(record);
        if is_tree {
            return Ok(at);
        }
        let below = self.visible.below(spot);
        // Each child's place among its siblings is known before its position is.
        let first = self.view.children.len();
        self.view.children.resize(first + below.len(), u32::MAX);
        self.view.nodes[at as usize].children = Span { start: fit(first)?, len: fit(below.len())? };
        for (place, index) in (first..).zip(below) {
            let child = self.visible.spots[index];
            self.view.children[place] = self.write(child, at)?;
        }
        Ok(at)
    }

    fn record(&mut self, spot: u32, parent: u32) -> Result<Record, Error> {
        let here = &self.atlas.spots[spot as usize];
        let meta = self.atlas.meta(spot).ok_or_else(|| self.unseen(spot))?;
        let name = append(&mut self.view.names, self.atlas.name(spot))?;
        let kind = match (here, meta.kind) {
            (Spot { synthetic: Some(content), .. }, _) => RecordKind::Synthetic(*content),
            // Some were looked at all the same; that all are alike is simpler for whoever reads the view.
            (_, Kind::File) if !self.atlas.depth.measures => RecordKind::Unmeasured,
            (Spot { tree: true, .. }, Kind::Dir) => RecordKind::Tree,
            (_, Kind::Symlink) => {
                RecordKind::Symlink(append(&mut self.view.names, self.atlas.known_target(spot))?)
            }
            (_, kind) => RecordKind::Host(kind),
        };
        let Meta { mode, size, mtime, .. } =
            if kind == RecordKind::Unmeasured { unmeasured(Kind::File) } else { meta };
        let owners = append(&mut self.view.owned, self.owners.of_spot(spot))?;
        let children = Span::default();
        let reason = here.reason.unwrap_or(Reason::Parent);
        Ok(Record { parent, name, kind, mode, size, mtime, children, owners, reason })
    }

    fn unseen(&self, spot: u32) -> Error {
        Error::new(self.atlas.path(spot), ErrorKind::Conflict("shown, but not on the host"))
    }
}

/// The visible spots, those of one directory together and sorted by name.
struct Visible {
    spots: Vec<u32>,
    grouped: Grouped,
}

impl Visible {
    fn of(atlas: &Atlas<'_>) -> Self {
        let visible: Vec<u32> =
            atlas.all().skip(1).filter(|&spot| atlas.is_visible(spot)).collect();
        let dirs = visible.iter().map(|&spot| atlas.parent(spot));
        let grouped = Grouped::by(dirs, atlas.spots.len());
        let mut spots: Vec<u32> =
            grouped.items.iter().map(|&item| visible[item as usize]).collect();
        let mut rest = &mut spots[..];
        while let Some(&first) = rest.first() {
            let (dir, others) = rest.split_at_mut(grouped.range(atlas.parent(first)).len());
            // Most are in order, all or in two runs.
            if !dir.is_sorted_by_key(|&spot| atlas.name(spot)) {
                dir.sort_by_cached_key(|&spot| Key::of(atlas.name(spot)));
            }
            rest = others;
        }
        Self { spots, grouped }
    }

    /// Which of the spots are in this directory.
    fn below(&self, dir: u32) -> std::ops::Range<usize> {
        self.grouped.range(dir)
    }
}

/// Who owns each spot, sorted by label.
struct Owners {
    grouped: Grouped,
    ids: Vec<OwnerId>,
    /// Those of one spot, each once.
    distinct: Vec<OwnerId>,
    rank: Vec<usize>,
}

impl Owners {
    fn of(builder: &ViewBuilder<'_>, atlas: &Atlas<'_>, owned: &[(u32, OwnerId)]) -> Self {
        let grouped = Grouped::by(owned.iter().map(|(spot, _)| *spot), atlas.spots.len());
        let ids = grouped.items.iter().map(|&item| owned[item as usize].1).collect();
        Self { grouped, ids, distinct: Vec::new(), rank: ranks(&builder.owners) }
    }

    fn of_spot(&mut self, spot: u32) -> &[OwnerId] {
        let ids = &self.ids[self.grouped.range(spot)];
        if ids.len() < 2 {
            return ids;
        }
        self.distinct.clear();
        self.distinct.extend_from_slice(ids);
        self.distinct.sort_unstable_by_key(|owner| self.rank[owner.0 as usize]);
        self.distinct.dedup();
        &self.distinct
    }
}

/// For each owner its place among all labels.
fn ranks(labels: &[String]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by_key(|&id| (&labels[id], id));
    let mut ranks = vec![0; labels.len()];
    for (rank, id) in order.into_iter().enumerate() {
        ranks[id] = rank;
    }
    ranks
}

fn sorted(atlas: &Atlas<'_>, wanted: impl Fn(&Spot) -> bool) -> Vec<Vec<u8>> {
    let spots = atlas.spots.iter().enumerate().filter(|(_, spot)| wanted(spot));
    let path = |(index, _)| atlas.path(u32::try_from(index).unwrap_or(ROOT));
    let mut paths: Vec<Vec<u8>> = spots.map(path).collect();
    paths.sort();
    paths
}

fn append<T: Clone>(buffer: &mut Vec<T>, items: &[T]) -> Result<Span, Error> {
    let span = Span { start: fit(buffer.len())?, len: fit(items.len())? };
    buffer.extend_from_slice(items);
    Ok(span)
}

fn fit(size: usize) -> Result<u32, Error> {
    u32::try_from(size).map_err(|_error| Error::new(&b"/"[..], ErrorKind::TooLarge))
}
