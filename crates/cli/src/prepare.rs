//! What `run` needs to start: a plan and the tree it shows, from the cache or made and put there.

use std::cell::{Cell, OnceCell};
use std::path::PathBuf;
use std::thread;
use std::time::SystemTime;

use hermitage_mountns::{ByteString, Index, Plan};

use crate::args::{RunVerbArgs, TargetArgs, ViewArgs};
use crate::cache::{Busy, Key, Note, State, Store, Stored, Watched, Whole};
use crate::failure::Failure;
use crate::plan::{self, Surveyed};
use crate::pure;
use crate::report::Reporter;
use crate::repository;
use crate::source::{Machine, absolute};
use crate::timing::Timings;

/// How large the cache may grow, unless the configuration says otherwise.
pub(crate) const CACHE_LIMIT: u64 = 512 << 20;

/// A run that can be started.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// Everything but entries.
    pub(crate) plan: Plan,
    pub(crate) top: Index,
    pub(crate) base: Option<Index>,
}

/// Where a view comes from.
#[derive(Debug)]
pub(crate) struct Kitchen<'a> {
    args: &'a RunVerbArgs,
    cache: Option<(Store, Key)>,
    limit: u64,
    reporter: Reporter,
}

/// Whether a view fits the machine.
pub(crate) type Agree<'a> = &'a dyn Fn() -> bool;

/// A run with a view out of the cache, which may be of another state than the machine is in.
#[derive(Debug)]
struct Likely<'a> {
    prepared: Prepared,
    stored: Stored,
    write: Vec<PathBuf>,
    kitchen: &'a Kitchen<'a>,
    answer: OnceCell<bool>,
}

impl<'a> Kitchen<'a> {
    /// Opens the cache, if it is to be used; `limit` is how large it may grow.
    pub(crate) fn open(
        args: &'a RunVerbArgs,
        limit: u64,
        reporter: Reporter,
    ) -> Result<Self, Failure> {
        let store = (!args.start.no_cache).then(Store::open).and_then(|store| {
            let complain = |failure| reporter.detail(format_args!("nothing is cached: {failure}"));
            store.map_err(complain).ok()
        });
        let cache = match store {
            Some(store) => Some((store, Key::of(&args.target, &args.closure, &args.view)?)),
            None => None,
        };
        Ok(Self { args, cache, limit, reporter })
    }

    /// The cache and what its entry for this run is called, if the cache is used.
    pub(crate) fn cache(&self) -> Option<&(Store, Key)> {
        self.cache.as_ref()
    }

    /// Has `run` run something in the view that the cache has, and when that turns out not to fit the machine any more, in
    /// one that is made and kept.
    ///
    /// `run` asks whether the view fits before anything happens in it, at a time of its choice; none is its answer when it
    /// does not.
    pub(crate) fn serve<T>(
        &self,
        timings: &mut Timings,
        mut run: impl FnMut(&Prepared, Agree<'_>, &mut Timings) -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        if let Some(likely) = self.likely(timings)? {
            match run(&likely.prepared, &|| likely.holds(), timings) {
                Ok(Some(done)) => return Ok(done),
                // What is of another state may well be impossible to set up.
                Err(failure) if likely.holds() => return Err(failure),
                Ok(None) | Err(_) => timings.restart(),
            }
        }
        // Of many that start at once one makes it, and the others wait.
        let held = self.cache.as_ref().and_then(|(store, key)| store.hold(key));
        let (prepared, keepsake) = self.make(held.is_some(), timings)?;
        let pending = Cell::new(keepsake.map(|keepsake| (keepsake, held)));
        let prepared = &prepared;
        let done = thread::scope(|scope| {
            // The machine is looked at while the view is set up, before the command can change anything, and the view is
            // written down beside the command; the others wait for that, and not for the command.
            let keep = || {
                let Some((keepsake, held)) = pending.take() else { return true };
                if let Some(entry) = self.look(prepared, keepsake) {
                    let write = move || {
                        self.write(prepared, entry);
                        drop(held);
                    };
                    // Where no thread is to be had, it is not kept.
                    let _started = thread::Builder::new().spawn_scoped(scope, write);
                }
                true
            };
            run(prepared, &keep, timings)
        })?;
        // It is none only when it is not agreed to.
        done.ok_or_else(|| Failure::new("the command was not started"))
    }

    /// What the cache has.
    fn likely(&self, timings: &mut Timings) -> Result<Option<Likely<'_>>, Failure> {
        let stored = self.cache.as_ref().and_then(|(store, key)| store.find(key));
        let Some(stored) = stored else { return Ok(None) };
        let write = self.args.view.write.iter().map(|path| absolute(path));
        let write = write.collect::<Result<Vec<_>, _>>()?;
        let (top, base, note) = (&stored.top, &stored.base, &stored.note);
        let run = &self.args.run;
        let mut plan = plan::of_index(note.host_root.clone(), note.binds.clone(), run, |path| {
            plan::has_directory(top, base, path)
        });
        pure::set_epoch(&mut plan, run, note.epoch);
        timings.files(note.files);
        timings.step("cache");
        let prepared = Prepared { plan, top: top.clone(), base: Some(base.clone()) };
        Ok(Some(Likely { prepared, stored, write, kitchen: self, answer: OnceCell::new() }))
    }

    /// Makes the view, unless somebody else did while we waited for them.
    fn make(
        &self,
        waited: bool,
        timings: &mut Timings,
    ) -> Result<(Prepared, Option<Keepsake>), Failure> {
        if waited && let Some(likely) = self.likely(timings)? {
            if likely.holds() {
                return Ok((likely.prepared, None));
            }
            timings.restart();
        }
        let (prepared, keepsake) = make(self.args, self.reporter, timings)?;
        Ok((prepared, Some(keepsake)))
    }

    /// What is to be kept of a view; none when it is not to be.
    fn look(&self, prepared: &Prepared, keepsake: Keepsake) -> Option<Unwritten> {
        self.cache.as_ref()?;
        Unwritten::of(prepared, keepsake)
    }

    fn write(&self, prepared: &Prepared, entry: Unwritten) {
        let Some((store, key)) = &self.cache else { return };
        match entry.write(store, key, prepared) {
            Ok(()) => bound(self.limit, self.reporter),
            Err(error) => self.reporter.detail(format_args!("the view is not cached: {error}")),
        }
    }
}

