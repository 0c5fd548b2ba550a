//! Where a path really is: links followed in its parent, never in its last component.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;

use crate::{Error, ErrorKind, Links};

/// As many links as Linux follows in one path.
const MAX_LINKS: usize = 40;

/// The directories that were seen, numbered, and what was learnt about links on the way.
#[derive(Debug, Default)]
pub(crate) struct Atlas {
    /// By what they really are, and by every other way they were written.
    numbers: HashMap<Vec<u8>, u32>,
    directories: Vec<Vec<u8>>,
    known: HashMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Atlas {
    /// The number of the directory that a path leads to; a new one when it was not seen yet.
    pub(crate) fn enter(&mut self, path: &[u8], links: &impl Links) -> Result<u32, Error> {
        if let Some(&number) = self.numbers.get(path) {
            return Ok(number);
        }
        let real = self.canonical(path, links)?;
        let number = match self.numbers.get(&real) {
            Some(&number) => number,
            None => small(self.directories.len()),
        };
        if real != path {
            self.numbers.insert(path.to_owned(), number);
        }
        if number == small(self.directories.len()) {
            self.directories.push(real.clone());
            self.numbers.insert(real, number);
        }
        Ok(number)
    }

    /// The number of the directory that a path is in, and the path's last component.
    pub(super) fn locate(
        &mut self,
        path: &[u8],
        links: &impl Links,
    ) -> Result<(u32, Vec<u8>), Error> {
        let (parent, name) = split(path);
        if matches!(name, b"." | b"..") {
            let real = self.canonical(path, links)?;
            let (parent, name) = split(&real);
            return Ok((self.enter(parent, links)?, name.to_owned()));
        }
        Ok((self.enter(parent, links)?, name.to_owned()))
    }

    /// The directory with a number.
    pub(crate) fn directory(&self, number: u32) -> &[u8] {
        self.directories.get(number as usize).map_or(b"", Vec::as_slice)
    }

    fn canonical(&mut self, path: &[u8], links: &impl Links) -> Result<Vec<u8>, Error> {
        let known = &mut self.known;
        canonical(path, |at| {
            if let Some(target) = known.get(at) {
                return Ok(target.clone());
            }
            let target = links.read_link(at)?;
            known.insert(at.to_owned(), target.clone());
            Ok(target)
        })
    }
}

/// A CONTENTS file of 4 GiB or that many packages do not exist; a record beyond is not found again, nothing worse.
pub(super) fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Parent and last component; slashes between and after them belong to neither.
pub(crate) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let path = without_slashes(path);
    match memchr::memrchr(b'/', path) {
        None => (b"", path),
        Some(at) => (
            without_slashes(path.get(..at).unwrap_or_default()),
            path.get(at + 1..).unwrap_or_default(),
        ),
    }
}

fn without_slashes(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|&b| b != b'/').map_or(0, |last| last + 1);
    path.get(..end).unwrap_or_default()
}

/// Follows every link of a path; the result has no slash at its end, so that `/` is empty.
fn canonical(
    path: &[u8],
    mut link: impl FnMut(&[u8]) -> io::Result<Option<Vec<u8>>>,
) -> Result<Vec<u8>, Error> {
    let mut real = Vec::with_capacity(path.len());
    let mut pending = Vec::new();
    push_components(&mut pending, path);
    let mut followed = 0;
    while let Some(component) = pending.pop() {
        if component == b".." {
            real.truncate(memchr::memrchr(b'/', &real).unwrap_or(0));
            continue;
        }
        let parent = real.len();
        real.push(b'/');
        real.extend_from_slice(&component);
        let target = link(&real).map_err(|e| Error::io(os_path(&real), ErrorKind::Read, e))?;
        let Some(target) = target else { continue };
        followed += 1;
        if followed > MAX_LINKS {
            return Err(Error::new(os_path(path), ErrorKind::LinkLoop));
        }
        real.truncate(if target.starts_with(b"/") { 0 } else { parent });
        push_components(&mut pending, &target);
    }
    Ok(real)
}

fn push_components(pending: &mut Vec<Vec<u8>>, path: &[u8]) {
    let components = path.rsplit(|&b| b == b'/').filter(|c| !matches!(*c, b"" | b"."));
    pending.extend(components.map(<[u8]>::to_owned));
}

fn os_path(path: &[u8]) -> &OsStr {
    OsStr::from_bytes(path)
}
