//! Values of the configuration file that are more than their type: a wrong one is an error with its line, not one in the middle
//! of a build.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use hermitage_atom::Pattern;
use hermitage_mountns::{Limit, parse_size};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// An absolute path: one relative to where the program is called would be another one each time.
pub(crate) fn path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    Absolute::deserialize(from).map(|path| Some(path.0))
}

/// Absolute paths.
pub(crate) fn paths<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PathBuf>, D::Error> {
    each(from, |path: Absolute| path.0)
}

/// Patterns of packages.
pub(crate) fn patterns<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    each(from, |Written(pattern)| pattern.as_str().to_owned())
}

/// What `--system` takes.
pub(super) fn system<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let read = |text: &str| {
        let known = ["all", "none"].contains(&text) || text.starts_with('/');
        known.then(|| text.to_owned()).ok_or_else(|| {
            format!("{text:?} is none of \"all\", \"none\" and the absolute path of a list")
        })
    };
    from.deserialize_str(Text(read)).map(Some)
}

/// What `--env` takes.
pub(super) fn variables<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    each(from, |Variable(text)| text)
}

/// What `--limit` takes.
pub(super) fn limits<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Limit>, D::Error> {
    each(from, |Parsed(limit)| limit)
}

/// A number of bytes, or a text with one as on the command line.
pub(super) fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    from.deserialize_any(Bytes).map(Some)
}

fn each<'de, D: Deserializer<'de>, T: Deserialize<'de>, U>(
    from: D,
    change: impl Fn(T) -> U,
) -> Result<Vec<U>, D::Error> {
    Ok(Vec::<T>::deserialize(from)?.into_iter().map(change).collect())
}

/// A pattern, written as on the command line.
#[derive(Clone, Debug)]
pub(crate) struct Written(pub(crate) Pattern);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text(Pattern::parse)).map(Self)
    }
}

struct Absolute(PathBuf);

impl<'de> Deserialize<'de> for Absolute {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text(|text: &str| {
            let path = Some(text).filter(|path| path.starts_with('/') && !path.contains('\0'));
            let what = || format!("{text:?} is no absolute path, as it must be in a file");
            path.map(|path| Self(path.into())).ok_or_else(what)
        }))
    }
}

struct Variable(String);

impl<'de> Deserialize<'de> for Variable {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text(|text: &str| {
            let is_named = !text.is_empty() && !text.starts_with('=');
            let variable = Some(text).filter(|text| is_named && !text.contains('\0'));
            let what = || format!("{text:?} is not NAME or NAME=VALUE");
            variable.map(|variable| Self(variable.to_owned())).ok_or_else(what)
        }))
    }
}

struct Parsed<T>(T);

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text(str::parse)).map(Self)
    }
}

/// A text that something is made of. What goes wrong here has its place, other than what does afterwards.
struct Text<F>(F);

impl<T, E: fmt::Display, F: Fn(&str) -> Result<T, E>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<R: Error>(self, text: &str) -> Result<T, R> {
        (self.0)(text).map_err(R::custom)
    }
}

struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of bytes, or a text such as \"512M\"")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u64, E> {
        u64::try_from(number)
            .map_err(|_negative| E::invalid_value(serde::de::Unexpected::Signed(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
        parse_size(text).map_err(E::custom)
    }
}
