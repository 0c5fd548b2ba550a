use std::cell::OnceCell;

use hermitage_view::{Cover, Extent, Host, Kind, NodeKind, View};

use crate::{Error, ErrorKind};

/// A view with what must be known of its host to write rules.
///
/// The host is asked when the first format needs it and never again, so that several formats can be rendered from one survey,
/// all describing the same moment.
pub struct Survey<'a> {
    view: &'a View,
    host: &'a dyn Host,
    writable: Vec<Vec<u8>>,
    allow: OnceCell<Vec<Entry>>,
    deny: OnceCell<Vec<Entry>>,
    least: OnceCell<Vec<Entry>>,
}

/// One path of a cover, with what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: Vec<u8>,
    pub(crate) what: What,
}

/// What is at a path of a cover, and how far it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A directory with all in it, but for hidden entries.
    Whole,
    /// A directory whose content is not to be the host's.
    Provided,
    File,
    /// A device, pipe or socket.
    Special(Kind),
    Link,
    /// A directory without entries on the host.
    EmptyDir,
    /// A directory nothing in which shows, although the host has something there.
    BareDir,
    Hidden,
    HiddenLink,
}

/// Which entries rules may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CoverForm {
    Allow,
    Deny,
    Least,
}

impl std::fmt::Debug for Survey<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Survey").field("nodes", &self.view.len()).finish_non_exhaustive()
    }
}

impl<'a> Survey<'a> {
    /// A survey of the host that the view was made of.
    pub fn new(view: &'a View, host: &'a dyn Host) -> Self {
        Self {
            view,
            host,
            writable: Vec::new(),
            allow: OnceCell::new(),
            deny: OnceCell::new(),
            least: OnceCell::new(),
        }
    }

    /// The same, with these of its paths writable: in canonical form, each visible as a whole.
    #[must_use]
    pub fn with_writable(mut self, paths: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.writable.extend(paths);
        self.writable.sort_unstable();
        self.writable.dedup();
        self
    }

    /// The view.
    pub fn view(&self) -> &'a View {
        self.view
    }

    /// The paths that may be written, sorted.
    pub fn writable(&self) -> &[Vec<u8>] {
        &self.writable
    }

    pub(crate) fn is_writable(&self, path: &[u8]) -> bool {
        self.writable.binary_search_by(|known| known.as_slice().cmp(path)).is_ok()
    }

    /// Asks the host now for all that any format could need.
    ///
    /// # Errors
    /// When the host can't be read.
    pub fn complete(&self) -> Result<(), Error> {
        for form in [CoverForm::Allow, CoverForm::Deny, CoverForm::Least] {
            self.entries(form)?;
        }
        Ok(())
    }

    pub(crate) fn entries(&self, form: CoverForm) -> Result<&[Entry], Error> {
        let cell = match form {
            CoverForm::Allow => &self.allow,
            CoverForm::Deny => &self.deny,
            CoverForm::Least => &self.least,
        };
        if let Some(entries) = cell.get() {
            return Ok(entries);
        }
        let entries = self.ask(form)?;
        Ok(cell.get_or_init(|| entries))
    }

    fn ask(&self, form: CoverForm) -> Result<Vec<Entry>, Error> {
        let cover = match form {
            CoverForm::Allow => Cover::allow(self.view, self.host),
            CoverForm::Deny => Cover::deny(self.view, self.host),
            CoverForm::Least => Cover::least(self.view, self.host),
        };
        let cover = cover.map_err(|error| {
            let place = crate::Place::Path(error.path().to_vec());
            Error::new(place, ErrorKind::Cover(error))
        })?;
        let mut entries = Vec::with_capacity(cover.entries().len());
        for entry in cover.entries() {
            let what = self.what(&entry.path, entry.extent)?;
            entries.push(Entry { path: entry.path.clone(), what });
        }
        Ok(entries)
    }

    fn what(&self, path: &[u8], extent: Extent) -> Result<What, Error> {
        if extent == Extent::Hidden {
            return self.hidden(path);
        }
        // A cover only shows what the view has.
        let Some(node) = self.view.lookup(path) else { return Ok(What::Hidden) };
        match node.kind() {
            _ if node.is_provided() => Ok(What::Provided),
            _ if extent == Extent::Whole => Ok(What::Whole),
            NodeKind::Dir { .. } => self.single_dir(path),
            NodeKind::Symlink { .. } => Ok(What::Link),
            NodeKind::Special { kind, .. } => Ok(What::Special(kind)),
            _ => Ok(What::File),
        }
    }

    fn hidden(&self, path: &[u8]) -> Result<What, Error> {
        let is_link = self.kind_of(path)? == Some(Kind::Symlink);
        Ok(if is_link { What::HiddenLink } else { What::Hidden })
    }

    /// What the host has at a path.
    pub(crate) fn kind_of(&self, path: &[u8]) -> Result<Option<Kind>, Error> {
        let meta = self.host.lstat(path).map_err(|source| host_error(path, "lstat", source))?;
        Ok(meta.map(|meta| meta.kind))
    }

    fn single_dir(&self, path: &[u8]) -> Result<What, Error> {
        match self.host.read_dir(path) {
            Ok(names) if names.is_empty() => Ok(What::EmptyDir),
            Ok(_) => Ok(What::BareDir),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(What::BareDir),
            Err(source) => Err(host_error(path, "readdir", source)),
        }
    }
}

fn host_error(path: &[u8], call: &'static str, source: std::io::Error) -> Error {
    Error::path(path, ErrorKind::Host { call, source })
}
