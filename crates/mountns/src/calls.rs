//! The observer of a command: a process beside the view that the kernel tells of every call that looks at a path.
//!
//! It stays in the namespaces of the caller, where the command can't end it. Each call waits until the observer has read
//! the path out of the caller's memory, looked at what the view has there, and noted it. It decides nothing: the call
//! then goes on as if nobody had looked. When the observer ends, the kernel has calls fail with ENOSYS, and the run is
//! ended as failed.

mod book;
mod caller;
mod eyes;
mod observer;
mod programs;
mod request;
mod rights;
mod walk;

pub(crate) use observer::{Watch, attach};
