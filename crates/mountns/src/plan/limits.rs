use std::fmt;
use std::str::FromStr;

use super::{Limit, Resource};
use crate::{Error, ErrorKind};

impl Resource {
    /// Every resource, by name.
    pub const ALL: [Self; 8] = [
        Self::AddressSpace,
        Self::Core,
        Self::Cpu,
        Self::Data,
        Self::FileSize,
        Self::OpenFiles,
        Self::Processes,
        Self::Stack,
    ];

    /// The name in texts and plans.
    pub fn name(self) -> &'static str {
        match self {
            Self::AddressSpace => "address-space",
            Self::Core => "core",
            Self::Cpu => "cpu",
            Self::Data => "data",
            Self::FileSize => "file-size",
            Self::OpenFiles => "open-files",
            Self::Processes => "processes",
            Self::Stack => "stack",
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `NAME=SOFT:HARD`.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |bound: Option<u64>| bound.map_or("unlimited".into(), |bound| bound.to_string());
        write!(f, "{}={}:{}", self.resource, text(self.soft), text(self.hard))
    }
}

/// `NAME=SOFT` or `NAME=SOFT:HARD`; a bound is a number, with K, M, G or T behind it for powers of 1024, or `unlimited`.
///
/// With one bound it is both, so that the command can't raise it.
impl FromStr for Limit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, bounds) = text.split_once('=').ok_or_else(|| {
            value(format!("{text:?} is not of the form NAME=SOFT or NAME=SOFT:HARD"))
        })?;
        let resource = Resource::ALL.into_iter().find(|resource| resource.name() == name);
        let resource = resource.ok_or_else(|| {
            let names: Vec<_> = Resource::ALL.iter().map(|known| known.name()).collect();
            value(format!("{name:?} is no resource; known are {}", names.join(", ")))
        })?;
        let (soft, hard) = bounds.split_once(':').unwrap_or((bounds, bounds));
        let limit = Self { resource, soft: bound(soft)?, hard: bound(hard)? };
        if limit.soft.unwrap_or(u64::MAX) > limit.hard.unwrap_or(u64::MAX) {
            return Err(value(format!("{text:?}: the soft limit is above the hard one")));
        }
        Ok(limit)
    }
}

fn bound(text: &str) -> Result<Option<u64>, Error> {
    if text == "unlimited" { Ok(None) } else { parse_size(text).map(Some) }
}

/// Reads a number with K, M, G or T behind it for powers of 1024.
///
/// # Errors
/// When it is none, or is above what 64 bits hold.
pub fn parse_size(text: &str) -> Result<u64, Error> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K') => (&text[..text.len() - 1], 10),
        Some(b'M') => (&text[..text.len() - 1], 20),
        Some(b'G') => (&text[..text.len() - 1], 30),
        Some(b'T') => (&text[..text.len() - 1], 40),
        _ => (text, 0),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse::<u64>().ok().filter(|_| plain);
    let size = number.and_then(|number| number.checked_mul(1 << shift));
    size.ok_or_else(|| {
        value(format!("{text:?} is no number with, perhaps, K, M, G or T behind it"))
    })
}

fn value(text: String) -> Error {
    Error::new(ErrorKind::Value(text))
}
