//! Which packages belong to the view.

use std::collections::BTreeSet;

use hermitage_atom::{DepSpec, Pattern};
use hermitage_depgraph::{
    BranchPolicy, Closure, Member, MemberId, Origin, Policy, Query, RootKind, Source as _,
    SystemSet,
};

use crate::args::{BranchName, ClosureArgs, ClosureName, TargetArgs};
use crate::failure::Failure;
use crate::report::Reporter;
use crate::source::Machine;
use crate::target::{self, Wanted};

/// A closure, and which of its packages are withheld.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(crate) closure: Closure,
    kept: Vec<bool>,
}

/// Resolves what is asked for. What is not satisfied is in the answer; see [`Selection::check`].
pub(crate) fn select(
    target: &TargetArgs,
    args: &ClosureArgs,
    machine: &Machine,
    reporter: Reporter,
) -> Result<Selection, Failure> {
    let wanted = target::wanted(target, args.phase, machine)?;
    let patterns = |texts: &[String]| {
        texts.iter().map(|text| target::parse_pattern(text)).collect::<Result<Vec<_>, _>>()
    };
    if target.target.is_some()
        && args.phase.is_none()
        && args.closure != Some(ClosureName::RuntimeOnly)
    {
        note_of_nothing(&wanted, reporter);
    }
    let query = Query::new(wanted.target)
        .classes(wanted.classes)
        .policy(policy(args.closure))
        .branch(branch(args.branch))
        .system(system(args, &patterns(&args.also)?, machine, reporter)?)
        .without(patterns(&args.without)?)
        .provided(machine.provided_telling(reporter));
    let closure = query.resolve(&machine.roots())?;
    let kept = kept(&closure, &patterns(&args.withhold)?, machine)?;
    machine.check()?;
    Ok(Selection { closure, kept })
}

/// @system, and what counts as if it were in it because it is installed.
fn system(
    args: &ClosureArgs,
    also: &[Pattern],
    machine: &Machine,
    reporter: Reporter,
) -> Result<SystemSet, Failure> {
    let set = machine.system_set(args.system.as_deref(), reporter)?;
    if also.is_empty() {
        return Ok(set);
    }
    let packages = machine.place(RootKind::Broot).packages.packages().iter();
    let meant =
        packages.filter(|(_, package)| also.iter().any(|pattern| pattern.matches(*package)));
    let atoms = meant.map(|(_, package)| target::parse_atom(&format!("={}", package.cpv())));
    Ok(set.union(atoms.collect::<Result<SystemSet, _>>()?))
}

/// An installed package of a binary distribution records what it needs to run, and nothing about how it was built.
fn note_of_nothing(wanted: &Wanted, reporter: Reporter) {
    let is_empty = |class| wanted.target.dependencies(class).is_none_or(DepSpec::is_empty);
    if wanted.classes.iter().all(is_empty) {
        reporter.note(format_args!(
            "{} records no build dependencies; --closure runtime-only is the package itself with what it needs to run, \
             --phase merge what it declares for that",
            wanted.target.label()
        ));
    }
}

