//! What is going to be mounted and run, from the view and the options.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use hermitage_mountns::{
    Bind, ByteString, Capability, Index, Limit, Network, Plan, PlanOptions, Resource, Session,
    SystemCalls, Tmpfs, Variable,
};

use hermitage_view::Node;

use crate::args::{ClosureArgs, RunArgs, SyscallLevel, TargetArgs, ViewArgs};
use crate::closure::{self, Selection};
use crate::failure::Failure;
use crate::pure;
use crate::report::Reporter;
use crate::source::{Machine, absolute, outside};
use crate::timing::Timings;
use crate::visible::{self, Visible};

/// A plan, and all that it was worked out from.
#[derive(Debug)]
pub(crate) struct Worked {
    pub(crate) machine: Machine,
    pub(crate) selection: Selection,
    pub(crate) visible: Visible,
    pub(crate) plan: Plan,
}

/// A view without a plan, and all that it was worked out from.
#[derive(Debug)]
pub(crate) struct Surveyed {
    pub(crate) machine: Machine,
    pub(crate) selection: Selection,
    pub(crate) visible: Visible,
    /// When the target was made, if that is known.
    pub(crate) epoch: Option<u64>,
}

/// From the command line to a plan.
pub(crate) fn work(
    target: &TargetArgs,
    closure: &ClosureArgs,
    view: &ViewArgs,
    run: &RunArgs,
    reporter: Reporter,
    timings: &mut Timings,
) -> Result<Worked, Failure> {
    let (machine, selection) = chosen(target, closure, reporter, timings)?;
    let visible = visible::visible(&selection, view, &machine, reporter)?;
    told(&visible, run, reporter, timings);
    let mut plan = of_view(&visible, run)?;
    pure::set_epoch(&mut plan, run, pure::epoch(target, run, &machine)?);
    timings.step("plan");
    Ok(Worked { machine, selection, visible, plan })
}

/// From the command line to a view that knows no more of files than their names.
pub(crate) fn survey(
    target: &TargetArgs,
    closure: &ClosureArgs,
    view: &ViewArgs,
    run: &RunArgs,
    reporter: Reporter,
    timings: &mut Timings,
) -> Result<Surveyed, Failure> {
    let (machine, selection) = chosen(target, closure, reporter, timings)?;
    let visible = visible::names(&selection, view, &machine, reporter)?;
    told(&visible, run, reporter, timings);
    let epoch = pure::epoch(target, run, &machine)?;
    Ok(Surveyed { machine, selection, visible, epoch })
}

fn chosen(
    target: &TargetArgs,
    closure: &ClosureArgs,
    reporter: Reporter,
    timings: &mut Timings,
) -> Result<(Machine, Selection), Failure> {
    let machine = Machine::open(&closure.source, reporter)?;
    timings.step("database");
    let selection = closure::select(target, closure, &machine, reporter)?;
    selection.check(closure.allow_unsatisfied, reporter)?;
    timings.step("closure");
    Ok((machine, selection))
}

fn told(visible: &Visible, run: &RunArgs, reporter: Reporter, timings: &mut Timings) {
    timings.files(visible.view.len());
    warn_of_foreign(&visible.host_root, &visible.write, run, reporter);
    timings.step("view");
}

/// Root keeps no capabilities inside, so what belongs to somebody else is not root's to write.
pub(crate) fn warn_of_foreign(
    host_root: &Path,
    write: &[PathBuf],
    run: &RunArgs,
    reporter: Reporter,
) {
    use std::os::unix::fs::MetadataExt as _;
    if run.keep_ownership || !rustix::process::geteuid().is_root() {
        return;
    }
    // True of this run: another may keep ownership, or find another owner.
    let reporter = reporter.unrecorded();
    for path in write {
        let owner = std::fs::metadata(outside(host_root, path)).map_or(0, |meta| meta.uid());
        if owner != 0 {
            let path = path.display();
            reporter.warning(format_args!(
                "{path} belongs to user {owner}: inside root has no power over other users' files and can't write there; --keep-ownership keeps it"
            ));
        }
    }
}

/// The whole plan of a view.
pub(crate) fn of_view(visible: &Visible, run: &RunArgs) -> Result<Plan, Failure> {
    let Visible { view, host_root, read, write } = visible;
    let options = PlanOptions { read: read.clone(), write: write.clone(), ..options(run) };
    let mut plan = Plan::from_view(view, host_root, &options)?;
    let dir = directory(&plan, run, |path| plan.may_be_directory(path));
    start_in(&mut plan, run, dir);
    hide_cache(&mut plan);
    Ok(plan)
}

