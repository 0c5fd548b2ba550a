use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::process::DumpableBehavior;

use super::book::Book;
use super::caller::Callers;
use super::eyes::Eyes;
use super::rights::Rights;
use super::walk::{Mounted, Walker};
use crate::attendant::Attendant;
use crate::kernel::Named as _;
use crate::observation::Observation;
use crate::plan::{Plan, SystemCalls};
use crate::post::Post;
use crate::process::seccomp;
use crate::support::Privilege;
use crate::{Error, ErrorKind, sys};

/// The observer, seen from the caller.
#[derive(Debug)]
pub(crate) struct Watch(pub(crate) Attendant);

/// What the observer is told before it is forked.
#[derive(Debug)]
struct Instruction {
    mounted: Mounted,
    rights: Rights,
    /// Whether processes can get roots and mounts of their own.
    nested: bool,
}

impl Watch {
    /// Forks the observer. `life` tells it whether the caller is still there.
    pub(crate) fn start(
        plan: &Plan,
        privilege: Privilege,
        life: BorrowedFd<'_>,
    ) -> Result<Self, Error> {
        seccomp::check_listener()?;
        // The observer opens its own.
        drop(own_proc()?);
        let instruction = Instruction {
            mounted: Mounted::of(plan),
            rights: Rights::of(plan, privilege)?,
            nested: matches!(plan.system_calls, SystemCalls::Nested | SystemCalls::Any),
        };
        Attendant::start(life, |post| main(post, instruction)).map(Self)
    }

    /// Ends the observer and takes what it has noted.
    pub(crate) fn finish(self) -> Result<Observation, Error> {
        self.0.finish(ErrorKind::ObserverDied)
    }
}

/// Has the observer be told of this process's calls from now on, and of those of all it starts.
///
/// It needs to read our memory, which is ours alone until now: nothing else runs in the view yet that could too.
pub(crate) fn attach(post: &Post) -> Result<(), Error> {
    rustix::process::set_dumpable_behavior(DumpableBehavior::Dumpable)
        .named(|| "prctl(PR_SET_DUMPABLE, 1)".into())?;
    for path in ["/", "/proc"] {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(CWD, path, flags, Mode::empty())
            .named(|| format!("open({path:?}, O_PATH)"))?;
        post.send(fd.as_fd())?;
    }
    let listener = seccomp::listen()?;
    post.send(listener.as_fd())
}

/// Our `/proc`, if it is that of our processes: the kernel tells the numbers that we see.
fn own_proc() -> Result<OwnedFd, Error> {
    let own = rustix::process::getpid().as_raw_nonzero().to_string();
    let told = rustix::fs::readlink("/proc/self", Vec::new());
    if !told.is_ok_and(|told| told.as_bytes() == own.as_bytes()) {
        return Err(Error::new(ErrorKind::Unsupported {
            what: "an observer of calls".into(),
            reason: "/proc is not that of the processes here; mount it anew".into(),
        }));
    }
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open("/proc", flags, Mode::empty()).named(|| "open(\"/proc\", O_PATH)".into())
}

/// The observer itself, until everything is over.
fn main(post: &Post, instruction: Instruction) -> Option<Observation> {
    // The root and /proc of the view, then the listener, then nothing more: everything is over.
    let Ok(Some(root)) = post.receive() else { return Some(Observation::default()) };
    let Ok(Some(view_proc)) = post.receive() else { return Some(Observation::default()) };
    let Ok(Some(listener)) = post.receive() else { return Some(Observation::default()) };
    let proc = Arc::new(own_proc().ok()?);
    let book = Arc::new(Mutex::new(Book::new(Arc::clone(&proc), view_proc)?));
    let walker = Walker::new(root, Arc::clone(&proc), instruction.mounted, instruction.rights);
    let callers = Callers::new(proc, instruction.nested);
    let mut eyes = Eyes::new(walker, callers, Arc::clone(&book));
    let watching = std::thread::Builder::new().spawn(move || {
        // Without us every call fails: whatever ends us before there is nobody left ends the run.
        let fatal = Fatal;
        eyes.watch(&listener);
        std::mem::forget(fatal);
    });
    let _watching = watching.ok()?;
    while let Ok(Some(_more)) = post.receive() {}
    let book = book.lock().ok()?;
    Some(book.observation())
}

/// Ends the process when it goes.
struct Fatal;

impl Drop for Fatal {
    fn drop(&mut self) {
        sys::exit_now(1);
    }
}
