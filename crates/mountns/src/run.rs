use crate::host::HostTree;
use crate::index::{Index, Tree};
use crate::observation::{Change, Observation, Observer, ObserverChoice};
use crate::plan::Plan;
use crate::process::{self, Finished, Job, Payload};
use crate::support::{Backend, BackendChoice, Privilege, Support};
use crate::{Command, Error, ErrorKind, Outcome, verify};

/// Runs a command in what the plan shows, and waits for its end.
///
/// Short for [`Run`] without its options; see there.
///
/// # Errors
/// As [`Run::start`], and when host files changed while the command ran.
pub fn run(
    plan: &Plan,
    support: &Support,
    choice: BackendChoice,
    command: &Command,
) -> Result<Outcome, Error> {
    let report = Run::new(plan).backend(choice).start(support, command)?;
    match report.changes.into_iter().next() {
        Some(change) => Err(change.into_error()),
        None => Ok(report.outcome),
    }
}

/// Runs a command on the host as it is, after `restrict` has put a restriction on the process that becomes it.
///
/// For restrictions that need no namespaces, such as Landlock's. Of the plan only the environment, the working directory, limits,
/// system calls, capabilities and session count: nothing is hidden, network and processes are the host's. What the command leaves behind is ended
/// with it; when the caller is killed, only the command itself is.
///
/// # Errors
/// When `restrict` fails, with its text; when the command is not there or can't be executed. In all these cases the command
/// has not run.
pub fn run_restricted(
    plan: &Plan,
    command: &Command,
    restrict: &dyn Fn() -> Result<(), String>,
) -> Result<Outcome, Error> {
    process::plain::carry_out(plan, command, restrict)
}

/// A run to be started.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    plan: &'a Plan,
    tree: Option<(Index, Option<Index>)>,
    choice: BackendChoice,
    observer: ObserverChoice,
}

/// How a run went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How the command ended.
    pub outcome: Outcome,
    /// What the view was made with.
    pub backend: Backend,
    /// Who watched, when [`Run::observe`] asked for it.
    pub observer: Option<Observer>,
    /// What was looked for, when somebody watched.
    pub observation: Option<Observation>,
    /// Files of the host that changed while the command could see them, by path: it may have seen them before,
    /// after or in between, so its result can't be trusted.
    ///
    /// [`Backend::Served`] tells of the files that were looked at, the others of all.
    pub changes: Vec<Change>,
}

impl<'a> Run<'a> {
    /// A run of what this plan shows.
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, tree: None, choice: BackendChoice::Best, observer: ObserverChoice::None }
    }

    /// Takes what is visible from an index, and from the one below it that it is a difference to, in place of the
    /// plan's entries, of which there may be none then.
    ///
    /// Sizes and times of files are those the host has at the first look.
    #[must_use]
    pub fn index(mut self, top: Index, base: Option<Index>) -> Self {
        self.tree = Some((top, base));
        self
    }

    /// How the view is to be made.
    #[must_use]
    pub fn backend(mut self, choice: BackendChoice) -> Self {
        self.choice = choice;
        self
    }

    /// Whether and how it is recorded what is looked for, and by whom.
    #[must_use]
    pub fn observe(mut self, observer: ObserverChoice) -> Self {
        self.observer = observer;
        self
    }

    /// Runs a command and waits for its end.
    ///
    /// Standard input, output and error are the caller's. Call it while the process has one thread, or while no other
    /// thread holds a lock that a fork would copy: the processes of the run are forks of this one. It ignores SIGINT
    /// and SIGQUIT while it waits, as system(3) does, since the command gets them; a handler of the caller's is left alone. When the calling thread ends, the
    /// run is killed.
    ///
    /// # Errors
    /// When the plan is invalid, when the chosen backend does not work here, when anything of the plan can't be shown
    /// or has changed ([`ErrorKind::Changed`](crate::ErrorKind::Changed)), and when the command is not in the view or
    /// can't be executed. In all these cases the command has not run. When the server of the view or the observer of
    /// calls was killed, the command has run, and the error says that it can't be trusted.
    pub fn start(self, support: &Support, command: &Command) -> Result<Report, Error> {
        let report = self.start_if(support, command, || true)?;
        report.ok_or_else(|| Error::new(ErrorKind::Died))
    }

    /// Runs a command as [`start`](Self::start) does, if `agree` says so; none when it does not, and the command has not
    /// run then.
    ///
    /// It is asked in this process while others make the view: a check of what the view was made from, that takes its
    /// time, costs less so. What goes wrong with the view is of no interest when it does not agree.
    ///
    /// # Errors
    /// As [`start`](Self::start). `agree` may not have been asked then.
    pub fn start_if(
        self,
        support: &Support,
        command: &Command,
        agree: impl FnOnce() -> bool,
    ) -> Result<Option<Report>, Error> {
        let backend = support.select(self.choice)?;
        let observer = self.observer.with(backend)?;
        let plan = self.plan;
        let given = self.tree.map(|(top, base)| Tree::new(top, base)).transpose()?;
        let host = HostTree::new(&plan.host_root.0);
        let filled;
        let (plan, tree) = match (backend, given) {
            (Backend::Served, Some(tree)) => {
                plan.check_over(&tree)?;
                (plan, Some(tree))
            }
            (Backend::Served, None) => {
                plan.check()?;
                verify::all(&plan.entries, &host)?;
                let index = Index::from_entries(&plan.entries, &[])?;
                (plan, Some(Tree::new(index, None)?))
            }
            (_, Some(tree)) => {
                filled = Plan { entries: tree.entries(&host)?, ..plan.clone() };
                filled.check()?;
                (&filled, None)
            }
            (_, None) => {
                plan.check()?;
                (plan, None)
            }
        };
        let payload = Payload::Command(command);
        let job = Job {
            plan,
            tree: tree.as_ref(),
            backend,
            // Only a user namespace gives root another number.
            privilege: plan.surroundings.user.map_or(support.privilege(), |_| Privilege::User),
            observer,
            payload,
        };
        let Some(Finished { outcome, summary, calls }) = process::carry_out(&job, agree)? else {
            return Ok(None);
        };
        let (lookups, changes) = match summary {
            Some(summary) => (Some(summary.observation), summary.changes),
            None => (None, verify::changes(&plan.entries, &host)),
        };
        let observation = match observer {
            None => None,
            Some(Observer::Lookups) => lookups,
            Some(Observer::Calls) => calls,
        };
        Ok(Some(Report { outcome, backend, observer, observation, changes }))
    }
}
