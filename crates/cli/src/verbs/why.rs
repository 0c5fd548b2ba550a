//! `hermitage why`: why something is visible, or what would make it so.

use std::os::unix::ffi::OsStrExt as _;

use hermitage_depgraph::{Origin, PackageId, RootKind, Source as _};

use super::{Context, why_path};
use crate::args::WhyArgs;
use crate::called::Called;
use crate::closure::{self, Selection};
use crate::failure::Failure;
use crate::output::Output;
use crate::source::Machine;
use crate::target;
use crate::visible;

const ABSOLUTE: &str = "A path begins with a slash.";

/// Prints the reason; the exit code is 0 when it is visible and 1 when it is not.
pub(crate) fn why(mut args: WhyArgs, context: &Context) -> Result<u8, Failure> {
    context.config.complete_closure(&mut args.closure);
    context.config.complete_view(&mut args.view);
    let reporter = context.reporter;
    let machine = Machine::open(&args.closure.source, reporter)?;
    let selection = closure::select(&args.target, &args.closure, &machine, reporter)?;
    selection.check(args.closure.allow_unsatisfied, reporter)?;
    let mut out = Output::new();
    let shown = if args.subject.as_bytes().starts_with(b"/") {
        let visible = visible::visible(&selection, &args.view, &machine, reporter)?;
        why_path::explain(args.subject.as_bytes(), &visible, &selection, &machine, &mut out)?
    } else {
        let name = args.subject.to_str().ok_or_else(|| Failure::new("an atom is plain text"))?;
        if name.starts_with('.') {
            return Err(Failure::new(format!("\"{name}\": not an absolute path")).advise(ABSOLUTE));
        }
        package(&selection, name, &machine, &mut out)?
    };
    out.finish()?;
    Ok(u8::from(!shown))
}

/// Tells of the package in each of the places that a name means one in; what is visible in one of them is visible.
fn package(
    selection: &Selection,
    name: &str,
    machine: &Machine,
    out: &mut Output,
) -> Result<bool, Failure> {
    let mut kinds: Vec<_> = RootKind::ALL.map(|kind| machine.roots().canonical(kind)).into();
    kinds.dedup();
    let meant = kinds.iter().map(|&kind| (kind, target::only_in(kind, name, ABSOLUTE, machine)));
    let (meant, mut failures): (Vec<_>, Vec<_>) = meant.partition(|(_, meant)| meant.is_ok());
    if meant.is_empty()
        && let Some((_, Err(failure))) = failures.drain(..).next()
    {
        return Err(failure);
    }
    let called = Called::on(machine);
    let ids = meant.into_iter().filter_map(|(kind, id)| Some((kind, id.ok()?)));
    let answers: Vec<_> =
        ids.map(|(kind, id)| in_place(selection, kind, id, machine, &called)).collect();
    let shown = answers.iter().any(|(shown, _)| *shown);
    for (_, text) in answers.iter().filter(|(is_shown, _)| *is_shown == shown) {
        out.line(text)?;
    }
    Ok(shown)
}

/// Whether a package of one place is visible, and why.
fn in_place(
    selection: &Selection,
    kind: RootKind,
    id: PackageId,
    machine: &Machine,
    called: &Called<'_>,
) -> (bool, String) {
    let packages = machine.place(kind).packages.packages();
    let name = called.name(packages.get(id).cpv().as_str());
    let member = selection.closure.packages_in(kind).find(|member| member.package() == id);
    match member {
        Some(member) if selection.keeps(member.id()) => {
            let chain = selection.closure.chain_of(Origin::Member(member.id()));
            (true, called.words(&chain.to_string()))
        }
        Some(_) => (
            false,
            format!("{name} is not visible: it is withheld, or needed only by what is withheld"),
        ),
        None => (
            false,
            format!(
                "{name} is not visible: nothing that is declared needs it\n  to show it, declare {}",
                target::declaration(packages, id)
            ),
        ),
    }
}
