//! Packages of a recorded database, installed below a directory of our own.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hermitage_vdb::{ContentsBuilder, Entry};
use hermitage_view::digest::Algorithm;

/// What of a package has to do with closures and views.
const FIELDS: [&str; 11] = [
    "BDEPEND",
    "DEPEND",
    "EAPI",
    "IDEPEND",
    "IUSE",
    "IUSE_EFFECTIVE",
    "PDEPEND",
    "RDEPEND",
    "SLOT",
    "USE",
    "repository",
];

/// Where packages are installed.
#[derive(Debug)]
pub(crate) struct Installed<'a> {
    /// The recorded database.
    pub(crate) from: &'a Path,
    pub(crate) root: &'a Path,
    /// Whether files have the times that are recorded of them; without that they have to be read.
    pub(crate) keeps_times: bool,
}

impl Installed<'_> {
    /// Where a recorded path lies.
    fn place(&self, path: &Path) -> PathBuf {
        self.root.join(path.strip_prefix("/").unwrap())
    }

    /// Installs a package: what was recorded of it, with a short content for each file, whose sum is recorded in the place of
    /// the one of the content that nobody has kept.
    pub(crate) fn install(&self, cpv: &str) {
        let (from, to) = (self.from.join(cpv), self.root.join("var/db/pkg").join(cpv));
        fs::create_dir_all(&to).unwrap();
        for field in FIELDS {
            if let Ok(text) = fs::read(from.join(field)) {
                fs::write(to.join(field), text).unwrap();
            }
        }
        // Virtual packages own nothing.
        let recorded = fs::read(from.join("CONTENTS")).unwrap_or_default();
        let mut contents = ContentsBuilder::new();
        // A link may be recorded before the directory that it leads to.
        let entries = || hermitage_vdb::Contents::parse(&recorded).map(Result::unwrap);
        entries().for_each(|entry| self.put(&entry, &mut contents));
        entries().for_each(|entry| self.link(&entry, &mut contents));
        fs::write(to.join("CONTENTS"), contents.into_bytes()).unwrap();
    }

    fn put(&self, entry: &Entry<'_>, contents: &mut ContentsBuilder) {
        let place = self.place(entry.as_path());
        match entry {
            Entry::Dir { path } => {
                fs::create_dir_all(place).unwrap();
                contents.dir(path).unwrap();
            }
            Entry::Obj { path, mtime, .. } => {
                let (content, time) = (content(path), mtime.seconds().unwrap());
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                fs::write(&place, &content).unwrap();
                if self.keeps_times {
                    set_time(&place, time);
                }
                contents.obj(path, &md5(&content), time).unwrap();
            }
            // Nobody but root can make devices, and no package here has one.
            _ => {}
        }
    }

    fn link(&self, entry: &Entry<'_>, contents: &mut ContentsBuilder) {
        let Entry::Sym { path, target, mtime } = entry else { return };
        let place = self.place(entry.as_path());
        // Where another package has a directory, or was installed before, it stays.
        if place.symlink_metadata().is_err() {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            symlink(std::ffi::OsStr::from_bytes(target), &place).unwrap();
        }
        contents.sym(path, target, mtime.seconds().unwrap()).unwrap();
    }
}

/// What a file holds: something of its own.
fn content(path: &[u8]) -> Vec<u8> {
    [b"this is ", path].concat()
}

fn md5(content: &[u8]) -> Vec<u8> {
    Algorithm::Md5.of_bytes(content).to_string().strip_prefix("md5:").unwrap().into()
}

fn set_time(path: &Path, seconds: i64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap());
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}
