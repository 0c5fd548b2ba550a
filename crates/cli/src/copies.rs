//! Copies of what is writable, for builds that are compared.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hermitage_mountns::{Access, Plan};

use crate::check::Swept;
use crate::failure::Failure;
use crate::source::outside;
use crate::visible::Visible;

/// What a build gets in the place of its writable directories, so that two builds start from the same.
#[derive(Debug)]
pub(crate) struct Copies {
    directory: Swept,
    host_root: PathBuf,
    originals: Vec<PathBuf>,
}

/// How a copy differs from what it is a copy of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manner {
    /// In which order names are made in each directory, which a file system in memory lists them by.
    pub(crate) order: Order,
    /// How much older everything is.
    pub(crate) age: Duration,
}

/// In which order the names of a directory are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// As they sort.
    #[default]
    Ascending,
    /// The other way round.
    Descending,
}

impl Copies {
    /// Copies every directory that is writable.
    pub(crate) fn of(visible: &Visible) -> Result<Self, Failure> {
        let place = visible.host_root.join("var/tmp");
        Self::made(visible, &place, Manner::default())
    }

    /// The same into a directory of the host, and in some manner.
    pub(crate) fn made(visible: &Visible, place: &Path, manner: Manner) -> Result<Self, Failure> {
        let originals = visible.write.iter().map(|path| outside(&visible.host_root, path));
        originals.clone().try_for_each(|path| {
            fits(&path)
                .map_err(|error| Failure::new(format!("{error}: it can't be copied to compare")))
        })?;
        let directory = Swept::new(place)
            .map_err(|error| Failure::file(place, "no copy can be made here", &error))?;
        let copies = Self {
            directory,
            host_root: visible.host_root.clone(),
            originals: visible.write.clone(),
        };
        for (at, from) in originals.enumerate() {
            copy(&from, &copies.place(at), manner)
                .map_err(|error| Failure::file(&from, "can't be copied to compare", &error))?;
        }
        Ok(copies)
    }

    fn place(&self, at: usize) -> PathBuf {
        self.directory.path().join(at.to_string())
    }

    /// Each copy, and what it is a copy of.
    pub(crate) fn places(&self) -> impl Iterator<Item = (PathBuf, &Path)> {
        let originals = self.originals.iter().enumerate();
        originals.map(|(at, original)| (self.place(at), original.as_path()))
    }

    /// Puts the copies in the place of what they are copies of.
    pub(crate) fn redirect(&self, plan: &mut Plan) {
        for bind in plan.binds.iter_mut().filter(|bind| bind.access == Access::Write) {
            let is_it = |original: &PathBuf| original == bind.destination.as_path();
            if let Some(at) = self.originals.iter().position(is_it) {
                let copy = self.place(at);
                let inside = copy.strip_prefix(&self.host_root).unwrap_or(&copy);
                bind.source = Path::new("/").join(inside).as_path().into();
            }
        }
    }

    /// Where something below a writable directory lies.
    pub(crate) fn outside(&self, path: &Path) -> PathBuf {
        let copied = self.places().find_map(|(copy, original)| {
            let inside = path.strip_prefix(original).ok()?;
            // Joining nothing would add a slash, which no file may have.
            Some(if inside.as_os_str().is_empty() { copy } else { copy.join(inside) })
        });
        copied.unwrap_or_else(|| path.to_owned())
    }
}

/// Whether everything below a path can be copied: nothing is, where something can't.
fn fits(path: &Path) -> io::Result<()> {
    let at =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let kind = path.symlink_metadata().map_err(at)?.file_type();
    if kind.is_dir() {
        for entry in fs::read_dir(path).map_err(at)? {
            fits(&entry.map_err(at)?.path())?;
        }
    } else if kind.is_file() {
        fs::File::open(path).map_err(at)?;
    } else if !kind.is_symlink() {
        return Err(at(io::Error::other("neither a file, nor a directory, nor a link")));
    }
    Ok(())
}

/// Copies a file or directory with what is below it: modes, times and links stay as they are.
fn copy(from: &Path, to: &Path, manner: Manner) -> io::Result<()> {
    let meta = from.symlink_metadata()?;
    if meta.is_symlink() {
        return std::os::unix::fs::symlink(from.read_link()?, to);
    }
    if meta.is_dir() {
        fs::create_dir(to)?;
        for name in names(from, manner.order)? {
            copy(&from.join(&name), &to.join(&name), manner)?;
        }
    } else if meta.is_file() {
        fs::copy(from, to)?;
    } else {
        let what = "neither a file, nor a directory, nor a link";
        return Err(io::Error::other(format!("{}: {what}", from.display())));
    }
    // make compares times, and a directory's changes with what is put into it.
    let modified = meta.modified()?;
    let modified = modified.checked_sub(manner.age).unwrap_or(modified);
    fs::File::open(to)?.set_times(fs::FileTimes::new().set_modified(modified))?;
    fs::set_permissions(to, meta.permissions())
}

fn names(directory: &Path, order: Order) -> io::Result<Vec<OsString>> {
    let names = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    if order == Order::Descending {
        names.reverse();
    }
    Ok(names)
}
