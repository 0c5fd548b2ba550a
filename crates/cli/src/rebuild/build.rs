//! One build, on a copy of the sources.

use std::cell::OnceCell;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hermitage_mountns::{ByteString, Outcome, Plan, Run};
use tempfile::TempDir;

use super::Condition;
use super::circumstances::{self, Names};
use super::tree::{self, Difference};
use crate::args::RebuildArgs;
use crate::check::compare::everything;
use crate::check::interrupt::Watch;
use crate::copies::Copies;
use crate::failure::Failure;
use crate::plan::{self, Worked};
use crate::pure;
use crate::source::outside;
use crate::timing::Timings;
use crate::verbs::{Context, run};

/// What is said when we are told to end.
const INTERRUPTED: &str = "interrupted: what was built until then is not compared";

/// What builds have in common.
pub(super) struct Workshop<'a> {
    pub(super) worked: &'a Worked,
    pub(super) args: &'a RebuildArgs,
    pub(super) context: &'a Context,
    pub(super) watch: Watch,
    /// Where copies are made.
    pub(super) place: PathBuf,
    names: Names,
    _scratch: TempDir,
    /// The plan of a view of the whole host.
    everything: OnceCell<Plan>,
}

/// A build that is done.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) varied: Vec<Condition>,
    pub(super) outcome: Outcome,
    copies: Copies,
    pub(super) started: SystemTime,
    pub(super) ended: SystemTime,
}

impl<'a> Workshop<'a> {
    pub(super) fn open(
        worked: &'a Worked,
        args: &'a RebuildArgs,
        context: &'a Context,
        place: &Path,
    ) -> Result<Self, Failure> {
        let made = tempfile::Builder::new().prefix("hermitage-rebuild-").tempdir_in(place);
        let scratch =
            made.map_err(|error| Failure::file(place, "no file can be made here", &error))?;
        let names = names(worked, scratch.path())?;
        let watch = Watch::start(INTERRUPTED)?;
        let (place, everything) = (place.to_owned(), OnceCell::new());
        Ok(Self { worked, args, context, watch, place, names, _scratch: scratch, everything })
    }

    /// Copies the sources and builds them, with some conditions varied.
    pub(super) fn build(&self, varied: &[Condition]) -> Result<Built, Failure> {
        let visible = &self.worked.visible;
        let manner = circumstances::manner(varied);
        let copies = Copies::made(visible, &self.place, manner)?;
        let mut plan = if varied.contains(&Condition::Packages) {
            self.everything()?.clone()
        } else {
            self.worked.plan.clone()
        };
        copies.redirect(&mut plan);
        circumstances::apply(varied, &mut plan, &self.names);
        let started = SystemTime::now();
        let report = self.watch.during(|| {
            run::carry_out(Run::new(&plan), &self.args.start, self.context, &mut Timings::start())
        })?;
        let ended = SystemTime::now();
        Ok(Built { varied: varied.to_vec(), outcome: report.outcome, copies, started, ended })
    }

    fn everything(&self) -> Result<&Plan, Failure> {
        if let Some(plan) = self.everything.get() {
            return Ok(plan);
        }
        let run = &self.args.run;
        let mut plan = plan::of_view(&everything(&self.worked.visible)?, run)?;
        let target = &self.args.target;
        pure::set_epoch(&mut plan, run, pure::epoch(target, run, &self.worked.machine)?);
        Ok(self.everything.get_or_init(|| plan))
    }
}

/// Files of names as the host has them, with the other user before everybody else.
fn names(worked: &Worked, scratch: &Path) -> Result<Names, Failure> {
    let host_root = &worked.visible.host_root;
    let [passwd, group] = circumstances::entries(&worked.plan);
    let make = |name: &str, entry: String| {
        // What can't be read has nobody in it.
        let hosts = std::fs::read(outside(host_root, Path::new("/etc").join(name).as_path()));
        let file = scratch.join(name);
        std::fs::write(&file, [entry.as_bytes(), &hosts.unwrap_or_default()].concat())
            .and_then(|()| std::fs::set_permissions(&file, Permissions::from_mode(0o644)))
            .map_err(|error| Failure::file(&file, "can't be written", &error))?;
        let inside = file.strip_prefix(host_root).unwrap_or(&file);
        Ok::<_, Failure>(ByteString::from(Path::new("/").join(inside).as_path()))
    };
    Ok(Names { passwd: make("passwd", passwd)?, group: make("group", group)? })
}

impl Built {
    /// Where something that it left lies.
    pub(super) fn outside(&self, path: &Path) -> PathBuf {
        self.copies.outside(path)
    }

    /// How what another build left differs from what this one did.
    pub(super) fn compare(
        &self,
        other: &Self,
        results: &[PathBuf],
        times: bool,
    ) -> Result<Vec<Difference>, Failure> {
        let mut all = Vec::new();
        for path in results {
            let [first, second] = [self.outside(path), other.outside(path)];
            let found = tree::compare(&first, &second, path, times).map_err(|error| {
                Failure::new(format!("what the build left can't be compared: {error}"))
            })?;
            all.extend(found);
        }
        Ok(all)
    }
}