/// The plan of a view without its entries, and the two indices that have them; the second has what `is_shared`.
pub(crate) fn of_names(
    visible: &Visible,
    run: &RunArgs,
    is_shared: &dyn Fn(&Node<'_>) -> bool,
) -> Result<(Plan, Index, Index), Failure> {
    let Visible { view, host_root, read, write } = visible;
    let options = PlanOptions { read: read.clone(), write: write.clone(), ..options(run) };
    let (mut plan, top, base) = Plan::indexed(view, host_root, &options, is_shared)?;
    let dir = directory(&plan, run, |path| has_directory(&top, &base, path));
    start_in(&mut plan, run, dir);
    hide_cache(&mut plan);
    Ok((plan, top, base))
}

/// Whether two indices have a directory at a path.
pub(crate) fn has_directory(top: &Index, base: &Index, path: &[u8]) -> bool {
    top.has_directory(Some(base), path).unwrap_or(false)
}

/// A plan without entries, which are in an index; `is_directory` says what it has.
pub(crate) fn of_index(
    host_root: ByteString,
    binds: Vec<Bind>,
    run: &RunArgs,
    is_directory: impl Fn(&[u8]) -> bool,
) -> Plan {
    let mut plan = Plan::of_options(host_root, binds, &options(run));
    let dir = directory(&plan, run, is_directory);
    start_in(&mut plan, run, dir);
    hide_cache(&mut plan);
    plan
}

/// A plan of settings alone, that shows nothing and runs nowhere.
pub(crate) fn of_settings(run: &RunArgs) -> Plan {
    Plan::of_options("/".into(), Vec::new(), &options(run))
}

fn options(run: &RunArgs) -> PlanOptions {
    let mut options = PlanOptions {
        network: if run.share_net { Network::Host } else { Network::Loopback },
        session: if run.share_session { Session::Shared } else { Session::New },
        env: environment(run),
        limits: limits(run),
        system_calls: system_calls(run.syscalls),
        collapse: run.collapse,
        surroundings: pure::surroundings(run),
        capabilities: if run.keep_ownership { Capability::OWNERSHIP.to_vec() } else { Vec::new() },
        ..PlanOptions::default()
    };
    if let Some(size) = run.tmp_size {
        options.tmpfs.iter_mut().for_each(|tmpfs| tmpfs.size = Some(size));
    }
    options
}

/// Covers our own cache where it lies in a tree of the host that is shown: it names what is hidden, and who could
/// write there could make later runs see other things.
fn hide_cache(plan: &mut Plan) {
    if plan.binds.is_empty() {
        return;
    }
    let Ok(cache) = crate::import::cache_directory() else { return };
    let cache = cache.canonicalize().unwrap_or(cache);
    let Ok(inside) = cache.strip_prefix(plan.host_root.as_path()) else { return };
    let path = Path::new("/").join(inside);
    let within = |bind: &Bind| {
        let tree = bind.destination.as_path();
        path.starts_with(tree) && path != tree
    };
    if plan.binds.iter().any(within) {
        let path = path.as_path().into();
        plan.tmpfs.push(Tmpfs { path, mode: 0o700, size: Some(4096) });
        plan.tmpfs.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

/// Sets the working directory, and `PWD` where that would tell of another one: shells look whether it is where they are, and
/// what is looked for is of interest.
#[allow(clippy::disallowed_methods, reason = "this is the command line")]
fn start_in(plan: &mut Plan, run: &RunArgs, dir: ByteString) {
    let stays = std::env::current_dir().is_ok_and(|outside| dir == outside.as_path().into());
    let is_given = run.env.iter().any(|word| {
        let word = word.as_bytes();
        word == b"PWD" || word.starts_with(b"PWD=")
    });
    if !stays && !is_given && variable(plan, "PWD").is_some() {
        set_variable(plan, "PWD", dir.clone());
    }
    plan.cwd = dir;
}

fn directory(plan: &Plan, run: &RunArgs, is_directory: impl Fn(&[u8]) -> bool) -> ByteString {
    match &run.chdir {
        // It is refused as it is where nobody knows what it is relative to.
        Some(dir) => absolute(dir).as_deref().unwrap_or(dir).into(),
        None => current_directory(plan, is_directory),
    }
}

/// The last one given for each resource, in a fixed order; what is not given is as outside, or with `--pure` as everywhere.
fn limits(run: &RunArgs) -> Vec<Limit> {
    let mut given = if run.pure { pure::limits() } else { Vec::new() };
    given.extend(&run.limit);
    let last = |&resource| given.iter().rfind(|limit| limit.resource == resource).copied();
    Resource::ALL.iter().filter_map(last).collect()
}

fn system_calls(level: Option<SyscallLevel>) -> SystemCalls {
    match level {
        Some(SyscallLevel::Native) => SystemCalls::Native,
        Some(SyscallLevel::Build) | None => SystemCalls::Build,
        Some(SyscallLevel::Nested) => SystemCalls::Nested,
        Some(SyscallLevel::Any) => SystemCalls::Any,
    }
}

/// The working directory, if it is visible inside.
#[allow(clippy::disallowed_methods, reason = "this is the command line")]
fn current_directory(plan: &Plan, is_directory: impl Fn(&[u8]) -> bool) -> ByteString {
    let here = std::env::current_dir().ok().filter(|_| plan.host_root.as_bytes() == b"/");
    let visible = |dir: &PathBuf| is_visible(plan, dir, &is_directory);
    here.filter(visible).map_or_else(|| "/".into(), |dir| dir.as_path().into())
}

fn is_visible(plan: &Plan, dir: &Path, is_directory: &impl Fn(&[u8]) -> bool) -> bool {
    // /tmp, /proc and /dev are not the host's: what is there outside is not inside.
    let bytes = dir.as_os_str().as_bytes();
    let within = |tree: &ByteString| dir.starts_with(tree.as_path());
    let fresh = ["/proc", "/dev"].iter().any(|fresh| dir.starts_with(fresh))
        || plan.tmpfs.iter().any(|tmpfs| within(&tmpfs.path) && dir != tmpfs.path.as_path());
    let bound = plan.binds.iter().any(|bind| within(&bind.destination));
    bound || (!fresh && is_directory(bytes))
}

/// The caller's environment, or a few variables of it, or none of it; in the end what was asked for wins.
fn environment(run: &RunArgs) -> Vec<(ByteString, ByteString)> {
    const KEPT: [&str; 4] = ["PATH", "HOME", "LANG", "TERM"];
    let mut env: Vec<(OsString, OsString)> = if run.pure {
        pure::environment()
    } else {
        std::env::vars_os()
            .filter(|(name, _)| !run.clear_env || KEPT.iter().any(|kept| name == kept))
            // Outside it may name a directory that is hidden; inside /tmp is there for this.
            .filter(|(name, _)| name != "TMPDIR")
            .collect()
    };
    for given in &run.env {
        let bytes = given.as_bytes();
        let equals = bytes.iter().position(|&byte| byte == b'=');
        let name = OsStr::from_bytes(&bytes[..equals.unwrap_or(bytes.len())]).to_owned();
        let value = match equals {
            Some(at) => Some(OsStr::from_bytes(&bytes[at + 1..]).to_owned()),
            None => callers_variable(&name),
        };
        env.retain(|(known, _)| *known != name);
        env.extend(value.map(|value| (name, value)));
    }
    env.sort();
    env.iter().map(|(name, value)| (name.as_os_str().into(), value.as_os_str().into())).collect()
}

#[allow(clippy::disallowed_methods, reason = "this is the command line")]
fn callers_variable(name: &OsStr) -> Option<OsString> {
    std::env::var_os(name)
}

/// The value that a plan gives a variable.
pub(crate) fn variable<'p>(plan: &'p Plan, name: &str) -> Option<&'p ByteString> {
    let name = ByteString::from(name);
    plan.env.iter().find(|variable| variable.name == name).map(|variable| &variable.value)
}

/// Has a plan give a variable this value, whatever it had.
pub(crate) fn set_variable(plan: &mut Plan, name: &str, value: impl Into<ByteString>) {
    let (name, value) = (ByteString::from(name), value.into());
    plan.env.retain(|variable| variable.name != name);
    plan.env.push(Variable { name, value });
    plan.env.sort_by(|a, b| a.name.cmp(&b.name));
}
