//! What commands left, by the key of what they saw.
//!
//! # Format
//! `objects/DIGITS` is a content, named by its own SHA-256. `runs/DIGITS` is what one command left, named by its key: the SHA-256 of
//! the rest in hexadecimal, a line feed, and JSON. Everything is written under another name, made durable and renamed. Who
//! writes holds `lock` together with others, who removes holds it alone; `locks/DIGITS` is held by who works out a key, and
//! removed with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use hermitage_view::digest::{Algorithm, Content, Sum};
use rustix::fs::FlockOperation;
use serde::{Deserialize, Serialize};

use super::outcome::{Outcome, place};
use super::runner::Recorded;
use crate::cache::files::{self, Held, Item};
use crate::failure::Failure;

/// The number of a run's form.
const SCHEMA: u32 = 1;

/// A directory of objects and runs.
#[derive(Debug)]
pub(super) struct Store {
    dir: PathBuf,
    limit: u64,
}

/// The right to work out a key, for as long as it lives.
#[derive(Debug)]
pub(super) struct Turn {
    path: PathBuf,
    _held: Held,
}

/// What one command left and said.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Run {
    schema: u32,
    pub(super) outcome: Outcome,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Why nothing of the store is used.
#[derive(Debug)]
pub(super) enum Problem {
    /// There is nothing of this key.
    Absent,
    /// What there is is not what was written.
    Damaged(String),
    /// It can't be put there.
    Fatal(Failure),
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Who waits for it makes another one. One that stays is removed with others.
        let _ = files::remove(&self.path);
    }
}

impl Store {
    pub(super) fn open(dir: &Path, limit: u64) -> Result<Self, Failure> {
        for part in ["objects", "runs", "locks"] {
            let part = dir.join(part);
            std::fs::create_dir_all(&part)
                .map_err(|error| Failure::file(&part, "the store can't be made", &error))?;
        }
        let dir = dir
            .canonicalize()
            .map_err(|error| Failure::file(dir, "the store can't be used", &error))?;
        Ok(Self { dir, limit })
    }

    /// Waits until nobody else works out this key.
    pub(super) fn hold(&self, key: &Sum) -> Result<Turn, Failure> {
        let path = self.dir.join("locks").join(key.hex());
        let held = lock(&path, FlockOperation::LockExclusive)?;
        Ok(Turn { path, _held: held })
    }

