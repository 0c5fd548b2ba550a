//! Digests of views, kept from run to run.
//!
//! One belongs to a state of everything that had a part in it: the package database, the profile, and each visible path. As
//! long as all of these are as they were, nothing has to be read.
//!
//! # Format
//! `HRMITDIG`; the CRC-32 of everything after it and the length of the text, each as four bytes, little-endian; the text, as JSON;
//! the list of what is watched.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hermitage_mountns::ByteString;
use hermitage_view::digest::{Fact, Sum};
use serde::{Deserialize, Serialize};

use super::inputs::Setting;
use crate::cache::{Key, State, Watched, digests, files};

const MAGIC: &[u8; 8] = b"HRMITDIG";
const HEADER: usize = 16;

/// The number of the text's form.
const SCHEMA: u32 = 2;

/// The directory of the digests.
#[derive(Debug)]
pub(super) struct Store {
    dir: PathBuf,
}

/// What is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Text {
    schema: u32,
    view: String,
    facts: Vec<Vec<ByteString>>,
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<Setting>,
    state: State,
}

/// A digest that fits the machine as it is.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) view: Sum,
    pub(super) facts: Vec<Fact>,
    pub(super) warnings: Vec<String>,
    /// With that of the [inputs](super::Inputs) of a command.
    pub(super) setting: Option<Setting>,
}

impl Store {
    /// Those of a cache.
    pub(super) fn of(cache: &Path) -> Self {
        Self { dir: digests(cache) }
    }

    /// The digest of a key, if there is one and everything is as it was.
    pub(super) fn find(&self, key: &Key) -> Option<Kept> {
        let path = self.path(key);
        let (text, watched) = parse(&std::fs::read(&path).ok()?)?;
        if !watched.state()?.same(&text.state) {
            return None;
        }
        // Only to tell what is in use from what is not.
        files::touch(&path);
        let fact = |fact: Vec<ByteString>| fact.into_iter().map(|field| field.0).collect();
        Some(Kept {
            view: Sum::parse(&text.view)?,
            facts: text.facts.into_iter().map(fact).collect(),
            warnings: text.warnings,
            setting: text.setting,
        })
    }

    /// Keeps the digest of a key, unless something that had a part in it may have changed since the beginning. Whether it is
    /// kept.
    pub(super) fn keep(
        &self,
        key: &Key,
        kept: &Kept,
        watched: &Watched,
        began: SystemTime,
    ) -> io::Result<bool> {
        let Some(state) = watched.state().filter(|state| state.settled_before(began)) else {
            return Ok(false);
        };
        let fact = |fact: &Fact| fact.iter().map(|field| field[..].into()).collect();
        let text = Text {
            schema: SCHEMA,
            view: kept.view.to_string(),
            facts: kept.facts.iter().map(fact).collect(),
            warnings: kept.warnings.clone(),
            setting: kept.setting.clone(),
            state,
        };
        std::fs::create_dir_all(&self.dir)?;
        files::write(&self.path(key), &[&written(&text, watched)?])?;
        Ok(true)
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.dir.join(key.as_str())
    }
}

/// Whether a file is a digest as it was written, of this version.
pub(crate) fn is_whole(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| parse(&bytes).is_some())
}

fn written(text: &Text, watched: &Watched) -> io::Result<Vec<u8>> {
    let text = serde_json::to_vec(text)?;
    let length = u32::try_from(text.len()).map_err(io::Error::other)?;
    let mut bytes =
        [&MAGIC[..], &[0; 4], &length.to_le_bytes(), &text, watched.as_bytes()].concat();
    let crc = crc32fast::hash(&bytes[12..]);
    bytes[8..12].copy_from_slice(&crc.to_le_bytes());
    Ok(bytes)
}

/// None when the bytes are not as they were written, or of another version.
fn parse(bytes: &[u8]) -> Option<(Text, Watched)> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let word = |at: usize| Some(u32::from_le_bytes(*header.get(at..)?.first_chunk()?));
    if header[..8] != MAGIC[..] || word(8)? != crc32fast::hash(&bytes[12..]) {
        return None;
    }
    let (text, watched) = rest.split_at_checked(word(12)? as usize)?;
    let text: Text = serde_json::from_slice(text).ok()?;
    (text.schema == SCHEMA).then(|| (text, Watched::from_bytes(watched.to_vec())))
}
