//! What looks at calls.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;

use super::book::Book;
use super::caller::{Callers, Trouble};
use super::programs::interpreter;
use super::request::{Purpose, Request};
use super::walk::{End, Node, Seen, Sight, Walker};
use crate::observation::{Answer, UntoldReason};
use crate::sys;

/// A script may be run by a script, so often as the kernel allows it.
const MOST_INTERPRETERS: usize = 5;

#[derive(Debug)]
pub(super) struct Eyes {
    walker: Walker,
    callers: Callers,
    book: Arc<Mutex<Book>>,
}

impl Eyes {
    pub(super) fn new(walker: Walker, callers: Callers, book: Arc<Mutex<Book>>) -> Self {
        Self { walker, callers, book }
    }

    /// Until nobody is left who could call, or the listener fails.
    pub(super) fn watch(&mut self, listener: &OwnedFd) {
        sys::answer_on_same_processor(listener.as_fd());
        loop {
            match sys::next_call(listener.as_fd()) {
                Ok(call) => {
                    self.see(listener, &call);
                    sys::let_go_on(listener.as_fd(), call.id);
                }
                Err(Errno::INTR) => {}
                // Whoever called was killed meanwhile, or there is nobody any more.
                Err(Errno::NOENT) if !hung_up(listener) => {}
                Err(Errno::NOENT) => return,
                Err(_) => sys::exit_now(1),
            }
        }
    }

    fn see(&mut self, listener: &OwnedFd, call: &libc::seccomp_notif) {
        let request = Request::of(call, &mut self.callers);
        // Else what was read may be another's, who has got the same number; and the call does not go on.
        if request == Err(Trouble::Nothing) || !sys::still_waits(listener.as_fd(), call.id) {
            return;
        }
        let mut seen = Seen::new();
        let looked = match request {
            Ok(request) => self.look(request, call.pid, &mut seen),
            Err(trouble) => Err(trouble),
        };
        if seen.is_empty() && looked.is_ok() {
            return;
        }
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.note(seen, call.pid);
        if let Err(Trouble::Untold(reason)) = looked {
            book.note_untold(reason, call.pid);
        }
    }

    /// Goes where a call goes, and tells what of it is new.
    fn look(&mut self, request: Request, thread: u32, seen: &mut Seen) -> Result<(), Trouble> {
        let Request { root, mut base, mut path, follow, purpose } = request;
        for _ in 0..=MOST_INTERPRETERS {
            let Some(end) = self.walker.walk([&root, &base], &path, follow, seen) else { break };
            if end.inside && end.node == Node::Unknown {
                return Err(Trouble::Untold(UntoldReason::View));
            }
            let outcome = outcome(purpose, &end);
            if let Some(answer) = outcome.filter(|_| end.inside) {
                let path = if end.path.is_empty() { b"/".to_vec() } else { end.path.clone() };
                seen.push(Sight { path, answer, asked: None });
            }
            // What is mounted may hold programs whose interpreters are of the view.
            let runs = purpose == Purpose::Execute && !end.inside;
            if outcome != Some(Answer::Executed) && !runs {
                break;
            }
            let Some(next) = self.walker.open(&end.path).as_ref().and_then(interpreter) else {
                break;
            };
            if !next.starts_with(b"/") {
                base = self.callers.cwd(thread)?;
            }
            path = next;
        }
        Ok(())
    }
}

/// What comes of it, beside that something is found.
fn outcome(purpose: Purpose, end: &End) -> Option<Answer> {
    match (purpose, &end.node) {
        (Purpose::List | Purpose::Read, Node::Dir) => Some(Answer::Listed),
        (Purpose::Read, Node::File { readable: false, .. })
        | (Purpose::Execute, Node::File { executable: false, .. } | Node::Dir) => {
            Some(Answer::Denied)
        }
        (Purpose::Execute, Node::File { executable: true, .. }) => Some(Answer::Executed),
        _ => None,
    }
}

/// Whether nobody is left whose calls the listener would be told of.
fn hung_up(listener: &OwnedFd) -> bool {
    let mut fds = [PollFd::new(listener, PollFlags::IN)];
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    let polled = rustix::event::poll(&mut fds, Some(&now));
    polled.is_ok() && fds[0].revents().contains(PollFlags::HUP)
}
