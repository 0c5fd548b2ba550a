//! Another time of day, by libfaketime where it is installed: the kernel has one for all.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hermitage_mountns::{Entry, EntryKind, Plan, Timestamp};

use super::Condition;
use crate::plan::set_variable;
use crate::source::{leads_to, outside};

/// How much later it is: by another year, month, day, hour and minute.
const LATER: Duration = Duration::from_secs((397 * 24 + 7) * 3600 + 61);

/// Where distributions put it, below each directory of libraries.
const NAMES: [&str; 2] = ["faketime/libfaketimeMT.so.1", "faketime/libfaketime.so.1"];

/// The library.
#[derive(Clone, Debug)]
pub(super) struct FakeTime {
    path: PathBuf,
    kind: EntryKind,
}

impl FakeTime {
    /// The one that a host has.
    pub(super) fn find(host_root: &Path) -> Option<Self> {
        let multiarch = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
        let dirs = [multiarch.as_str(), "/usr/lib64", "/usr/lib", "/usr/local/lib"];
        dirs.iter().flat_map(|dir| NAMES.map(|name| Path::new(dir).join(name))).find_map(|path| {
            // A plan has files at their real places.
            let path = leads_to(host_root, &path)?;
            let meta = outside(host_root, &path).metadata().ok().filter(Metadata::is_file)?;
            Some(Self { path, kind: kind(&meta) })
        })
    }

    /// What is said of it.
    pub(super) fn told(&self) -> String {
        format!("{} seconds later, by {}", LATER.as_secs(), self.path.display())
    }

    /// Has whatever runs take the time from it, and see it, which the view need not have.
    pub(super) fn put_into(&self, plan: &mut Plan) {
        let mut add = |path: &Path, kind: EntryKind| {
            let entry = Entry { path: path.into(), kind };
            if let Err(at) = plan.entries.binary_search_by(|known| known.path.cmp(&entry.path)) {
                plan.entries.insert(at, entry);
            }
        };
        for dir in self.path.ancestors().skip(1) {
            add(dir, EntryKind::Dir { mode: 0o755 });
        }
        add(&self.path, self.kind.clone());
        set_variable(plan, "LD_PRELOAD", self.path.as_path());
        set_variable(plan, "FAKETIME", &format!("+{}", LATER.as_secs())[..]);
        // What waits for a while is to wait as long, and files have the times they have.
        set_variable(plan, "FAKETIME_DONT_FAKE_MONOTONIC", "1");
        set_variable(plan, "NO_FAKE_STAT", "1");
    }
}

/// What the clocks of a build are ahead of ours, in which conditions are varied.
pub(super) fn ahead(varied: &[Condition]) -> Duration {
    if varied.contains(&Condition::Clock) { LATER } else { Duration::ZERO }
}

fn kind(meta: &Metadata) -> EntryKind {
    // The kernel counts no more than a thousand million of them.
    let nanoseconds = u32::try_from(meta.mtime_nsec()).unwrap_or(0);
    EntryKind::File {
        mode: meta.mode() & 0o777,
        size: meta.len(),
        mtime: Timestamp(meta.mtime(), nanoseconds),
    }
}