impl Selection {
    /// The packages in order, without those that are withheld.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.closure.packages().filter(|member| self.keeps(member.id()))
    }

    pub(crate) fn keeps(&self, id: MemberId) -> bool {
        self.kept[id.index()]
    }

    /// Whether whoever asks for something is there.
    pub(crate) fn keeps_origin(&self, origin: Origin) -> bool {
        match origin {
            Origin::Target | Origin::System => true,
            Origin::Member(id) => self.keeps(id),
        }
    }

    /// The names and versions of the packages that @system brings in.
    pub(crate) fn of_system(&self) -> BTreeSet<&str> {
        let nothing = vec![false; self.kept.len()];
        let reached = reached(&self.closure, &[Origin::System], &nothing);
        let system = self.closure.packages().filter(|member| reached[member.id().index()]);
        system.map(|member| member.cpv().as_str()).collect()
    }

    /// Fails when a dependency is not satisfied or not understood, unless that is allowed; then warns.
    pub(crate) fn check(&self, allowed: bool, reporter: Reporter) -> Result<(), Failure> {
        let problems = self.problems();
        self.tell_blocked(reporter);
        let Some(first) = problems.first() else { return Ok(()) };
        if allowed {
            for problem in &problems {
                reporter.warning(problem);
            }
            return Ok(());
        }
        let more = match problems.len() - 1 {
            0 => String::new(),
            n => format!(" (and {n} more, which --allow-unsatisfied lists)"),
        };
        Err(Failure::new(format!("{first}{more}"))
            .advise("Install it, or go on without it with --allow-unsatisfied."))
    }

    /// A blocker changes nothing about what is visible, but Portage would not build like that when both are declared.
    fn tell_blocked(&self, reporter: Reporter) {
        for blocked in self.closure.blocked().iter().filter(|b| self.keeps_origin(b.from)) {
            let (from, class) = (self.closure.chain_of(blocked.from), blocked.class);
            let text = format!("blocked: {from} --{class} {}--> {}", blocked.atom, blocked.cpv);
            if blocked.in_closure {
                reporter.note(format_args!("{text}, which is visible all the same"));
            } else {
                reporter.detail(format_args!("{text}, which is installed"));
            }
        }
    }

    fn problems(&self) -> Vec<String> {
        let closure = &self.closure;
        let unsatisfied = closure.unsatisfied().iter().filter(|u| self.keeps_origin(u.from));
        let mut problems: Vec<_> = unsatisfied
            .map(|unsatisfied| {
                let class = unsatisfied.class.map_or(String::new(), |class| format!("{class} "));
                let rejected: Vec<_> = unsatisfied
                    .rejected
                    .iter()
                    .map(|rejection| format!("{} will not do: {}", rejection.cpv, rejection.reason))
                    .collect();
                let because = if rejected.is_empty() {
                    String::new()
                } else {
                    format!("; {}", rejected.join("; "))
                };
                format!(
                    "unsatisfied dependency: {} --{class}{}--> nothing that is installed{because}",
                    closure.chain_of(unsatisfied.from),
                    unsatisfied.text
                )
            })
            .collect();
        problems.extend(closure.malformed().iter().map(|malformed| {
            format!("{}: {} can't be parsed: {}", malformed.cpv, malformed.class, malformed.error)
        }));
        problems
    }
}

/// What is reachable without passing through a package that is withheld.
fn kept(closure: &Closure, withhold: &[Pattern], machine: &Machine) -> Result<Vec<bool>, Failure> {
    let count = closure.packages().len();
    if withhold.is_empty() {
        return Ok(vec![true; count]);
    }
    let matches = |pattern: &Pattern, member: &Member| {
        let package = machine.place(member.root()).packages.packages().get(member.package());
        pattern.matches(package)
    };
    if let Some(pattern) =
        withhold.iter().find(|pattern| !closure.packages().any(|member| matches(pattern, member)))
    {
        return Err(Failure::new(format!(
            "--withhold {pattern}: no such package would be there anyway"
        )));
    }
    let withheld: Vec<bool> = closure
        .packages()
        .map(|member| withhold.iter().any(|pattern| matches(pattern, member)))
        .collect();
    Ok(reached(closure, &[Origin::Target, Origin::System], &withheld))
}

/// What is reached from the starts without passing through a package that is in the way, by member.
fn reached(closure: &Closure, starts: &[Origin], in_the_way: &[bool]) -> Vec<bool> {
    let mut reached = vec![false; in_the_way.len()];
    let mut grown = true;
    while grown {
        grown = false;
        for member in closure.packages() {
            let at = member.id().index();
            let asked = member.reasons().iter().any(|reason| match reason.from {
                Origin::Member(id) => reached[id.index()],
                start => starts.contains(&start),
            });
            if !reached[at] && !in_the_way[at] && asked {
                reached[at] = true;
                grown = true;
            }
        }
    }
    reached
}

fn policy(name: Option<ClosureName>) -> Policy {
    match name {
        Some(ClosureName::Direct) => Policy::Direct,
        Some(ClosureName::Loadable) => Policy::DirectLoadable,
        None | Some(ClosureName::Runtime) => Policy::DirectRuntime,
        Some(ClosureName::RuntimeOnly) => Policy::RuntimeOnly,
    }
}

pub(crate) fn branch(name: Option<BranchName>) -> BranchPolicy {
    match name {
        None | Some(BranchName::First) => BranchPolicy::First,
        Some(BranchName::All) => BranchPolicy::All,
    }
}
