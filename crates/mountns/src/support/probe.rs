//! Trying things out in forked processes.

use std::os::unix::fs::MetadataExt as _;

use rustix::thread::CapabilitySet;

use super::{Ability, Backend, Privilege, Support, reason};
use crate::index::{Index, Tree};
use crate::plan::{Entry, EntryKind, Plan, PlanOptions, Timestamp, Variable};
use crate::process::{self, Job, Payload};
use crate::{ByteString, Error, ErrorKind, Outcome};

/// Files that most machines have; the first that is there is shown and read.
const CANDIDATES: [&str; 6] =
    ["/etc/passwd", "/usr/bin/env", "/etc/os-release", "/usr/bin/true", "/etc/group", "/etc/hosts"];

pub(super) fn probe(backends: &[Backend]) -> Support {
    let privilege = privilege();
    let tried = backends.iter().map(|&backend| (backend, try_backend(backend, privilege)));
    let backends =
        tried.map(|(backend, result)| (backend, result.err().map(|error| reason::of(&error))));
    Support { privilege, backends: backends.collect(), abilities: abilities(privilege) }
}

/// As far as the first one that works.
pub(super) fn first(backends: &[Backend]) -> Support {
    let privilege = privilege();
    let mut tried = Vec::new();
    for &backend in backends {
        let absent = try_backend(backend, privilege).err().map(|error| reason::of(&error));
        let works = absent.is_none();
        tried.push((backend, absent));
        if works {
            break;
        }
    }
    Support { privilege, backends: tried, abilities: Vec::new() }
}

/// Root is who may mount as it is.
pub(super) fn privilege() -> Privilege {
    let root = rustix::process::geteuid().is_root();
    let sets = rustix::thread::capabilities(None);
    let may_mount = sets.is_ok_and(|sets| sets.effective.contains(CapabilitySet::SYS_ADMIN));
    if root && may_mount { Privilege::Root } else { Privilege::User }
}

/// Shows one file of the host and reads it inside.
fn try_backend(backend: Backend, privilege: Privilege) -> Result<(), Error> {
    let (plan, path) = one_file()?;
    let expected = read(&path)?;
    let check = || {
        let same = read(&path)? == expected;
        let wrong =
            || Error::at(path.as_bytes(), ErrorKind::Value("reads differently inside".into()));
        if same { Ok(()) } else { Err(wrong()) }
    };
    let payload = Payload::Check(&check);
    let tree = Tree::new(Index::from_entries(&plan.entries, &[])?, None)?;
    let tree = Some(&tree);
    let job = Job { plan: &plan, tree, backend, privilege, observer: None, payload };
    let finished = process::carry_out(&job, || true)?;
    match finished.map(|finished| finished.outcome) {
        Some(Outcome::Exited(0)) => Ok(()),
        _ => Err(Error::new(ErrorKind::Died)),
    }
}

fn read(path: &str) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| {
        let errno = rustix::io::Errno::from_io_error(&error).unwrap_or(rustix::io::Errno::IO);
        Error::call(format!("read({path:?})"), errno)
    })
}

/// A plan with one file in its directories.
fn one_file() -> Result<(Plan, String), Error> {
    let real = CANDIDATES.iter().filter_map(|path| std::fs::canonicalize(path).ok());
    let file = real.into_iter().find(|path| std::fs::File::open(path).is_ok());
    let none = || ErrorKind::Value("no file to try with is readable".into());
    let file = file.ok_or_else(|| Error::new(none()))?;
    let meta = std::fs::metadata(&file).map_err(|_gone| Error::new(none()))?;
    let path = ByteString::from(file.as_path());
    let nsec = u32::try_from(meta.mtime_nsec()).unwrap_or_default();
    let kind = EntryKind::File {
        mode: meta.mode() & 0o7777,
        size: meta.size(),
        mtime: Timestamp(meta.mtime(), nsec),
    };
    let mut plan = empty();
    let ends = path.0.iter().enumerate().skip(1).filter(|&(_, &byte)| byte == b'/');
    let dirs: Vec<_> = ends.map(|(at, _)| ByteString::from(&path.0[..at])).collect();
    plan.entries.extend(dirs.into_iter().map(dir));
    let text = path.to_string();
    plan.entries.push(Entry { path, kind });
    plan.entries.sort_by(|a, b| a.path.cmp(&b.path));
    plan.entries.dedup();
    Ok((plan, text))
}

