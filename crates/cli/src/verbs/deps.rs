//! `hermitage deps`: the closure, with the reason for each package.

use hermitage_depgraph::{ClosureReport, Link, Member, Origin, Reason};

use super::Context;
use crate::args::{DepsArgs, DepsFormat};
use crate::called::Called;
use crate::closure::{self, Selection};
use crate::failure::Failure;
use crate::output::Output;
use crate::source::Machine;

/// Prints the closure. What is not satisfied is an error after that, so that there is something to look at.
pub(crate) fn deps(mut args: DepsArgs, context: &Context) -> Result<u8, Failure> {
    context.config.complete_closure(&mut args.closure);
    let machine = Machine::open(&args.closure.source, context.reporter)?;
    let selection = closure::select(&args.target, &args.closure, &machine, context.reporter)?;
    let mut out = Output::new();
    match args.format {
        DepsFormat::Text => text(&selection, &machine, &mut out)?,
        DepsFormat::Json => out.json(&report(&selection))?,
        DepsFormat::Dot => dot(&selection, &mut out)?,
        DepsFormat::Tsv => tsv(&selection, &mut out)?,
    }
    out.finish()?;
    selection.check(args.closure.allow_unsatisfied, context.reporter)?;
    Ok(0)
}

fn report(selection: &Selection) -> ClosureReport {
    let mut report = selection.closure.report();
    let kept: Vec<_> =
        selection.closure.packages().map(|member| selection.keeps(member.id())).collect();
    let mut kept = kept.into_iter();
    report.packages.retain(|_| kept.next().unwrap_or(true));
    let names: std::collections::BTreeSet<_> = selection
        .closure
        .packages()
        .filter(|member| !selection.keeps(member.id()))
        .map(|member| member.cpv().to_string())
        .collect();
    for package in &mut report.packages {
        package.why.retain(|reason| !names.contains(&reason.from));
    }
    report
}

fn tsv(selection: &Selection, out: &mut Output) -> Result<(), Failure> {
    for member in selection.members() {
        for reason in reasons(selection, member) {
            let class = class(reason);
            let atom = reason.link.atom().unwrap_or_default();
            let from = selection.closure.name_of(reason.from);
            out.fields([
                member.cpv().as_str().as_bytes(),
                from.as_bytes(),
                class.as_bytes(),
                atom.as_bytes(),
            ])?;
        }
    }
    Ok(())
}

fn dot(selection: &Selection, out: &mut Output) -> Result<(), Failure> {
    out.line("digraph deps {\n  rankdir=LR;\n  node [shape=box];")?;
    for member in selection.members() {
        for reason in reasons(selection, member).filter(|reason| reason.link != Link::Itself) {
            let from = selection.closure.name_of(reason.from);
            let label = format!("{} {}", class(reason), reason.link.atom().unwrap_or_default());
            out.line(format_args!(
                "  {} -> {} [label={}];",
                quoted(from),
                quoted(member.cpv().as_str()),
                quoted(label.trim())
            ))?;
        }
    }
    out.line("}")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn class(reason: &Reason) -> String {
    reason.link.class().map_or_else(String::new, |class| class.to_string())
}

fn reasons<'s>(selection: &'s Selection, member: &'s Member) -> impl Iterator<Item = &'s Reason> {
    member.reasons().iter().filter(|reason| selection.keeps_origin(reason.from))
}

/// Each package below the one that asks for it on the shortest way from the target, or else from @system.
fn text(selection: &Selection, machine: &Machine, out: &mut Output) -> Result<(), Failure> {
    let shown = vec![false; selection.closure.packages().len()];
    let mut tree = Tree { selection, called: Called::on(machine), shown };
    out.line(tree.called.name(selection.closure.label()))?;
    tree.below(Origin::Target, 1, out)?;
    let mut system =
        selection.members().filter(|member| !tree.shown[member.id().index()]).peekable();
    if system.peek().is_some() {
        out.line("@system")?;
        tree.below(Origin::System, 1, out)?;
    }
    let (total, direct) =
        (selection.members().count(), selection.members().filter(|m| m.is_direct()).count());
    let system = selection.members().filter(|m| m.is_system()).count();
    out.line(format_args!(
        "{total} packages: {direct} declared, {system} of @system, the rest needed by these"
    ))
}

struct Tree<'s> {
    selection: &'s Selection,
    called: Called<'s>,
    shown: Vec<bool>,
}

impl Tree<'_> {
    /// Breadth first in what it claims, so that a package stands as high as it can; depth first in what it prints.
    fn below(&mut self, origin: Origin, depth: usize, out: &mut Output) -> Result<(), Failure> {
        let mut children = vec![Vec::new(); self.selection.closure.packages().len()];
        let mut queue = std::collections::VecDeque::from([origin]);
        let mut top = Vec::new();
        while let Some(at) = queue.pop_front() {
            for member in self.selection.members() {
                let Some(reason) = member.reasons().iter().find(|reason| reason.from == at) else {
                    continue;
                };
                let index = member.id().index();
                if std::mem::replace(&mut self.shown[index], true) {
                    continue;
                }
                let line = (member, reason);
                match at {
                    Origin::Member(id) => children[id.index()].push(line),
                    _ => top.push(line),
                }
                queue.push_back(Origin::Member(member.id()));
            }
        }
        self.print(&top, &children, depth, out)
    }

    fn print(
        &self,
        lines: &Lines<'_>,
        children: &[Lines<'_>],
        depth: usize,
        out: &mut Output,
    ) -> Result<(), Failure> {
        for (member, reason) in lines {
            let why = match &reason.link {
                Link::Dependency { class, atom, .. } => format!("  ({class} {atom})"),
                Link::System { atom } => format!("  ({atom})"),
                _ => String::new(),
            };
            let (name, why) = (self.called.name(member.cpv().as_str()), self.called.words(&why));
            out.line(format_args!("{}{name}{why}", "  ".repeat(depth)))?;
            self.print(&children[member.id().index()], children, depth + 1, out)?;
        }
        Ok(())
    }
}

type Lines<'s> = Vec<(&'s Member, &'s Reason)>;
