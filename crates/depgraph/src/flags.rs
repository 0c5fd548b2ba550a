//! A set of flags in one piece of memory: packages have hundreds, and most are never asked for.

/// Words, sorted for look-up.
///
/// 1. The spans are sorted by the words they show, each word once.
/// 2. `marks` has the mark of every word: most flags that are asked for are not there, and are told by it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    text: String,
    spans: Vec<(u32, u32)>,
    marks: u64,
}

impl Flags {
    #[allow(clippy::cast_possible_truncation, reason = "no package has 4 GiB of flags")]
    pub(crate) fn extend<'f>(&mut self, flags: impl IntoIterator<Item = &'f str>) {
        for flag in flags {
            let start = self.text.len() as u32;
            self.text.push_str(flag);
            self.marks |= mark(flag);
            self.spans.push((start, self.text.len() as u32));
        }
        let text = &self.text;
        // Portage writes flags sorted, which a stable sort notices.
        self.spans.sort_by(|a, b| word(text, *a).cmp(word(text, *b)));
        self.spans.dedup_by(|a, b| word(text, *a) == word(text, *b));
    }

    pub(crate) fn contains(&self, flag: &str) -> bool {
        self.marks & mark(flag) != 0
            && self.spans.binary_search_by(|span| word(&self.text, *span).cmp(flag)).is_ok()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.spans.iter().map(|span| word(&self.text, *span))
    }
}

impl PartialEq for Flags {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Flags {}

/// One of 64 bits.
fn mark(flag: &str) -> u64 {
    let mix = |sum: u32, byte: &u8| sum.wrapping_mul(31).wrapping_add(u32::from(*byte));
    1 << (flag.as_bytes().iter().fold(0, mix).wrapping_mul(0x9e37_79b1) >> 26)
}

fn word(text: &str, (start, end): (u32, u32)) -> &str {
    &text[start as usize..end as usize]
}
