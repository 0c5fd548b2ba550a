//! `run --memo DIR`: what a command left the last time, instead of running it again.
//!
//! The key is the [identity](hermitage_view::digest) of the command and of all that it sees, the content of the writable trees
//! included; so the same key means the same inputs, and what was left then is put there again: [`outcome`] is what came,
//! went and changed in the writable trees, [`store`] keeps it, [`restore`] puts it back.

mod outcome;
mod restore;
mod runner;
mod store;

use std::path::{Path, PathBuf};

use hermitage_mountns::ByteString;
use hermitage_view::digest::Sum;

use crate::args::{BackendName, RunVerbArgs};
use crate::digest::{Asked, Inputs};
use crate::failure::Failure;
use crate::prepare::bound;
use crate::report::{Reporter, Verbosity};
use crate::source::absolute;
use crate::verbs::Context;
use outcome::Outcome;
use store::{Problem, Store};

/// How large a store may grow, unless told otherwise.
const LIMIT: u64 = 2 << 30;

/// What is to be run.
#[derive(Debug)]
struct Task {
    key: Sum,
    inputs: Inputs,
}

pub(crate) fn run(args: &RunVerbArgs, dir: &Path, context: &Context) -> Result<u8, Failure> {
    refuse(args, context)?;
    let reporter = context.reporter;
    let task = Task::of(args)?;
    bound(context.config.cache_limit(), reporter);
    task.refuse_store_inside(&absolute(dir)?, args)?;
    let opened = Store::open(dir, args.memo.memo_size.unwrap_or(LIMIT))
        .and_then(|store| Ok((store.hold(&task.key)?, store)));
    // Of several that have the same to do one does it, and the others take what it left.
    let (_held, store) = match opened {
        Ok(opened) => opened,
        Err(failure) => {
            reporter
                .warning(format_args!("the command is run without a store: {}", brief(&failure)));
            return Ok(runner::run()?.code);
        }
    };
    match replay(&store, &task) {
        Ok(()) => {
            reporter.detail("not run: what the command left the last time is there again");
            return Ok(0);
        }
        Err(Problem::Absent) => {}
        Err(Problem::Damaged(what)) => {
            reporter.warning(format_args!("{what}: it is dropped, and the command is run"));
            store.drop_run(&task.key);
        }
        Err(Problem::Fatal(failure)) => return Err(failure),
    }
    let recorded = runner::run()?;
    if recorded.code != 0 {
        return Ok(recorded.code);
    }
    let kept = inputs(args)
        .and_then(|after| Outcome::between(&task.inputs, &after))
        .and_then(|outcome| store.keep(&task.key, &outcome, &recorded, &task.inputs.root));
    if let Err(failure) = kept {
        reporter.warning(format_args!("what the command left is not stored: {}", brief(&failure)));
    }
    Ok(0)
}

/// What the command sees now. What there is to be warned of the command's own process tells.
fn inputs(args: &RunVerbArgs) -> Result<Inputs, Failure> {
    let RunVerbArgs { target, closure, view, run, start, .. } = args;
    let asked = Asked { target, closure, view, run };
    Inputs::of(asked, &start.command, Reporter::new(Verbosity::Quiet))
}

/// What went wrong, without advice.
fn brief(failure: &Failure) -> String {
    failure.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Puts there what the store has, and says what was said.
fn replay(store: &Store, task: &Task) -> Result<(), Problem> {
    let run = store.find(&task.key)?;
    // Before anything is touched, all of it is known to be whole.
    let said = runner::said(&run, store)?;
    restore::restore(&run.outcome, store, &task.inputs.root)?;
    runner::say(said)
}

/// What can make a result depend on more than is in the key.
fn refuse(args: &RunVerbArgs, context: &Context) -> Result<(), Failure> {
    let start = &args.start;
    let landlock = context.config.backend(start.backend) == BackendName::Landlock;
    let reasons = [
        (args.run.share_net, "--share-net: what the network answers is not known beforehand"),
        (args.run.share_session, "--share-session: what is typed in is not known beforehand"),
        (args.run.keep_ownership, "--keep-ownership: the owners of files are not stored"),
        (start.allow_changed, "--allow-changed: such a result can't be trusted"),
        (landlock, "the backend landlock: it hides nothing, so a command sees more than is known"),
        (start.timings.is_some(), "--timings: a command that is not run takes no time"),
    ];
    match reasons.iter().find(|(holds, _)| *holds) {
        None => Ok(()),
        Some((_, reason)) => Err(Failure::new(format!("--memo does not go with {reason}"))),
    }
}

impl Task {
    fn of(args: &RunVerbArgs) -> Result<Self, Failure> {
        let inputs = inputs(args)?;
        Ok(Self { key: inputs.digest(), inputs })
    }

    /// A command that sees the store sees what others left, and could change it.
    fn refuse_store_inside(&self, store: &Path, args: &RunVerbArgs) -> Result<(), Failure> {
        // What is not there yet will be below what is.
        let there = store.ancestors().find(|path| path.exists()).unwrap_or(store);
        let real = there.canonicalize().unwrap_or_else(|_| there.to_owned());
        let is_above = |path: &PathBuf| {
            let tree = crate::source::outside(&self.inputs.root, path);
            tree.canonicalize().is_ok_and(|tree| real.starts_with(tree))
        };
        let trees = args.view.write.iter().chain(&args.view.read);
        let trees = trees.map(|path| absolute(path)).collect::<Result<Vec<_>, _>>()?;
        match trees.iter().find(|path| is_above(path)) {
            None => Ok(()),
            Some(tree) => Err(Failure::new(format!(
                "--memo {}: it is in {}, which the command sees",
                store.display(),
                tree.display()
            ))
            .advise("Keep the store elsewhere.")),
        }
    }
}

/// A path in the words of a message.
fn shown(path: &[u8]) -> ByteString {
    path.into()
}
