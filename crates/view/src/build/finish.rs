//! Writing the finished tree.

use super::ViewBuilder;
use super::atlas::{Atlas, ROOT, Spot};
use super::place::Shown;
use super::survey::UNMEASURED;
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
    let mut writer = Writer {
        atlas,
        children: children(atlas),
        positions: Vec::new(),
        view: View {
            nodes: Vec::new(),
            names: Vec::new(),
            children: Vec::new(),
            owned: Vec::new(),
            owners: builder.owners.clone(),
            contents: shown.contents,
            missing: shown.missing,
            conflicts: shown.conflicts,
            denied: shown.hidden,
            provided: sorted(atlas, |spot| spot.provided),
            rules: builder.table.rules().to_vec(),
        },
    };
    writer.positions = vec![u32::MAX; atlas.spots.len()];
    writer.write(ROOT, 0)?;
    let Writer { mut view, positions, .. } = writer;
    own(builder, &mut view, &positions, &shown.owned)?;
    Ok(view)
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
    children: Vec<Vec<u32>>,
    positions: Vec<u32>,
    view: View,
}

impl Writer<'_, '_> {
    /// Writes a spot and all below it; gives its position. The depth is that of a path, which `PATH_MAX` bounds.
    fn write(&mut self, spot: u32, parent: u32) -> Result<u32, Error> {
        let at = fit(self.view.nodes.len())?;
        self.positions[spot as usize] = at;
        let record = self.record(spot, parent)?;
        let is_tree = record.kind == RecordKind::Tree;
        self.view.nodes.push(record);
        if is_tree {
            return Ok(at);
        }
        let below = std::mem::take(&mut self.children[spot as usize]);
        let positions: Result<Vec<u32>, Error> =
            below.into_iter().map(|child| self.write(child, at)).collect();
        self.view.nodes[at as usize].children = append(&mut self.view.children, &positions?)?;
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
            if kind == RecordKind::Unmeasured { UNMEASURED } else { meta };
        let (children, owners) = (Span::default(), Span::default());
        let reason = here.reason.unwrap_or(Reason::Parent);
        Ok(Record { parent, name, kind, mode, size, mtime, children, owners, reason })
    }

    fn unseen(&self, spot: u32) -> Error {
        Error::new(self.atlas.path(spot), ErrorKind::Conflict("shown, but not on the host"))
    }
}

/// The visible spots of each directory, sorted by name.
fn children(atlas: &Atlas<'_>) -> Vec<Vec<u32>> {
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); atlas.spots.len()];
    for (index, spot) in atlas.spots.iter().enumerate().skip(1) {
        if spot.reason.is_some() {
            children[spot.parent as usize].push(u32::try_from(index).unwrap_or(ROOT));
        }
    }
    for list in &mut children {
        list.sort_by(|&a, &b| atlas.name(a).cmp(atlas.name(b)));
    }
    children
}

/// Attaches the owners to the nodes, sorted by label.
fn own(
    builder: &ViewBuilder<'_>,
    view: &mut View,
    positions: &[u32],
    owned: &[(u32, OwnerId)],
) -> Result<(), Error> {
    let place = |&(spot, owner): &(u32, OwnerId)| (positions[spot as usize], owner);
    let mut owned: Vec<(u32, OwnerId)> =
        owned.iter().map(place).filter(|(at, _)| *at != u32::MAX).collect();
    let rank = ranks(&builder.owners);
    owned.sort_unstable_by_key(|&(at, owner)| (at, rank[owner.0 as usize]));
    owned.dedup();
    for group in owned.chunk_by(|a, b| a.0 == b.0) {
        let ids: Vec<OwnerId> = group.iter().map(|&(_, owner)| owner).collect();
        view.nodes[group[0].0 as usize].owners = append(&mut view.owned, &ids)?;
    }
    Ok(())
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
