//! `hermitage why`: why something is visible, or what would make it so.

use std::os::unix::ffi::OsStrExt as _;

use hermitage_atom::Cpv;
use hermitage_depgraph::Source as _;

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
        let (kind, id) = target::only(name, ABSOLUTE, &machine)?;
        let cpv = machine.place(kind).packages.packages().get(id).cpv();
        package(&selection, cpv, &Called::on(&machine), &mut out)?
    };
    out.finish()?;
    Ok(u8::from(!shown))
}

fn package(
    selection: &Selection,
    cpv: &Cpv,
    called: &Called<'_>,
    out: &mut Output,
) -> Result<bool, Failure> {
    let member = selection.closure.find(cpv);
    let name = called.name(cpv.as_str());
    match member.filter(|member| selection.keeps(member.id())) {
        Some(_) => {
            let chain = selection.closure.why(cpv).map(|chain| chain.to_string());
            out.line(called.words(&chain.unwrap_or_default()))?;
            Ok(true)
        }
        None if member.is_some() => {
            out.line(format_args!(
                "{name} is not visible: it is withheld, or needed only by what is withheld"
            ))?;
            Ok(false)
        }
        None => {
            out.line(format_args!(
                "{name} is not visible: nothing that is declared needs it\n  to show it, declare {}",
                cpv.cp()
            ))?;
            Ok(false)
        }
    }
}
