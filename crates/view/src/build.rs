//! Making a view: record requests, look at the host, decide what shows, write the tree.

mod atlas;
mod explain;
mod finish;
mod grouped;
mod leaves;
mod links;
mod list;
mod listing;
mod parents;
mod place;
mod rules;
mod survey;

pub use explain::{Explanation, HiddenBy};
pub use list::PathList;

use crate::{Error, ErrorKind, GeneratedTable, Host, OwnerId, View};

/// Collects what a view is to show, then makes it.
///
/// Paths are bytes, absolute from the host's root. In each of them the directories on the way are taken to where
/// they really are (symbolic links, merged `/usr`), and the links passed become visible too; the last component is
/// left alone unless a method says otherwise. `//` and `.` mean nothing; `..` means the real parent.
///
/// What is hidden wins over everything else. Nothing is decided before [`build`](Self::build), so the order of calls
/// does not matter.
pub struct ViewBuilder<'h> {
    pub(crate) host: &'h dyn Host,
    pub(crate) owners: Vec<String>,
    recorded: Vec<(PathList, OwnerId)>,
    requests: Vec<Request>,
    is_owned: Option<IsOwned<'h>>,
    links: bool,
    measures: bool,
    table: GeneratedTable,
}

/// Whether some package, in the view or not, owns a canonical path.
type IsOwned<'h> = Box<dyn Fn(&[u8]) -> bool + 'h>;

/// Something the caller asks for by path.
#[derive(Clone, Debug)]
struct Request {
    path: Vec<u8>,
    what: Asked,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Hide,
    Provided,
    Extra,
    Tree,
    Synthetic { mode: u32, content: Vec<u8> },
}

impl std::fmt::Debug for ViewBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ViewBuilder")
            .field("owners", &self.owners.len())
            .field("recorded", &self.recorded.len())
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}

impl<'h> ViewBuilder<'h> {
    /// A view of this host that shows nothing yet.
    pub fn new(host: &'h dyn Host) -> Self {
        Self {
            host,
            owners: Vec::new(),
            recorded: Vec::new(),
            requests: Vec::new(),
            is_owned: None,
            links: false,
            measures: true,
            table: GeneratedTable::default(),
        }
    }

    /// Numbers an owner; each call makes a new number, whatever the label.
    ///
    /// # Panics
    /// At more than 2^32 owners.
    pub fn owner(&mut self, label: impl Into<String>) -> OwnerId {
        let id = u32::try_from(self.owners.len()).expect("fewer than 2^32 owners");
        self.owners.push(label.into());
        OwnerId(id)
    }

    /// Shows a path that `owner` recorded as a file, link or anything else that is not a directory.
    ///
    /// A path that the host does not have ends up in [`View::missing`].
    pub fn add(&mut self, path: impl AsRef<[u8]>, owner: OwnerId) -> &mut Self {
        self.record(path.as_ref(), owner, false)
    }

    /// Shows a path that `owner` recorded as a directory: only the directory itself.
    ///
    /// Where the host has a symbolic link instead, the link and what it finally points to are shown.
    pub fn add_dir(&mut self, path: impl AsRef<[u8]>, owner: OwnerId) -> &mut Self {
        self.record(path.as_ref(), owner, true)
    }

    /// [`add`](Self::add) for every pair of an iterator.
    pub fn extend<P: AsRef<[u8]>>(
        &mut self,
        entries: impl IntoIterator<Item = (P, OwnerId)>,
    ) -> &mut Self {
        for (path, owner) in entries {
            self.add(path, owner);
        }
        self
    }

    /// [`add`](Self::add) or [`add_dir`](Self::add_dir) for every path of a list.
    pub fn add_list(&mut self, list: PathList, owner: OwnerId) -> &mut Self {
        self.recorded.push((list, owner));
        self
    }

    /// Shows one more path, with the links it leads through and what it finally points to; of a directory only
    /// the directory itself. It must exist.
    pub fn extra(&mut self, path: impl AsRef<[u8]>) -> &mut Self {
        self.request(path.as_ref(), Asked::Extra)
    }

    /// Shows a directory with everything in it, now and later, as one [`NodeKind::Tree`](crate::NodeKind::Tree); links
    /// on the way are shown. It must exist; if it is not a directory, this is [`extra`](Self::extra).
    pub fn extra_tree(&mut self, path: impl AsRef<[u8]>) -> &mut Self {
        self.request(path.as_ref(), Asked::Tree)
    }

    /// Shows a file with this content, whether or not the host has something other than a directory there.
    /// The directory to hold it must exist.
    pub fn synthesise(
        &mut self,
        path: impl AsRef<[u8]>,
        mode: u32,
        content: impl Into<Vec<u8>>,
    ) -> &mut Self {
        self.request(path.as_ref(), Asked::Synthetic { mode, content: content.into() })
    }

