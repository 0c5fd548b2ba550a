//! Mount plans that show exactly a view, and what carries them out without root.
//!
//! A [`Plan`] is data that is printed, saved and read back; [`run`] carries it out in namespaces of its own, with the
//! [`Backend`] that [`Support::probe`] found to work.
//!
//! ```rust,no_run
//! use hermitage_mountns::{BackendChoice, Command, Plan, PlanOptions, Support, run};
//! use hermitage_view::{RealHost, ViewBuilder};
//!
//! let host = RealHost::new("/");
//! let mut builder = ViewBuilder::new(&host);
//! let owner = builder.owner("app-shells/bash-5.3");
//! for path in ["/usr/bin/bash", "/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/libc.so.6"] {
//!     builder.add(path, owner);
//! }
//! let options = PlanOptions { write: vec!["/var/tmp/work".into()], ..PlanOptions::default() };
//! let plan = Plan::from_view(&builder.build()?, "/".as_ref(), &options)?;
//! print!("{}", plan.to_text());
//!
//! let support = Support::probe();
//! let command = Command::new("/usr/bin/bash").args(["-c", "echo /usr/bin/*"]);
//! let outcome = run(&plan, &support, BackendChoice::Best, &command)?;
//! std::process::exit(outcome.code());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The processes of a run are the caller, a supervisor that enters the namespaces, the init process of the view, and the
//! command. Each dies with its parent. The mounts grow on a tmpfs stacked over the root in a private mount namespace, so nothing
//! is created on the host.

mod attendant;
mod bytes;
mod calls;
mod command;
mod crowd;
mod error;
mod host;
mod index;
mod kernel;
mod memory;
#[cfg(feature = "test-support")]
mod model;
mod observation;
mod plan;
mod post;
mod process;
mod run;
mod served;
mod support;
mod sys;
mod verify;
mod wire;

pub use bytes::ByteString;
pub use command::{Command, Outcome};
pub use error::{Error, ErrorKind};
pub use index::{Index, VERSION as INDEX_VERSION, WithNote};
pub use memory::PrivateMemory;
#[cfg(feature = "test-support")]
pub use model::Shown;
pub use observation::{
    Answer, Change, Lookup, Observation, Observer, ObserverChoice, Process, Untold, UntoldReason,
};
pub use plan::{
    Access, Bind, Capability, Cover, Entry, EntryKind, Limit, Network, Plan, PlanOptions, Resource,
    SCHEMA, Session, SpecialKind, Surroundings, SystemCalls, Timestamp, Tmpfs, Variable,
    parse_size,
};
pub use run::{Report, Run, run, run_restricted};
pub use support::{Ability, Backend, BackendChoice, Privilege, Support};
