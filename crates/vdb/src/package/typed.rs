//! The fields as what they mean.

use std::collections::BTreeSet;

use hermitage_atom::{Eapi, is_slot};

use super::PackageDir;
use crate::{Error, ErrorKind};

/// Fields as what they mean. Each error names the file; an absent field is an empty one.
impl PackageDir {
    /// A field as text, each run of white space one space, empty when it is absent.
    ///
    /// # Errors
    /// When it cannot be read or is not UTF-8.
    pub fn text(&self, name: &str) -> Result<String, Error> {
        self.as_text(name, &self.field(name)?.unwrap_or_default())
    }

    /// As [`PackageDir::text`], of a field that is known to have no file.
    pub(super) fn metadata_text(&self, name: &str) -> Result<String, Error> {
        let metadata = self.metadata()?;
        self.as_text(name, metadata.and_then(|metadata| metadata.get(name)).unwrap_or_default())
    }

    fn as_text(&self, name: &str, bytes: &[u8]) -> Result<String, Error> {
        let text = std::str::from_utf8(bytes);
        let text =
            text.ok().ok_or_else(|| Error::new(self.dir().join(name), ErrorKind::Encoding))?;
        Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The slot without the subslot; `0` when SLOT is absent or invalid, as Portage has it.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn slot(&self) -> Result<String, Error> {
        Ok(split_slot(&self.text("SLOT")?).unwrap_or(("0", "0")).0.to_owned())
    }

    /// The subslot, which is the slot when SLOT names none.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn subslot(&self) -> Result<String, Error> {
        Ok(split_slot(&self.text("SLOT")?).unwrap_or(("0", "0")).1.to_owned())
    }

    /// The EAPI; `0` when it is absent.
    ///
    /// # Errors
    /// As [`PackageDir::text`], and for an EAPI that is not known.
    pub fn eapi(&self) -> Result<Eapi, Error> {
        let text = self.text("EAPI")?;
        if text.is_empty() {
            return Ok(Eapi::V0);
        }
        let unknown = || Error::new(self.dir().join("EAPI"), ErrorKind::Eapi(text.as_str().into()));
        Eapi::parse(&text).or(Err(unknown()))
    }

    /// The USE flags the package was built with.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn use_flags(&self) -> Result<BTreeSet<String>, Error> {
        Ok(words(&self.text("USE")?).collect())
    }

    /// The flags the ebuild declares, with their `+` or `-`, in their order.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn iuse(&self) -> Result<Vec<String>, Error> {
        Ok(words(&self.text("IUSE")?).collect())
    }

    /// The flags that a USE dependency may name: `IUSE_EFFECTIVE`, else IUSE without the signs.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn iuse_effective(&self) -> Result<BTreeSet<String>, Error> {
        let effective = self.text("IUSE_EFFECTIVE")?;
        if !effective.is_empty() {
            return Ok(words(&effective).collect());
        }
        let plain = |flag: String| flag.trim_start_matches(['+', '-']).to_owned();
        Ok(self.iuse()?.into_iter().map(plain).collect())
    }

    /// The repository the package came from, whether Portage or Paludis wrote its name.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn repository(&self) -> Result<Option<String>, Error> {
        for name in ["repository", "REPOSITORY"] {
            let text = self.text(name)?;
            if !text.is_empty() {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// DEPEND: what had to be there to build it.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn depend(&self) -> Result<String, Error> {
        self.text("DEPEND")
    }

    /// BDEPEND: what had to be there on the building machine.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn bdepend(&self) -> Result<String, Error> {
        self.text("BDEPEND")
    }

    /// RDEPEND: what has to be there to run it.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn rdepend(&self) -> Result<String, Error> {
        self.text("RDEPEND")
    }

    /// PDEPEND: what has to be there sooner or later.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn pdepend(&self) -> Result<String, Error> {
        self.text("PDEPEND")
    }

    /// IDEPEND: what had to be there to install it.
    ///
    /// # Errors
    /// As [`PackageDir::text`].
    pub fn idepend(&self) -> Result<String, Error> {
        self.text("IDEPEND")
    }

    /// The number of the merge, higher for each later one.
    ///
    /// # Errors
    /// As [`PackageDir::text`], and for what is not a number.
    pub fn counter(&self) -> Result<Option<u64>, Error> {
        self.number("COUNTER")
    }

    /// When the package was built, in seconds since 1970.
    ///
    /// # Errors
    /// As [`PackageDir::text`], and for what is not a number.
    pub fn build_time(&self) -> Result<Option<u64>, Error> {
        self.number("BUILD_TIME")
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Error> {
        let text = self.text(name)?;
        if text.is_empty() {
            return Ok(None);
        }
        let wrong = |_| Error::new(self.dir().join(name), ErrorKind::Number(text.as_str().into()));
        text.parse().map(Some).map_err(wrong)
    }
}

/// Slot and subslot of a valid SLOT.
pub(super) fn split_slot(text: &str) -> Option<(&str, &str)> {
    let (slot, subslot) = text.split_once('/').unwrap_or((text, text));
    (is_slot(slot) && is_slot(subslot)).then_some((slot, subslot))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned)
}
