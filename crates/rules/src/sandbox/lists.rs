//! The entries of a cover as lists of prefixes.

use std::collections::BTreeSet;

use hermitage_view::paths::is_within;

use super::{Bulk, Form, Options};
use crate::bytes::above;
use crate::survey::{CoverForm, What};
use crate::{Error, ErrorKind, Survey};

#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) read: Vec<Vec<u8>>,
    pub(super) deny: Vec<Vec<u8>>,
    pub(super) write: Vec<Vec<u8>>,
}

impl Bulk {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Doc, Self::Man, Self::Locale, Self::Info];

    fn dirs(self) -> &'static [&'static str] {
        match self {
            Self::Doc => &["/usr/share/doc", "/usr/share/gtk-doc"],
            Self::Man => &["/usr/share/man"],
            Self::Locale => &["/usr/share/locale"],
            Self::Info => &["/usr/share/info"],
        }
    }
}

impl Lists {
    /// The lists of one form, with some bulk left out in place of what the options say.
    pub(super) fn new(
        survey: &Survey<'_>,
        form: Form,
        leave_out: &BTreeSet<Bulk>,
        options: &Options,
    ) -> Result<Self, Error> {
        let left_out: Vec<Vec<u8>> = leave_out
            .iter()
            .flat_map(|bulk| bulk.dirs())
            .map(|dir| [&options.prefix, dir.as_bytes()].concat())
            .collect();
        let forbidden = options.moment.forbidden();
        let is_odd = |path: &[u8]| path.iter().any(|byte| forbidden.contains(byte));
        let (mut read, mut deny) = (BTreeSet::new(), BTreeSet::new());
        for entry in survey.entries(cover_form(form))? {
            let bulk = left_out.iter().find(|dir| is_within(&entry.path, dir));
            match (entry.what, bulk) {
                // By its real path a link would stand for what it leads to.
                (What::Link | What::HiddenLink | What::BareDir, _) => {}
                (_, Some(dir)) => {
                    deny.insert(speakable(dir, is_odd)?.to_vec());
                }
                (What::Hidden, None) => {
                    deny.insert(speakable(&entry.path, is_odd)?.to_vec());
                }
                (_, None) if is_odd(&entry.path) => {}
                (_, None) => {
                    read.insert(entry.path.clone());
                }
            }
        }
        let write = survey.writable().to_vec();
        if let Some(path) = write.iter().find(|path| is_odd(path)) {
            return Err(unspeakable(path));
        }
        Ok(Self { read: read.into_iter().collect(), deny: topmost(&deny), write })
    }

    /// The longest of the variables, with its name and what it takes.
    pub(super) fn longest(&self, inherited: usize) -> (&'static str, usize) {
        let size = |name: &str, list: &[Vec<u8>]| {
            let joined: usize = list.iter().map(|path| path.len() + 1).sum();
            // Each entry with its separator or, the last, with the byte that ends the string.
            name.len() + 1 + joined.max(1) + inherited
        };
        let read = ("SANDBOX_READ", size("SANDBOX_READ", &self.read));
        let deny = ("SANDBOX_DENY", size("SANDBOX_DENY", &self.deny));
        if read.1 > deny.1 { read } else { deny }
    }
}

fn cover_form(form: Form) -> CoverForm {
    match form {
        Form::Fitting | Form::Deny => CoverForm::Deny,
        Form::Least => CoverForm::Least,
        Form::Allow => CoverForm::Allow,
    }
}

/// The path, or the nearest directory above it that a list can name: denying more is safe.
fn speakable(path: &[u8], is_odd: impl Fn(&[u8]) -> bool) -> Result<&[u8], Error> {
    let mut at = path;
    while is_odd(at) {
        at = above(at).unwrap_or(b"/");
    }
    if at == b"/" { Err(unspeakable(path)) } else { Ok(at) }
}

fn unspeakable(path: &[u8]) -> Error {
    let why =
        "':' separates entries, and when sandbox starts '$' and line breaks mean something too";
    Error::path(path, ErrorKind::Unspeakable(why))
}

/// The paths without those below others.
fn topmost(paths: &BTreeSet<Vec<u8>>) -> Vec<Vec<u8>> {
    let is_covered = |path: &Vec<u8>| {
        let mut at = above(path);
        while let Some(dir) = at {
            if paths.contains(dir) {
                return true;
            }
            at = above(dir);
        }
        false
    };
    paths.iter().filter(|path| !is_covered(path)).cloned().collect()
}
