//! What `run` needs to start: a plan and the tree it shows, from the cache or made and put there.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::time::SystemTime;

use hermitage_mountns::{ByteString, Entry, EntryKind, Index, Plan};
use hermitage_view::View;

use crate::args::RunVerbArgs;
use crate::cache::{Key, Note, Store, Stored, Watched};
use crate::closure::Selection;
use crate::failure::Failure;
use crate::plan::{self, Worked};
use crate::report::Reporter;
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
        let prepared = self.make(timings)?;
        // It is none only when it is not agreed to.
        run(&prepared, &|| true, timings)?
            .ok_or_else(|| Failure::new("the command was not started"))
    }

    /// What the cache has.
    fn likely(&self, timings: &mut Timings) -> Result<Option<Likely<'_>>, Failure> {
        let stored = self.cache.as_ref().and_then(|(store, key)| store.find(key));
        let Some(stored) = stored else { return Ok(None) };
        let write = self.args.view.write.iter().map(|path| absolute(path));
        let write = write.collect::<Result<Vec<_>, _>>()?;
        let (top, base, note) = (&stored.top, &stored.base, &stored.note);
        let plan =
            plan::of_index(note.host_root.clone(), note.binds.clone(), &self.args.run, |path| {
                top.has_directory(Some(base), path).unwrap_or(false)
            });
        timings.files(note.files);
        timings.step("cache");
        let prepared = Prepared { plan, top: top.clone(), base: Some(base.clone()) };
        Ok(Some(Likely { prepared, stored, write, kitchen: self, answer: OnceCell::new() }))
    }

    /// Makes the view, unless somebody else just did, and keeps it.
    fn make(&self, timings: &mut Timings) -> Result<Prepared, Failure> {
        let Some((store, key)) = &self.cache else {
            return make(self.args, None, self.reporter, timings);
        };
        // Of many that start at once one makes it, and the others wait.
        let held = store.hold(key);
        if held.is_some()
            && let Some(likely) = self.likely(timings)?
        {
            if likely.holds() {
                return Ok(likely.prepared);
            }
            timings.restart();
        }
        make(self.args, Some((store, key, self.limit)), self.reporter, timings)
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

/// Reads packages, works out what is visible, and keeps that in the cache if it is given.
fn make(
    args: &RunVerbArgs,
    cache: Option<(&Store, &Key, u64)>,
    reporter: Reporter,
    timings: &mut Timings,
) -> Result<Prepared, Failure> {
    let started = SystemTime::now();
    let recording = reporter.recording();
    let RunVerbArgs { target, closure, view, run, .. } = args;
    let Worked { machine, selection, visible, mut plan } =
        plan::work(target, closure, view, run, recording, timings)?;
    let Some((store, key, limit)) = cache else {
        let top = Index::from_entries(&std::mem::take(&mut plan.entries), &[])?;
        return Ok(Prepared { plan, top, base: None });
    };
    let base = Index::from_entries(&shared(&plan.entries, &visible.view, &selection), &[])?;
    let top = Index::difference(&plan.entries, &base, &[])?;
    let paths = witnesses(args, &machine)?;
    let kept = keep(store, key, &plan, (&top, &base), paths, recording.recorded(), started);
    match kept {
        Ok(true) if store.prune_above(limit).is_err() => {
            reporter.detail("the cache can't be pruned");
        }
        Ok(_) => {}
        Err(error) => reporter.detail(format_args!("the view is not cached: {error}")),
    }
    plan.entries.clear();
    timings.step("index");
    Ok(Prepared { plan, top, base: Some(base) })
}

/// Whether it was kept: what changed a moment ago may change again with the same time.
fn keep(
    store: &Store,
    key: &Key,
    plan: &Plan,
    (top, base): (&Index, &Index),
    witnesses: Vec<ByteString>,
    warnings: Vec<String>,
    started: SystemTime,
) -> Result<bool, Failure> {
    let watched = Watched::of(plan, top, base, witnesses);
    let Some(state) = watched.state() else { return Ok(false) };
    if !state.settled_before(started) {
        return Ok(false);
    }
    let written = |error: std::io::Error| Failure::file(store.dir(), "can't be written", &error);
    let name = store.keep_base(base).map_err(written)?;
    let note = Note::new(plan, name, warnings, state);
    let note = note.with(&watched).map_err(|error| Failure::caused(&error))?;
    store.keep(key, &top.with_note(&note)?).map_err(written)?;
    Ok(true)
}

/// The part of the entries that @system's packages own, which other views have too, with the directories above.
fn shared(entries: &[Entry], view: &View, selection: &Selection) -> Vec<Entry> {
    let system = selection.of_system();
    let owners: Vec<bool> = view.owners().iter().map(|label| system.contains(&label[..])).collect();
    let mut kept = vec![false; entries.len()];
    // The directories from the root to the entry before.
    let mut open: Vec<usize> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let is_above = |&up: &usize| {
            let path = &entries[up].path;
            let rest = entry.path.as_bytes().strip_prefix(path.as_bytes());
            rest.is_some_and(|rest| path.as_bytes() == b"/" || rest.starts_with(b"/"))
        };
        open.truncate(open.iter().take_while(|up| is_above(up)).count());
        let node = view.lookup(entry.path.as_bytes());
        if node.is_some_and(|node| node.owners().iter().any(|owner| owners[owner.0 as usize])) {
            kept[at] = true;
            for &up in &open {
                kept[up] = true;
            }
        }
        if matches!(entry.kind, EntryKind::Dir { .. }) {
            open.push(at);
        }
    }
    kept[0] = true;
    let entries = entries.iter().zip(kept).filter(|(_, kept)| *kept);
    entries.map(|(entry, _)| entry.clone()).collect()
}

/// Every path outside of the view that had a part in it.
fn witnesses(args: &RunVerbArgs, machine: &Machine) -> Result<Vec<ByteString>, Failure> {
    let given = [&args.target.ebuild_metadata, &args.view.generated].into_iter().flatten();
    let given = given.map(|path| absolute(path)).collect::<Result<Vec<PathBuf>, _>>()?;
    let mut paths: Vec<ByteString> =
        machine.witnesses().iter().chain(&given).map(|path| path.as_path().into()).collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}