    /// Hides a path, and whatever is below it, against all other wishes. It need not exist.
    ///
    /// Of a symbolic link only the link is hidden.
    pub fn hide(&mut self, path: impl AsRef<[u8]>) -> &mut Self {
        self.request(path.as_ref(), Asked::Hide)
    }

    /// Shows a directory whose content does not come from the host (`/proc`, `/dev`, `/tmp`): nothing in it is looked
    /// at or shown but what [`extra`](Self::extra) paths ask for, and links into it count as leading to something
    /// visible. It need not exist, but its parent must.
    pub fn provided(&mut self, path: impl AsRef<[u8]>) -> &mut Self {
        self.request(path.as_ref(), Asked::Provided)
    }

    /// Says which paths some package owns, in this view or not; it is given canonical paths.
    ///
    /// Without it, every path that was not recorded here counts as owned by no package.
    pub fn owned_by_any(&mut self, is_owned: impl Fn(&[u8]) -> bool + 'h) -> &mut Self {
        self.is_owned = Some(Box::new(is_owned));
        self
    }

    /// Also shows each symbolic link that is in a visible directory, that no package owns, and whose final target is
    /// visible; and with it the links it leads through, unless one of these is a package's that is not in the view.
    ///
    /// `is_owned` is that of [`owned_by_any`](Self::owned_by_any).
    pub fn unowned_symlinks(&mut self, is_owned: impl Fn(&[u8]) -> bool + 'h) -> &mut Self {
        self.links = true;
        self.owned_by_any(is_owned)
    }

    /// Applies a table of generated files, in place of one given before.
    pub fn generated(&mut self, table: GeneratedTable) -> &mut Self {
        self.table = table;
        self
    }

    /// Leaves mode, size and time of regular files unknown: each of them becomes a
    /// [`NodeKind::Unmeasured`](crate::NodeKind::Unmeasured).
    ///
    /// For whoever asks the host himself when a file is opened: it spares one question to the host a file, most of which are
    /// never opened.
    pub fn without_metadata(&mut self) -> &mut Self {
        self.measures = false;
        self
    }

    /// Makes the view.
    ///
    /// # Errors
    /// When a path is malformed, a path asked for does not exist, two wishes contradict each other, or the host
    /// fails. A recorded path that does not exist is no error.
    pub fn build(&self) -> Result<View, Error> {
        let depth = atlas::Depth { measures: self.measures, lists: self.links || !self.measures };
        let mut atlas = atlas::Atlas::new(self.host, depth)?;
        let mut shown = place::Shown::default();
        self.place_requests(&mut atlas, &mut shown)?;
        self.place_recorded(&mut atlas, &mut shown)?;
        let mut rules = rules::Rules::new(&self.table);
        let mut unresolved = links::Unresolved::default();
        loop {
            let before = atlas.visible();
            self.place_rules(&mut rules, &mut atlas, &mut shown)?;
            self.place_links(&mut atlas, &mut shown, &mut unresolved)?;
            if atlas.visible() == before {
                break;
            }
        }
        let mut view = finish::finish(self, &atlas, shown)?;
        rules.filter(&mut view)?;
        Ok(view)
    }

    fn record(&mut self, path: &[u8], owner: OwnerId, as_dir: bool) -> &mut Self {
        if self.recorded.last().is_none_or(|(_, last)| *last != owner) {
            self.recorded.push((PathList::new(), owner));
        }
        if let Some((list, _)) = self.recorded.last_mut() {
            list.record(path, as_dir);
        }
        self
    }

    fn request(&mut self, path: &[u8], what: Asked) -> &mut Self {
        self.requests.push(Request { path: path.to_vec(), what });
        self
    }

    fn is_owned(&self, path: &[u8]) -> bool {
        self.is_owned.as_ref().is_some_and(|is_owned| is_owned(path))
    }
}

/// A path's directory and last component.
type Parts<'a> = (&'a [u8], &'a [u8]);

/// Splits a path into its directory and last component, refusing what can't be shown.
///
/// `/` and its like give `None`.
fn split(path: &[u8]) -> Result<Option<Parts<'_>>, Error> {
    let fail = |kind| Err(Error::new(path, kind));
    if path.first() != Some(&b'/') {
        return fail(ErrorKind::NotAbsolute);
    }
    if path.contains(&0) {
        return fail(ErrorKind::Nul);
    }
    let mut rest = path;
    loop {
        let end = rest.iter().rposition(|&byte| byte != b'/').map_or(0, |at| at + 1);
        let Some(slash) = rest[..end].iter().rposition(|&byte| byte == b'/') else {
            return Ok(None);
        };
        match &rest[slash + 1..end] {
            b"." => rest = &rest[..slash],
            b".." => return fail(ErrorKind::NoLastComponent),
            name => return Ok(Some((&rest[..slash], name))),
        }
    }
}
