use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::{Host as _, Kind, MemoryHost, ViewBuilder};

/// What a view is asked to show, in a form that both the builder and the [`Model`] take.
#[derive(Clone, Default)]
pub struct Wanted {
    /// Recorded paths: path, number of the owner, whether it was recorded as a directory.
    pub recorded: Vec<(Vec<u8>, u32, bool)>,
    /// Paths that packages outside the view own.
    pub owned_elsewhere: BTreeSet<Vec<u8>>,
    /// Paths to hide.
    pub hidden: Vec<Vec<u8>>,
    /// Whether unowned links are to be shown.
    pub links: bool,
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |path: &Vec<u8>| path.escape_ascii().to_string();
        let recorded = self.recorded.iter().map(|(path, owner, dir)| (text(path), owner, dir));
        f.debug_struct("Wanted")
            .field("recorded", &recorded.collect::<Vec<_>>())
            .field("owned_elsewhere", &self.owned_elsewhere.iter().map(text).collect::<Vec<_>>())
            .field("hidden", &self.hidden.iter().map(text).collect::<Vec<_>>())
            .field("links", &self.links)
            .finish()
    }
}

impl Wanted {
    /// A builder that was told all this.
    pub fn builder<'h>(&'h self, host: &'h MemoryHost) -> ViewBuilder<'h> {
        let mut builder = ViewBuilder::new(host);
        let count = self.recorded.iter().map(|entry| entry.1 + 1).max().unwrap_or(0);
        let owners: Vec<_> =
            (0..count).map(|number| builder.owner(format!("cat/pkg-{number}"))).collect();
        for (path, owner, as_dir) in &self.recorded {
            let owner = owners[*owner as usize];
            if *as_dir {
                builder.add_dir(path, owner)
            } else {
                builder.add(path, owner)
            };
        }
        for path in &self.hidden {
            builder.hide(path);
        }
        if self.links {
            builder.unowned_symlinks(|path| self.owned_elsewhere.contains(path));
        }
        builder
    }
}

/// The visible paths with their owners' numbers, worked out in the plainest way: no state but sets of whole paths, and rules
/// applied until nothing changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Each visible path and who recorded it.
    pub visible: BTreeMap<Vec<u8>, BTreeSet<u32>>,
}

impl Model {
    /// What is visible of a host.
    pub fn of(host: &MemoryHost, wanted: &Wanted) -> Self {
        let hidden: Vec<_> = wanted
            .hidden
            .iter()
            .filter_map(|path| place(host, path))
            .map(|(path, _)| path)
            .collect();
        let mut model = Self::default();
        model.show(b"/", &hidden);
        for (path, owner, as_dir) in &wanted.recorded {
            model.record(host, path, *owner, *as_dir, &hidden);
        }
        let links: Vec<Vec<u8>> =
            host.iter().filter(|(_, meta)| meta.is_symlink()).map(|(path, _)| path).collect();
        while wanted.links && model.add_links(host, &links, wanted, &hidden) {}
        model
    }

    fn record(
        &mut self,
        host: &MemoryHost,
        path: &[u8],
        owner: u32,
        as_dir: bool,
        hidden: &[Vec<u8>],
    ) {
        let Some((path, links)) = place(host, path) else { return };
        let Ok(Some(meta)) = host.lstat(&path) else { return };
        self.own(&path, &links, owner, hidden);
        if as_dir
            && meta.kind == Kind::Symlink
            && !is_hidden(&path, hidden)
            && let Some((end, links)) = real_path(host, &path)
            && host.lstat(&end).is_ok_and(|meta| meta.is_some_and(|meta| meta.is_dir()))
        {
            self.own(&end, &links, owner, hidden);
        }
    }

    fn own(&mut self, path: &[u8], links: &[Vec<u8>], owner: u32, hidden: &[Vec<u8>]) {
        if is_hidden(path, hidden) {
            return;
        }
        for path in links.iter().map(|link| &link[..]).chain([path]) {
            self.show(path, hidden);
        }
        self.visible.entry(path.to_vec()).or_default().insert(owner);
    }

