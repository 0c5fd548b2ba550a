//! The registry of preserved libraries, `$EROOT/var/lib/portage/preserved_libs_registry`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Error, ErrorKind};

/// Libraries of an earlier version that a package keeps because something still uses them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreservedLibs {
    /// The package in whose CONTENTS they now are, as `category/pf`.
    pub cpv: String,
    /// The COUNTER of that package, as recorded.
    pub counter: String,
    /// The libraries, starting with EPREFIX.
    pub paths: Vec<String>,
}

/// CPV, COUNTER and paths, as they stand in the file.
type Row = (String, serde_json::Value, Vec<String>);

/// What Portage preserved, by `category/package:slot`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    packages: BTreeMap<String, PreservedLibs>,
}

impl Registry {
    /// Parses the JSON that Portage has written since 2.1.11. No bytes at all are an empty registry.
    ///
    /// # Errors
    /// [`ErrorKind::Registry`], with the line, when it is anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let rows = serde_json::from_slice::<BTreeMap<String, Row>>(bytes);
        let rows = rows.map_err(|e| Error::at_line("", e.line().max(1), ErrorKind::Registry))?;
        let packages = rows.into_iter().map(|(key, (cpv, counter, paths))| {
            let counter = counter.as_str().map_or_else(|| counter.to_string(), str::to_owned);
            (key, PreservedLibs { cpv, counter, paths })
        });
        Ok(Self { packages: packages.collect() })
    }

    /// Reads the registry of the system at `eroot` (ROOT with EPREFIX); no file is an empty registry.
    ///
    /// # Errors
    /// When it cannot be read, and as [`Registry::parse`].
    pub fn read(eroot: &Path) -> Result<Self, Error> {
        let path = eroot.join("var/lib/portage/preserved_libs_registry");
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Error::io(path, ErrorKind::Read, error)),
            Ok(bytes) => bytes,
        };
        let line = |error: &Error| error.line().unwrap_or(1);
        Self::parse(&bytes).map_err(|e| Error::at_line(path, line(&e), e.kind().clone()))
    }

    /// The packages, sorted by `category/package:slot`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &PreservedLibs)> {
        self.packages.iter().map(|(key, libs)| (key.as_str(), libs))
    }
}
