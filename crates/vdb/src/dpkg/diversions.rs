//! Files that `dpkg-divert` moved aside.

use std::collections::HashMap;

use super::problem::{Fault, Problem};

/// Diverted paths: where each went, and which package it did not concern.
#[derive(Debug, Default)]
pub(super) struct Diversions<'a> {
    by_path: HashMap<&'a [u8], (&'a [u8], &'a [u8])>,
}

impl<'a> Diversions<'a> {
    /// Parses the diversions file: for each three lines, the path, its new place, and the package whose own
    /// file stays (`:` when it is nobody's).
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        let lines = match lines.split_last() {
            Some((&[], rest)) => rest,
            _ => &lines[..],
        };
        let (groups, rest) = lines.as_chunks::<3>();
        if !rest.is_empty() {
            return Err(Fault::new(lines.len(), Problem::Diversion));
        }
        let mut by_path = HashMap::with_capacity(groups.len());
        for (index, [from, to, package]) in groups.iter().enumerate() {
            absolute(from, index * 3 + 1)?;
            absolute(to, index * 3 + 2)?;
            by_path.insert(*from, (*to, *package));
        }
        Ok(Self { by_path })
    }

    /// Where on the disk a path of the package's list is.
    pub(super) fn place<'p>(&self, path: &'p [u8], package: &str) -> &'p [u8]
    where
        'a: 'p,
    {
        match self.by_path.get(path) {
            Some((to, by)) if *by != package.as_bytes() => to,
            _ => path,
        }
    }
}

fn absolute(path: &[u8], line: usize) -> Result<(), Fault> {
    if path.first() == Some(&b'/') {
        return Ok(());
    }
    Err(Fault::new(line, Problem::NotAbsolute(path.escape_ascii().to_string())))
}
