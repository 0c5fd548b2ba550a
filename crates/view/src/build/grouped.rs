//! Sorting by small numbers.

/// Numbered items, grouped by another number.
pub(super) struct Grouped {
    pub(super) items: Vec<u32>,
    /// For each group where it starts; where the next one starts, its own end.
    starts: Vec<u32>,
}

impl Grouped {
    /// Of items numbered from 0, each given by its group, of which there are so many. Those of one group stay in order.
    pub(super) fn by(groups: impl Iterator<Item = u32> + Clone, count: usize) -> Self {
        let mut starts = vec![0; count + 1];
        for group in groups.clone() {
            starts[group as usize + 1] += 1;
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut items = vec![0; total as usize];
        for (item, group) in (0..).zip(groups) {
            let place = &mut next[group as usize];
            items[*place as usize] = item;
            *place += 1;
        }
        Self { items, starts }
    }

    pub(super) fn of(&self, group: u32) -> &[u32] {
        &self.items[self.range(group)]
    }

    pub(super) fn range(&self, group: u32) -> std::ops::Range<usize> {
        self.starts[group as usize] as usize..self.starts[group as usize + 1] as usize
    }
}
