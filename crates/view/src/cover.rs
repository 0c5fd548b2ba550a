//! Views described by few rules instead of many paths.

mod cost;

use crate::paths::is_within;
use crate::{Error, Host, View};

use cost::Costs;

/// The least set of entries that describes a view against its host.
///
/// 1. Entries are sorted by path, and no path is there twice.
/// 2. Nothing visible is below an entry that is [`Extent::Hidden`], so rules whose denials always win can express it.
/// 3. Every path of the host is visible in the view exactly if [`shows`](Self::shows) says so, but for the exceptions below.
///
/// Beyond the host: a directory that is [provided](View::provided) counts as a whole one, and a synthetic file as hidden,
/// since what the host has in its place is not to be seen.
///
/// ```
/// use hermitage_view::{Cover, Extent, MemoryHost, ViewBuilder};
///
/// let host = MemoryHost::new().file("/usr/a/1", "").file("/usr/a/2", "").file("/usr/b", "").file("/etc/c", "");
/// let mut builder = ViewBuilder::new(&host);
/// let owner = builder.owner("cat/pkg-1");
/// builder.extend([("/usr/a/1", owner), ("/usr/a/2", owner)]);
/// let view = builder.build()?;
///
/// let allow = Cover::allow(&view, &host)?;
/// assert_eq!(allow.entries()[0].path, b"/usr/a");
/// assert_eq!(allow.entries()[0].extent, Extent::Whole);
/// let deny: Vec<_> = Cover::deny(&view, &host)?.entries().iter().map(|e| e.path.clone()).collect();
/// assert_eq!(deny, [&b"/"[..], b"/etc", b"/usr/b"]);
/// # Ok::<(), hermitage_view::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    entries: Vec<CoverEntry>,
}

/// One path of a [`Cover`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CoverEntry {
    /// The path in canonical form.
    pub path: Vec<u8>,
    /// How far the entry reaches.
    pub extent: Extent,
}

/// How far an entry of a [`Cover`] reaches. The directories above a visible entry are visible too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// The directory and all below it, but for hidden entries there.
    Whole,
    /// Only this path: a file, a link, or a directory of which nothing shows.
    Single,
    /// The path and all below it are hidden.
    Hidden,
}

impl Cover {
    /// The least cover without hidden entries: what is allowed, all else being denied.
    ///
    /// # Errors
    /// When the host can't be read.
    pub fn allow(view: &View, host: &dyn Host) -> Result<Self, Error> {
        Self::new(view, host, Form::Allow)
    }

    /// The cover that begins with the whole root: what is denied, all else being allowed.
    ///
    /// # Errors
    /// When the host can't be read.
    pub fn deny(view: &View, host: &dyn Host) -> Result<Self, Error> {
        Self::new(view, host, Form::Deny)
    }

    /// The least cover of all. Of two as small, the one that allows fewer whole directories below the same place.
    ///
    /// # Errors
    /// When the host can't be read.
    pub fn least(view: &View, host: &dyn Host) -> Result<Self, Error> {
        Self::new(view, host, Form::Mixed)
    }

    /// The entries by path.
    pub fn entries(&self) -> &[CoverEntry] {
        &self.entries
    }

    /// Whether a canonical path of the host is visible by these entries.
    pub fn shows(&self, path: &[u8]) -> bool {
        let reaches = |entry: &&CoverEntry| match entry.extent {
            Extent::Single => entry.path == path,
            Extent::Whole | Extent::Hidden => is_within(path, &entry.path),
        };
        let nearest = self.entries.iter().filter(reaches).max_by_key(|entry| entry.path.len());
        nearest.is_some_and(|entry| entry.extent != Extent::Hidden)
            || self.entries.iter().any(|e| e.extent != Extent::Hidden && is_within(&e.path, path))
    }

    fn new(view: &View, host: &dyn Host, form: Form) -> Result<Self, Error> {
        let costs = Costs::of(view, host, form)?;
        let mut entries = costs.entries(view);
        entries.sort_unstable();
        Ok(Self { entries })
    }
}

/// Which entries a cover may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Allow,
    Deny,
    Mixed,
}