    /// What the command of this key left.
    pub(super) fn find(&self, key: &Sum) -> Result<Run, Problem> {
        let path = self.run(key);
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Problem::Absent),
            bytes => {
                bytes.map_err(|error| Problem::Damaged(format!("{}: {error}", path.display())))?
            }
        };
        let damaged = || Problem::Damaged(format!("{}: damaged", path.display()));
        let run = parse(&bytes).ok_or_else(damaged)?;
        // Only to tell what is in use from what is not.
        files::touch(&path);
        Ok(run)
    }

    /// A content that was made sure of, to be read from its beginning.
    pub(super) fn object(&self, sum: &Sum) -> Result<File, Problem> {
        let path = self.object_path(sum);
        let missing = |error: &io::Error| Problem::Damaged(format!("{}: {error}", path.display()));
        let mut file = File::open(&path).map_err(|error| missing(&error))?;
        let (content, _) =
            Algorithm::Sha256.of_reader(&mut file).map_err(|error| missing(&error))?;
        if content != Content::Sha256(*sum) {
            // Nothing else can use it either.
            let _ = std::fs::remove_file(&path);
            return Err(Problem::Damaged(format!("{}: damaged", path.display())));
        }
        io::Seek::rewind(&mut file).map_err(|error| missing(&error))?;
        Ok(file)
    }

    /// Keeps what a command left; all of it, or nothing.
    pub(super) fn keep(
        &self,
        key: &Sum,
        outcome: &Outcome,
        recorded: &Recorded,
        root: &Path,
    ) -> Result<(), Failure> {
        let held = lock(&self.dir.join("lock"), FlockOperation::LockShared)?;
        for left in &outcome.left {
            if let Some(sum) = left.content() {
                let place = place(root, &left.path);
                let source = File::open(&place)
                    .map_err(|error| Failure::file(&place, "can't be read", &error))?;
                self.add(source, Some(sum))?;
            }
        }
        let [stdout, stderr] = [&recorded.stdout, &recorded.stderr].map(|file| {
            let file = file
                .as_ref()
                .ok_or_else(|| Failure::new("there was no room to write down what it said"))?;
            let mut file = file.try_clone().map_err(|error| self.failed(&error))?;
            io::Seek::rewind(&mut file).map_err(|error| self.failed(&error))?;
            self.add(file, None)
        });
        let text = Written { schema: SCHEMA, outcome, stdout: stdout?, stderr: stderr? };
        let text = serde_json::to_vec(&text).map_err(|error| Failure::caused(&error))?;
        let bytes = [Sum::of(&text).hex().as_bytes(), b"\n", &text].concat();
        self.write(&mut &bytes[..], |_| Some(self.run(key)))?;
        drop(held);
        self.prune()
    }

    /// Adds a content; fails when it is another than it is to be.
    fn add(&self, mut source: File, wanted: Option<Sum>) -> Result<String, Failure> {
        if let Some(sum) = wanted.filter(|sum| self.object(sum).is_ok()) {
            return Ok(sum.to_string());
        }
        let mut sum = None;
        self.write(&mut source, |file| {
            let (content, _) = Algorithm::Sha256.of_reader(file).ok()?;
            let Content::Sha256(found) = content else { return None };
            sum = Some(found).filter(|found| wanted.is_none_or(|wanted| wanted == *found));
            sum.map(|sum| self.object_path(&sum))
        })?;
        sum.map(|sum| sum.to_string()).ok_or_else(|| Failure::new("a file changed meanwhile"))
    }

    /// Writes a file under the name that is told when its content is there; none keeps nothing.
    fn write(
        &self,
        source: &mut impl Read,
        name: impl FnOnce(&mut File) -> Option<PathBuf>,
    ) -> Result<(), Failure> {
        let written = || -> io::Result<()> {
            let mut file = files::unfinished(&self.dir)?;
            io::copy(source, file.as_file_mut())?;
            file.as_file_mut().flush()?;
            file.as_file().sync_all()?;
            io::Seek::rewind(file.as_file_mut())?;
            let Some(path) = name(file.as_file_mut()) else { return Ok(()) };
            let dir = path.parent().map(File::open).transpose()?;
            file.persist(&path).map_err(|error| error.error)?;
            dir.map_or(Ok(()), |dir| dir.sync_all())
        };
        written().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::file(&self.dir, "the store can't be written", error)
    }

    /// Forgets what a command left.
    pub(super) fn drop_run(&self, key: &Sum) {
        // Whether it was there or not, it is not used now.
        let _ = std::fs::remove_file(self.run(key));
    }

    /// Removes what was not used for longest until the rest fits, then every object that no run has, and what a run that was
    /// killed left half written.
    fn prune(&self) -> Result<(), Failure> {
        let _held = lock(&self.dir.join("lock"), FlockOperation::LockExclusive)?;
        self.prune_held().map_err(|error| self.failed(&error))
    }

    fn prune_held(&self) -> io::Result<()> {
        for Item { path, .. } in files::items(&self.dir)? {
            if files::is_unfinished(&path) {
                files::remove(&path)?;
            }
        }
        // Of runs that were killed.
        files::remove_unheld(&self.dir.join("locks"))?;
        let objects = files::items(&self.dir.join("objects"))?;
        let sizes: BTreeMap<_, _> =
            objects.iter().map(|object| (name_of(&object.path), object.bytes)).collect();
        let (mut needed, mut left): (BTreeSet<String>, u64) = (BTreeSet::new(), 0);
        for Item { path, bytes, .. } in files::items(&self.dir.join("runs"))?.into_iter().rev() {
            let names =
                std::fs::read(&path).ok().and_then(|bytes| parse(&bytes)).map(|run| run.objects());
            let new = names.map(|names| &names - &needed);
            let size_of = |name: &String| sizes.get(&Some(&name[..])).copied().unwrap_or(0);
            let size = bytes + new.iter().flatten().map(size_of).sum::<u64>();
            match new.filter(|_| left + size <= self.limit) {
                Some(new) => {
                    needed.extend(new);
                    left += size;
                }
                None => files::remove(&path)?,
            }
        }
        for Item { path, .. } in &objects {
            if name_of(path).is_none_or(|name| !needed.contains(name)) {
                files::remove(path)?;
            }
        }
        Ok(())
    }

    fn run(&self, key: &Sum) -> PathBuf {
        self.dir.join("runs").join(key.hex())
    }

    fn object_path(&self, sum: &Sum) -> PathBuf {
        self.dir.join("objects").join(sum.hex())
    }
}

fn lock(path: &Path, how: FlockOperation) -> Result<Held, Failure> {
    files::lock(path, how).map_err(|error| Failure::file(path, "the store can't be locked", &error))
}

fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// A run that is about to be written.
#[derive(Debug, Serialize)]
struct Written<'a> {
    schema: u32,
    outcome: &'a Outcome,
    stdout: String,
    stderr: String,
}

impl Run {
    /// The names of its contents.
    fn objects(&self) -> BTreeSet<String> {
        let said = [&self.stdout, &self.stderr].into_iter().filter_map(|sum| Sum::parse(sum));
        let left = self.outcome.left.iter().filter_map(super::outcome::Left::content);
        said.chain(left).map(|sum| sum.hex()).collect()
    }
}

/// None when the bytes are not as they were written, or of another version.
fn parse(bytes: &[u8]) -> Option<Run> {
    let (sum, text) = bytes.split_at_checked(64)?;
    let text = text.strip_prefix(b"\n")?;
    if Sum::of(text).hex().as_bytes() != sum {
        return None;
    }
    serde_json::from_slice(text).ok().filter(|run: &Run| run.schema == SCHEMA)
}
