//! Entries of a repository's metadata cache, `metadata/md5-cache/CATEGORY/PF`.

use crate::class::DepClass;
use crate::error::{Error, ErrorKind, Place};
use hermitage_atom::Eapi;

/// The `KEY=value` lines of a metadata cache entry.
///
/// The same format is used by Portage's own cache under `PORTAGE_DEPCACHEDIR`. Keys that are not known are kept; a key
/// that occurs twice has its last value.
///
/// ```
/// use hermitage_depgraph::{DepClass, Md5Cache};
///
/// let entry = Md5Cache::parse(b"DEPEND=app-arch/xz-utils\nEAPI=5\nSLOT=0\n")?;
/// assert_eq!(entry.dependencies(DepClass::Depend), "app-arch/xz-utils");
/// # Ok::<(), hermitage_depgraph::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Md5Cache {
    lines: Vec<(Box<str>, Box<str>)>,
    eapi: Eapi,
}

impl Md5Cache {
    /// Reads an entry.
    ///
    /// # Errors
    /// [`ErrorKind::Metadata`] for a line without `=`, a key that is not a variable name, text that is not UTF-8, or an
    /// EAPI that is not known.
    pub fn parse(content: &[u8]) -> Result<Self, Error> {
        let mut lines = Vec::new();
        for (index, line) in content.split(|&b| b == b'\n').enumerate() {
            if !line.is_empty() {
                lines.push(key_and_value(line).map_err(|cause| malformed(index, line, cause))?);
            }
        }
        let mut entry = Self { lines, eapi: Eapi::V0 };
        if let Some(eapi) = entry.get("EAPI").filter(|eapi| !eapi.is_empty()) {
            entry.eapi = Eapi::parse(eapi).map_err(|error| {
                Error::new(Place::Text(format!("EAPI={eapi}")), ErrorKind::Metadata).because(error)
            })?;
        }
        Ok(entry)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.lines.iter().rev().find(|(name, _)| &**name == key).map(|(_, value)| &**value)
    }

    /// The keys and values in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.lines.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The EAPI; `0` where none is given.
    pub fn eapi(&self) -> Eapi {
        self.eapi
    }

    /// A dependency string with its conditionals; empty where there is none.
    pub fn dependencies(&self, class: DepClass) -> &str {
        self.get(class.as_str()).unwrap_or_default()
    }

    /// The flags of `IUSE` that the ebuild turns on unless told otherwise.
    pub fn default_use(&self) -> impl Iterator<Item = &str> {
        let flags = self.get("IUSE").unwrap_or_default().split_ascii_whitespace();
        flags.filter_map(|flag| flag.strip_prefix('+'))
    }
}

/// What keeps a line from being `KEY=value`.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum BadLine {
    #[error("expected KEY=value")]
    NoEquals,
    #[error("the key is not the name of a variable")]
    Key,
    #[error("not UTF-8")]
    Encoding,
}

fn key_and_value(line: &[u8]) -> Result<(Box<str>, Box<str>), BadLine> {
    let Ok(text) = std::str::from_utf8(line) else { return Err(BadLine::Encoding) };
    let (key, value) = text.split_once('=').ok_or(BadLine::NoEquals)?;
    let is_name = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
    if key.is_empty() || !key.bytes().all(is_name) {
        return Err(BadLine::Key);
    }
    Ok((key.into(), value.into()))
}

fn malformed(index: usize, line: &[u8], cause: BadLine) -> Error {
    let shown: String = String::from_utf8_lossy(line).chars().take(60).collect();
    let place = Place::Text(format!("line {}: {shown}", index + 1));
    Error::new(place, ErrorKind::Metadata).because(cause)
}
