//! Everything that is odd about a package.

use super::typed::split_slot;
use super::{Package, PackageDir};
use crate::metadata::is_separate;
use crate::{Error, ErrorKind};

impl Package {
    /// Reads every file that this crate knows and lists what is odd: unreadable lines of CONTENTS, NEEDED.ELF.2, PROVIDES and
    /// REQUIRES, names that contradict the directory, a stale `metadata` that is the only source of a field, a
    /// missing CONTENTS, an unknown EAPI, an invalid SLOT.
    ///
    /// # Errors
    /// When a file cannot be read, or the package vanished.
    pub fn examine(&self) -> Result<Vec<Error>, Error> {
        let mut found = self.examine_dir()?;
        for (name, expected) in [("CATEGORY", self.cpv().category()), ("PF", self.cpv().pf())] {
            let text = self.text(name)?;
            if !text.is_empty() && text != expected {
                found.push(Error::new(self.dir().join(name), ErrorKind::Misnamed(text.into())));
            }
        }
        Ok(found)
    }
}

impl PackageDir {
    /// As [`Package::examine`], for a directory that has no valid name.
    ///
    /// # Errors
    /// When a file cannot be read, or the package vanished.
    pub fn examine_dir(&self) -> Result<Vec<Error>, Error> {
        let mut found = Vec::new();
        match self.contents()? {
            Some(contents) => found.extend(contents.entries().filter_map(Result::err)),
            None => found.push(Error::new(self.dir().join("CONTENTS"), ErrorKind::Injected)),
        }
        if let Some(needed) = self.needed_elf2()? {
            found.extend(needed.entries().filter_map(Result::err));
        }
        for list in [self.provides()?, self.requires()?].into_iter().flatten() {
            found.extend(list.iter().filter_map(Result::err));
        }
        self.examine_fields(&mut found)?;
        self.examine_metadata(&mut found)?;
        Ok(found)
    }

    fn examine_fields(&self, found: &mut Vec<Error>) -> Result<(), Error> {
        let slot = self.text("SLOT")?;
        if split_slot(&slot).is_none() {
            found.push(Error::new(self.dir().join("SLOT"), ErrorKind::Slot(slot.into())));
        }
        let results = [self.eapi().err(), self.counter().err(), self.build_time().err()];
        found.extend(results.into_iter().flatten());
        Ok(())
    }

    fn examine_metadata(&self, found: &mut Vec<Error>) -> Result<(), Error> {
        let Some(metadata) = self.metadata()? else { return Ok(()) };
        for oddity in metadata.oddities() {
            let line = oddity.line().unwrap_or(1);
            found.push(Error::at_line(oddity.path(), line, oddity.kind().clone()));
        }
        if self.metadata_is_fresh()? {
            return Ok(());
        }
        let mut only = Vec::new();
        for (name, _) in metadata.fields().filter(|(name, _)| !is_separate(name)) {
            if self.file(name)?.is_none() {
                only.push(name);
            }
        }
        if !only.is_empty() {
            let kind = ErrorKind::MetadataStale(only.join(" ").into());
            found.push(Error::new(metadata.path(), kind));
        }
        Ok(())
    }
}
