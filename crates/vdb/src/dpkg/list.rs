//! The files of the info directory that belong to one package: its list and its md5 sums.

use std::borrow::Cow;
use std::collections::HashMap;

use super::problem::{Fault, Problem};

/// The paths of a `.list` file in its order, without the root directory and without trailing slashes.
pub(super) fn paths(bytes: &[u8]) -> Result<Vec<&[u8]>, Fault> {
    let mut all = Vec::with_capacity(bytes.len() / 48);
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let fault = |problem: fn(String) -> Problem| {
            Fault::new(index + 1, problem(line.escape_ascii().to_string()))
        };
        if line[0] != b'/' {
            return Err(fault(Problem::NotAbsolute));
        }
        if line.contains(&0) {
            return Err(fault(Problem::Unwritable));
        }
        let path = line.strip_suffix(b"/.").unwrap_or(line);
        let path = path.strip_suffix(b"/").unwrap_or(path);
        if !path.is_empty() {
            all.push(path);
        }
    }
    Ok(all)
}

/// Md5 sums by path, without the leading slash.
#[derive(Debug, Default)]
pub(super) struct Sums<'a> {
    by_path: HashMap<Cow<'a, [u8]>, &'a str>,
}

impl<'a> Sums<'a> {
    /// Parses an `.md5sums` file.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut by_path = HashMap::with_capacity(bytes.len() / 80);
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if !line.is_empty() {
                let (sum, path) =
                    sum_line(line).ok_or_else(|| Fault::new(index + 1, Problem::Md5Line))?;
                by_path.insert(path, sum);
            }
        }
        Ok(Self { by_path })
    }

    /// Adds a sum where the file had none.
    pub(super) fn add(&mut self, path: &'a [u8], sum: &'a [u8]) {
        if let Some(sum) = hexadecimal(sum) {
            let path = path.strip_prefix(b"/").unwrap_or(path);
            self.by_path.entry(Cow::Borrowed(path)).or_insert(sum);
        }
    }

    /// The sum of an absolute path as it was packaged.
    pub(super) fn get(&self, path: &[u8]) -> Option<&'a str> {
        self.by_path.get(path.strip_prefix(b"/")?).copied()
    }
}

/// `SUM  PATH`; after a leading backslash, `\\` and `\n` in the path are escapes, as md5sum writes them.
fn sum_line(line: &[u8]) -> Option<(&str, Cow<'_, [u8]>)> {
    let (escaped, line) = match line.strip_prefix(b"\\") {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let (sum, path) = line.split_at_checked(32)?;
    let path = path.strip_prefix(b"  ").or_else(|| path.strip_prefix(b" *"))?;
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let path = path.strip_prefix(b"/").unwrap_or(path);
    let path = if escaped { Cow::Owned(unescape(path)) } else { Cow::Borrowed(path) };
    Some((hexadecimal(sum)?, path))
}

fn hexadecimal(sum: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(sum).ok()?;
    (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(text)
}

fn unescape(path: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(path.len());
    let mut bytes = path.iter().copied();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(other) => other,
                None => b'\\',
            },
            other => other,
        });
    }
    plain
}