impl Likely<'_> {
    /// Whether the machine is in the view's state; if so, warns of what there is to be warned of. It is looked at once.
    fn holds(&self) -> bool {
        *self.answer.get_or_init(|| {
            let holds = self.stored.holds();
            if holds {
                self.warn();
            }
            holds
        })
    }

    fn warn(&self) {
        let Kitchen { args, reporter, .. } = self.kitchen;
        let note = &self.stored.note;
        note.warnings.iter().for_each(|text| reporter.warning(text));
        plan::warn_of_foreign(note.host_root.as_path(), &self.write, &args.run, *reporter);
    }
}

/// What has to be known to keep a view that was just made.
#[derive(Debug)]
struct Keepsake {
    /// When nothing of it was known yet.
    started: SystemTime,
    witnesses: Vec<ByteString>,
    busy: Vec<Busy>,
    warnings: Vec<String>,
    files: usize,
    epoch: Option<u64>,
}

/// Reads packages and works out what is visible.
fn make(
    args: &RunVerbArgs,
    reporter: Reporter,
    timings: &mut Timings,
) -> Result<(Prepared, Keepsake), Failure> {
    let started = SystemTime::now();
    let recording = reporter.recording();
    let RunVerbArgs { target, closure, view, run, .. } = args;
    let Surveyed { machine, selection, visible, epoch } =
        plan::survey(target, closure, view, run, recording, timings)?;
    let system = selection.of_system();
    let is_system = |label: &String| system.contains(&label[..]);
    let owners: Vec<bool> = visible.view.owners().iter().map(is_system).collect();
    let (mut plan, top, base) = plan::of_names(&visible, run, &|node| {
        node.owners().iter().any(|owner| owners[owner.0 as usize])
    })?;
    pure::set_epoch(&mut plan, run, epoch);
    let witnesses = witnesses(target, view, &machine)?;
    let busy = Busy::of(&visible.view, &plan.binds, view);
    let files = visible.view.len();
    let warnings = recording.recorded();
    let keepsake = Keepsake { started, witnesses, busy, warnings, files, epoch };
    timings.step("index");
    Ok((Prepared { plan, top, base: Some(base) }, keepsake))
}

/// Has the cache hold no more than it may.
pub(crate) fn bound(limit: u64, reporter: Reporter) {
    let pruned = Whole::open().map(|cache| cache.prune_above(limit));
    if !matches!(pruned, Ok(Ok(()))) {
        reporter.detail("the cache can't be pruned");
    }
}

/// What is kept of a view beside its tree, the state of the machine included.
struct Unwritten {
    watched: Watched,
    state: State,
    warnings: Vec<String>,
    files: usize,
    epoch: Option<u64>,
}

impl Unwritten {
    /// None when something changed a moment ago: it may change again with the same time.
    fn of(prepared: &Prepared, keepsake: Keepsake) -> Option<Self> {
        let Prepared { plan, top, base: Some(base) } = prepared else { return None };
        let Keepsake { started, witnesses, busy, warnings, files, epoch } = keepsake;
        let watched = Watched::of(plan, top, base, witnesses, &busy);
        let state = watched.state()?;
        let is_settled = state.settled_before(started);
        is_settled.then_some(Self { watched, state, warnings, files, epoch })
    }

    fn write(self, store: &Store, key: &Key, prepared: &Prepared) -> Result<(), Failure> {
        let Prepared { plan, top, base: Some(base) } = prepared else { return Ok(()) };
        let written =
            |error: std::io::Error| Failure::file(store.dir(), "can't be written", &error);
        let name = store.keep_base(base).map_err(written)?;
        let mut note = Note::new(plan, self.files, name, self.warnings, self.state);
        note.epoch = self.epoch;
        let note = note.with(&self.watched).map_err(|error| Failure::caused(&error))?;
        store.keep(key, &top.with_note(&note)?).map_err(written)
    }
}

/// Every path outside of the view that had a part in it.
pub(crate) fn witnesses(
    target: &TargetArgs,
    view: &ViewArgs,
    machine: &Machine,
) -> Result<Vec<ByteString>, Failure> {
    // With the directory that the entry is in: of a name it is that of the best version there.
    let entry = repository::metadata_of(target)?;
    let near = entry.iter().flat_map(|entry| entry.parent().into_iter().chain([entry.as_path()]));
    let given = [&target.ebuild_metadata, &view.generated].into_iter().flatten();
    let given = given.map(PathBuf::as_path).chain(near).map(absolute);
    let given = given.collect::<Result<Vec<PathBuf>, _>>()?;
    let mut paths: Vec<ByteString> =
        machine.witnesses().iter().chain(&given).map(|path| path.as_path().into()).collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}