    fn add_links(
        &mut self,
        host: &MemoryHost,
        all: &[Vec<u8>],
        wanted: &Wanted,
        hidden: &[Vec<u8>],
    ) -> bool {
        let before = self.visible.len();
        for link in all {
            let free = |path: &Vec<u8>| {
                self.visible.contains_key(path)
                    || !(wanted.owned_elsewhere.contains(path) || is_hidden(path, hidden))
            };
            if self.visible.contains_key(link) || !free(link) {
                continue;
            }
            if !self.visible.contains_key(above(link)) {
                continue;
            }
            let Some((end, links)) = real_path(host, link) else { continue };
            if self.visible.contains_key(&end) && links.iter().all(free) {
                for link in &links {
                    self.show(link, hidden);
                }
            }
        }
        self.visible.len() > before
    }

    fn show(&mut self, path: &[u8], hidden: &[Vec<u8>]) {
        if is_hidden(path, hidden) {
            return;
        }
        let mut at = path;
        loop {
            self.visible.entry(at.to_vec()).or_default();
            if at == b"/" {
                return;
            }
            at = above(at);
        }
    }
}

/// The directory a canonical path is in.
fn above(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(0) | None => b"/",
        Some(at) => &path[..at],
    }
}

fn is_hidden(path: &[u8], hidden: &[Vec<u8>]) -> bool {
    hidden.iter().any(|hidden| path == hidden || path.starts_with(&[hidden, &b"/"[..]].concat()))
}

/// Where a recorded path really is: its directory followed, its last component not.
fn place(host: &MemoryHost, path: &[u8]) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
    let mut parts = parts_of(path);
    parts.retain(|part| part != b".");
    let Some(last) = parts.pop() else { return Some((b"/".to_vec(), Vec::new())) };
    let (dir, links) = follow(host, b"/".to_vec(), &parts, 0)?;
    let is_dir = host.lstat(&dir).ok()??.is_dir();
    is_dir.then(|| (join(&dir, &last), links))
}

/// Where a path finally leads, and through which links.
fn real_path(host: &MemoryHost, path: &[u8]) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
    follow(host, b"/".to_vec(), &parts_of(path), 0)
}

fn follow(
    host: &MemoryHost,
    from: Vec<u8>,
    parts: &[Vec<u8>],
    depth: usize,
) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
    let Some((first, rest)) = parts.split_first() else { return Some((from, Vec::new())) };
    if !host.lstat(&from).ok()??.is_dir() {
        return None;
    }
    if first == b"." {
        return follow(host, from, rest, depth);
    }
    if first == b".." {
        let (end, mut passed) = follow(host, above(&from).to_vec(), rest, depth)?;
        passed.push(from);
        return Some((end, passed));
    }
    let path = join(&from, first);
    if host.lstat(&path).ok()??.kind != Kind::Symlink {
        return follow(host, path, rest, depth);
    }
    if depth == 40 {
        return None;
    }
    let target = host.read_link(&path).ok()?;
    let from = if target.starts_with(b"/") { b"/".to_vec() } else { from };
    let parts = [parts_of(&target), rest.to_vec()].concat();
    let (end, mut links) = follow(host, from, &parts, depth + 1)?;
    links.push(path);
    Some((end, links))
}

/// The components of a path; a trailing slash asks for a directory, as a `.` does.
fn parts_of(path: &[u8]) -> Vec<Vec<u8>> {
    let parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
    let dot = path.ends_with(b"/").then(|| b".".to_vec());
    parts.map(<[u8]>::to_vec).chain(dot).collect()
}

fn join(dir: &[u8], name: &[u8]) -> Vec<u8> {
    if dir == b"/" { [b"/", name].concat() } else { [dir, b"/", name].concat() }
}
