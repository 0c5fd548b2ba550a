use hermitage_view::paths::is_below;

use super::{Entry, EntryKind, Plan, SCHEMA};
use crate::host::parent;
use crate::index::{Shape, Tree};
use crate::{ByteString, Error, ErrorKind};

/// What a directory is called.
const DIRECTORY: &str = "a directory";

/// Tells what a view has at a path, by the words of [`EntryKind::noun`].
type Noun<'a> = dyn Fn(&ByteString) -> Option<&'static str> + 'a;

impl Plan {
    /// Whether the invariants hold that make the plan one that can be carried out.
    ///
    /// Only the plan is looked at, not the host.
    ///
    /// # Errors
    /// The first violation, with its path.
    pub fn check(&self) -> Result<(), Error> {
        if self.schema != SCHEMA {
            return Err(Error::new(ErrorKind::Schema { found: self.schema, known: SCHEMA }));
        }
        self.check_entries()?;
        self.check_mounts(&|path| self.entry(&path.0).map(|entry| entry.kind.noun()))?;
        self.check_values()
    }

    /// The same for a plan whose entries are in an index.
    pub(crate) fn check_over(&self, tree: &Tree) -> Result<(), Error> {
        if self.schema != SCHEMA {
            return Err(Error::new(ErrorKind::Schema { found: self.schema, known: SCHEMA }));
        }
        self.check_mounts(&|path| {
            Some(match tree.shape(tree.lookup(&path.0)?)? {
                Shape::Dir { .. } => DIRECTORY,
                Shape::File => "a file",
                Shape::Symlink { .. } => "a symbolic link",
                Shape::Synthetic { .. } => "a synthetic file",
                Shape::Special { .. } => "a special file",
            })
        })?;
        self.check_values()
    }

    /// The entry of exactly this path.
    pub fn entry(&self, path: &[u8]) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.path.cmp(&path.into())).ok()?;
        Some(&self.entries[at])
    }

    /// Whether `path` can be the working directory as far as the plan tells: one of its directories, or below a
    /// bind or a fresh file system, where only the kernel knows.
    pub fn may_be_directory(&self, path: &[u8]) -> bool {
        let path = ByteString::from(path);
        let covered = |cover: &ByteString| is_below(&path, cover);
        matches!(self.entry(&path.0), Some(Entry { kind: EntryKind::Dir { .. }, .. }))
            || self.binds.iter().any(|bind| covered(&bind.destination))
            || self.tmpfs.iter().any(|tmpfs| covered(&tmpfs.path))
            || covered(&"/proc".into())
            || covered(&"/dev".into())
    }

    fn check_entries(&self) -> Result<(), Error> {
        let first = self.entries.first().filter(|first| first.path.0 == b"/");
        if !first.is_some_and(|first| matches!(first.kind, EntryKind::Dir { .. })) {
            return Err(Error::at(b"/", ErrorKind::Missing));
        }
        check_kind(&self.entries[0])?;
        // The directories from the root to the entry before.
        let mut open: Vec<&ByteString> = vec![&self.entries[0].path];
        for pair in self.entries.windows(2) {
            let (before, entry) = (&pair[0], &pair[1]);
            canonical(&entry.path)?;
            match before.path.cmp(&entry.path) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Err(at(&entry.path, ErrorKind::Duplicate)),
                std::cmp::Ordering::Greater => return Err(at(&entry.path, ErrorKind::Unsorted)),
            }
            while open.last().is_some_and(|dir| !is_below(&entry.path, dir)) {
                open.pop();
            }
            let up = parent(&entry.path.0);
            if open.last().is_none_or(|dir| dir.0 != if up.is_empty() { b"/" } else { up }) {
                return Err(at(&entry.path, ErrorKind::NoParent));
            }
            check_kind(entry)?;
            if matches!(entry.kind, EntryKind::Dir { .. }) {
                open.push(&entry.path);
            }
        }
        Ok(())
    }

    /// `noun` says what the view has at a path.
    fn check_mounts(&self, noun: &Noun<'_>) -> Result<(), Error> {
        let fixed = ["/dev".into(), "/proc".into()];
        for path in &fixed {
            self.check_mount_point(path, noun)?;
        }
        let shm = ByteString::from("/dev/shm");
        for path in self.tmpfs.iter().map(|tmpfs| &tmpfs.path).filter(|path| **path != shm) {
            check_free(path, &fixed)?;
            self.check_mount_point(path, noun)?;
        }
        for bind in &self.binds {
            canonical(&bind.source)?;
            check_free(&bind.destination, &fixed)?;
            if noun(&bind.destination).is_none() {
                self.check_mount_point(&bind.destination, noun)?;
            }
        }
        self.check_once()
    }

    fn check_once(&self) -> Result<(), Error> {
        let binds = self.binds.iter().map(|bind| &bind.destination);
        let mut paths: Vec<_> = self.tmpfs.iter().map(|tmpfs| &tmpfs.path).chain(binds).collect();
        paths.sort();
        let twice = paths.windows(2).find(|pair| pair[0] == pair[1]);
        twice.map_or(Ok(()), |pair| Err(at(pair[0], ErrorKind::Duplicate)))
    }

    fn check_mount_point(&self, path: &ByteString, noun: &Noun<'_>) -> Result<(), Error> {
        let binds = self.binds.iter().map(|bind| &bind.destination);
        let mut covers = self.tmpfs.iter().map(|tmpfs| &tmpfs.path).chain(binds);
        match noun(path) {
            Some(DIRECTORY) => Ok(()),
            None if covers.any(|cover| is_below(path, cover)) => Ok(()),
            None => Err(at(path, ErrorKind::BadMountPoint("nothing".into()))),
            Some(noun) => Err(at(path, ErrorKind::BadMountPoint(noun.into()))),
        }
    }

    fn check_values(&self) -> Result<(), Error> {
        canonical(&self.cwd)?;
        self.surroundings.proc.iter().try_for_each(|cover| canonical(&cover.path))?;
        self.surroundings.check()?;
        if !self.host_root.0.starts_with(b"/") {
            return Err(at(&self.host_root, ErrorKind::NotCanonical));
        }
        if self.umask > 0o777 {
            return Err(value(format!("umask {:o} is above 777", self.umask)));
        }
        if self.hostname.0.len() > 64 {
            return Err(value("the host name is longer than 64 bytes".into()));
        }
        let texts = self.env.iter().flat_map(|variable| [&variable.name, &variable.value]);
        for text in texts.chain([&self.hostname]) {
            nul_free(text)?;
        }
        let bad = self.env.iter().find(|v| v.name.is_empty() || v.name.0.contains(&b'='));
        match bad {
            Some(bad) => Err(value(format!("{:?} can't be a variable's name", bad.name))),
            None => Ok(()),
        }
    }
}

