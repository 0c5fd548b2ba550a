//! One package of the database.

mod dir;
mod examine;
mod fields;
mod read;
mod typed;

use std::ops::Deref;
use std::path::PathBuf;

use hermitage_atom::{Cpv, CpvRef};

pub use dir::{Field, FieldSource, PackageDir};
pub use fields::{FieldReader, OpenFields};

/// An installed package: a directory of the database whose name is a valid `CATEGORY/PF`.
///
/// What can be read from it is documented at [`PackageDir`].
#[derive(Clone, Debug)]
pub struct Package {
    cpv: Cpv,
    dir: PackageDir,
}

impl Package {
    pub(crate) fn new(cpv: Cpv, dir: PathBuf) -> Self {
        Self { cpv, dir: PackageDir::new(dir) }
    }

    /// The name.
    pub fn cpv(&self) -> &Cpv {
        &self.cpv
    }

    /// The name, borrowed.
    pub fn cpv_ref(&self) -> CpvRef<'_> {
        self.cpv.as_ref()
    }
}

impl Deref for Package {
    type Target = PackageDir;

    fn deref(&self) -> &PackageDir {
        &self.dir
    }
}
