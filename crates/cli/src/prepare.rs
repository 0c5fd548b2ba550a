//! What `run` needs to start: a plan and the tree it shows, from the cache or made and put there.

use std::path::PathBuf;
use std::time::SystemTime;

use hermitage_mountns::{ByteString, Entry, EntryKind, Index, Plan};
use hermitage_view::View;

use crate::args::RunVerbArgs;
use crate::cache::{Key, Note, Store, Stored};
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

/// Takes the view from the cache when the machine is as it was; else makes it and keeps it.
pub(crate) fn prepare(
    args: &RunVerbArgs,
    cache_limit: u64,
    reporter: Reporter,
    timings: &mut Timings,
) -> Result<Prepared, Failure> {
    let Some(store) = store(args, reporter) else {
        return make(args, None, reporter, timings);
    };
    let key = Key::of(&args.target, &args.closure, &args.view)?;
    if let Some(stored) = store.find(&key) {
        return found(args, stored, reporter, timings);
    }
    // Of many that start at once one makes it, and the others wait.
    let held = store.hold(&key);
    if held.is_some()
        && let Some(stored) = store.find(&key)
    {
        return found(args, stored, reporter, timings);
    }
    make(args, Some((&store, &key, cache_limit)), reporter, timings)
}

fn store(args: &RunVerbArgs, reporter: Reporter) -> Option<Store> {
    if args.start.no_cache {
        return None;
    }
    let store = Store::open();
    store.map_err(|failure| reporter.detail(format_args!("nothing is cached: {failure}"))).ok()
}

fn found(
    args: &RunVerbArgs,
    stored: Stored,
    reporter: Reporter,
    timings: &mut Timings,
) -> Result<Prepared, Failure> {
    let Stored { top, base, note } = stored;
    note.warnings.iter().for_each(|text| reporter.warning(text));
    let write = args.view.write.iter().map(|path| absolute(path));
    let write = write.collect::<Result<Vec<_>, _>>()?;
    plan::warn_of_foreign(note.host_root.as_path(), &write, &args.run, reporter);
    let plan = plan::of_index(note.host_root, note.binds, &args.run, |path| {
        top.has_directory(Some(&base), path).unwrap_or(false)
    });
    timings.files(note.files);
    timings.step("cache");
    Ok(Prepared { plan, top, base: Some(base) })
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
    let Some(state) = Note::state(plan, top, base, &witnesses) else { return Ok(false) };
    if !state.settled_before(started) {
        return Ok(false);
    }
    let written = |error: std::io::Error| Failure::file(store.dir(), "can't be written", &error);
    let name = store.keep_base(base).map_err(written)?;
    let note = Note::new(plan, name, warnings, witnesses, state);
    let note = serde_json::to_vec(&note).map_err(|error| Failure::caused(&error))?;
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