impl EntryKind {
    /// What to call it in a sentence.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Dir { .. } => DIRECTORY,
            Self::File { .. } => "a file",
            Self::Symlink { .. } => "a symbolic link",
            Self::Synthetic { .. } => "a synthetic file",
            Self::Special { .. } => "a special file",
        }
    }
}

fn check_kind(entry: &Entry) -> Result<(), Error> {
    let (mode, most) = match &entry.kind {
        EntryKind::Dir { mode } => (*mode, 0o3777),
        EntryKind::Synthetic { mode, .. } | EntryKind::Special { mode, .. } => (*mode, 0o777),
        EntryKind::File { mode, mtime, .. } if mtime.1 < 1_000_000_000 => (*mode, 0o7777),
        EntryKind::File { .. } => {
            return Err(at(&entry.path, ErrorKind::Value("more than 999999999 ns".into())));
        }
        EntryKind::Symlink { target } => {
            nul_free(target)?;
            return Ok(());
        }
    };
    let text = || ErrorKind::Value(format!("mode {mode:o} is above {most:o}"));
    if mode > most { Err(at(&entry.path, text())) } else { Ok(()) }
}

/// A path that the fresh `/proc` and `/dev` have for themselves can't be mounted on.
fn check_free(path: &ByteString, fixed: &[ByteString]) -> Result<(), Error> {
    canonical(path)?;
    let taken = fixed.iter().any(|dir| path == dir || is_below(path, dir));
    let root = path.0 == b"/";
    if taken || root { Err(at(path, ErrorKind::Overlap)) } else { Ok(()) }
}

fn canonical(path: &ByteString) -> Result<(), Error> {
    nul_free(path)?;
    let mut parts = path.0.split(|&byte| byte == b'/').skip(1);
    let good = path.0 == b"/" || parts.all(|part| !matches!(part, b"" | b"." | b".."));
    let good = good && path.0.starts_with(b"/");
    if good { Ok(()) } else { Err(at(path, ErrorKind::NotCanonical)) }
}

fn nul_free(text: &ByteString) -> Result<(), Error> {
    if text.0.contains(&0) { Err(at(text, ErrorKind::Nul)) } else { Ok(()) }
}

fn at(path: &ByteString, kind: ErrorKind) -> Error {
    Error::at(&path.0, kind)
}

fn value(text: String) -> Error {
    Error::new(ErrorKind::Value(text))
}
