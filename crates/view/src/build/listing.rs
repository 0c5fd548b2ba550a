//! The names in a directory, as it listed them.

use std::io;

use crate::{Directory, Kind};

/// Names with their types, in the order of the directory, in one piece of memory: there are as many as files on the host.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// For each a byte for its type, the name, and a NUL.
    bytes: Vec<u8>,
    /// Whether some names are those of links, or may be.
    pub(super) has_links: bool,
    /// Whether what it names can be looked at.
    pub(super) may_be_searched: bool,
}

const KINDS: [Kind; 7] =
    [Kind::File, Kind::Dir, Kind::Symlink, Kind::CharDev, Kind::BlockDev, Kind::Fifo, Kind::Socket];
/// The byte of a name whose type the listing does not say; those of types follow.
const UNSAID: u8 = 1;

impl Listing {
    pub(super) fn of(dir: &mut dyn Directory) -> io::Result<Self> {
        let (mut bytes, mut has_links) = (Vec::new(), false);
        dir.list(&mut |name, kind| {
            has_links |= kind.is_none_or(|kind| kind == Kind::Symlink);
            bytes.push(code(kind));
            bytes.extend_from_slice(name);
            bytes.push(0);
        })?;
        let mut listing = Self { bytes, has_links, may_be_searched: true };
        let name = listing.iter().next().map_or(&b"any"[..], |(name, _)| name);
        listing.may_be_searched = dir.may_be_searched(name);
        Ok(listing)
    }

    /// Every name with its type, where that is known.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], Option<Kind>)> {
        let whole = self.bytes.strip_suffix(b"\0");
        let entries = whole.into_iter().flat_map(|bytes| bytes.split(|&byte| byte == 0));
        entries.filter_map(|entry| {
            let (&code, name) = entry.split_first()?;
            Some((
                name,
                code.checked_sub(UNSAID + 1).and_then(|at| KINDS.get(at as usize).copied()),
            ))
        })
    }
}

fn code(kind: Option<Kind>) -> u8 {
    let after = |kind| (UNSAID + 1..).zip(KINDS).find(|(_, known)| *known == kind);
    kind.and_then(after).map_or(UNSAID, |(code, _)| code)
}