/// A plan that shows nothing of the host.
fn empty() -> Plan {
    let options = PlanOptions::default();
    Plan {
        schema: crate::SCHEMA,
        host_root: "/".into(),
        entries: ["/", "/dev", "/proc"].into_iter().map(|path| dir(path.into())).collect(),
        binds: Vec::new(),
        tmpfs: Vec::new(),
        network: options.network,
        hostname: options.hostname,
        env: Vec::<Variable>::new(),
        cwd: options.cwd,
        umask: options.umask,
        limits: Vec::new(),
        session: options.session,
        capabilities: Vec::new(),
        system_calls: options.system_calls,
        collapse: options.collapse,
        surroundings: options.surroundings,
    }
}

fn dir(path: ByteString) -> Entry {
    Entry { path, kind: EntryKind::Dir { mode: 0o755 } }
}

/// The steps every backend needs, by what a run that shows nothing fails at.
fn abilities(privilege: Privilege) -> Vec<Ability> {
    let plan = empty();
    let payload = Payload::Check(&|| Ok(()));
    let backend = Backend::Bind;
    let job = Job { plan: &plan, tree: None, backend, privilege, observer: None, payload };
    let failed = process::carry_out(&job, || true).err();
    let failed = failed.map(|error| (error.to_string(), reason::of(&error)));
    let mut steps = vec![
        ("mount namespace", "CLONE_NEWNS"),
        ("pid namespace", "CLONE_NEWPID"),
        ("ipc namespace", "CLONE_NEWIPC"),
        ("uts namespace", "CLONE_NEWUTS"),
        ("cgroup namespace", "CLONE_NEWCGROUP"),
        ("network namespace", "CLONE_NEWNET"),
        ("loopback device", "IFF_UP"),
        ("fresh tmpfs", "tmpfs"),
        ("recursive mount_setattr", "mount_setattr"),
        ("fresh /proc", "proc"),
        ("fresh /dev/pts", "devpts"),
        ("system call filter", "SECCOMP"),
        ("everything else", ""),
    ];
    if privilege == Privilege::User {
        steps.insert(0, ("user namespace", "CLONE_NEWUSER"));
        steps.insert(1, ("id mapping", "_map"));
    }
    let at = failed
        .as_ref()
        .and_then(|(text, _)| steps.iter().position(|(_, mark)| text.contains(mark)));
    let ability = |(step, (name, _)): (usize, &(&str, &str))| Ability {
        name: (*name).into(),
        absent: at.filter(|&at| step >= at).map(|at| {
            let why = failed.as_ref().map_or_else(String::new, |(_, why)| why.clone());
            if step == at { why } else { format!("not reached: {}", steps[at].0) }
        }),
    };
    let mut list: Vec<_> = steps.iter().enumerate().map(ability).collect();
    list.pop_if(|last| last.absent.is_none());
    list.push(time_namespace(privilege, failed.is_some()));
    list
}

/// What views with clocks of their own need besides.
fn time_namespace(privilege: Privilege, nothing_works: bool) -> Ability {
    let mut plan = empty();
    plan.surroundings.fresh_clocks = true;
    let absent = if nothing_works {
        Some("not reached: what every view needs".into())
    } else {
        let payload = Payload::Check(&|| Ok(()));
        let backend = Backend::Bind;
        let job = Job { plan: &plan, tree: None, backend, privilege, observer: None, payload };
        process::carry_out(&job, || true).err().map(|error| reason::of(&error))
    };
    Ability { name: "time namespace".into(), absent }
}
