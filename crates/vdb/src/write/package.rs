//! What is to be written.

use std::collections::BTreeMap;

use hermitage_atom::Cpv;

use crate::metadata::is_separate;
use crate::{ContentsBuilder, Error, ErrorKind};

/// An entry of the database that is yet to be written.
///
/// `CATEGORY` and `PF` are there from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPackage {
    cpv: Cpv,
    files: BTreeMap<String, Vec<u8>>,
}

impl NewPackage {
    /// An entry with no more than its name.
    pub fn new(cpv: Cpv) -> Self {
        let names = [("CATEGORY", cpv.category()), ("PF", cpv.pf())];
        let files = names.map(|(name, value)| (name.to_owned(), format!("{value}\n").into_bytes()));
        Self { files: files.into(), cpv }
    }

    /// The name of the package.
    pub fn cpv(&self) -> &Cpv {
        &self.cpv
    }

    /// Sets a field as Portage does: runs of white space become one space, a line break follows (but for COUNTER), and
    /// an empty field is no file.
    ///
    /// # Errors
    /// [`ErrorKind::FieldName`] when the name is not that of a file.
    pub fn field(&mut self, name: &str, value: &str) -> Result<&mut Self, Error> {
        let mut text = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            self.files.remove(name);
            return Ok(self);
        }
        if name != "COUNTER" {
            text.push('\n');
        }
        self.file(name, text)
    }

    /// Sets a file to exactly these bytes: NEEDED.ELF.2, environment.bz2, or a field whose bytes are known.
    ///
    /// # Errors
    /// [`ErrorKind::FieldName`] when the name is not that of a file.
    pub fn file(&mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Result<&mut Self, Error> {
        let reserved = matches!(name, "" | "." | ".." | "metadata") || name.contains(['/', '\0']);
        if reserved {
            return Err(Error::new("", ErrorKind::FieldName(name.into())));
        }
        self.files.insert(name.to_owned(), bytes.into());
        Ok(self)
    }

    /// Sets CONTENTS. Without this call the package counts as injected.
    pub fn contents(&mut self, contents: ContentsBuilder) -> &mut Self {
        self.files.insert("CONTENTS".to_owned(), contents.into_bytes());
        self
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// The files to write, when `fields` of them are to stand in `metadata` only or not.
    pub(super) fn files(&self, fields: bool) -> impl Iterator<Item = (&str, &[u8])> {
        let wanted = move |name: &str| fields || is_separate(name);
        self.files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).filter(move |(n, _)| wanted(n))
    }

    /// What goes into `metadata`: the fields that are text of one line.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let all = self.files.iter().filter(|(name, _)| !is_separate(name.as_str()));
        all.map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }
}
