//! `hermitage rules`: a view written for other sandboxes.

mod bundle;
mod fidelity;
mod format;

use std::path::Path;

use hermitage_rules::Survey;
use hermitage_view::{RealHost, Resolution, View};

use super::Context;
use crate::args::RulesArgs;
use crate::closure;
use crate::failure::Failure;
use crate::output::Output;
use crate::source::Machine;
use crate::visible::{self, Visible};

use format::Written;

pub(crate) fn rules(mut args: RulesArgs, context: &Context) -> Result<u8, Failure> {
    context.config.complete_closure(&mut args.closure);
    context.config.complete_view(&mut args.view);
    let reporter = context.reporter;
    let machine = Machine::open(&args.closure.source, reporter)?;
    let selection = closure::select(&args.target, &args.closure, &machine, reporter)?;
    selection.check(args.closure.allow_unsatisfied, reporter)?;
    let visible = visible::visible(&selection, &args.view, &machine, reporter)?;
    let host = host(&visible)?;
    let survey = survey(&visible, &host);
    let written = format::write(&survey, &args.rules, &args.command, &machine)?;
    fidelity::tell(&written.fidelity, reporter);
    if args.rules.require_exact {
        fidelity::require_exact(&written.fidelity)?;
    }
    match &args.rules.bundle {
        Some(dir) => bundle::make(dir, &written)?,
        None => print(&written)?,
    }
    Ok(0)
}

/// The host that rules are about, which is the one whose paths consumers see.
pub(super) fn host(visible: &Visible) -> Result<RealHost, Failure> {
    if visible.host_root != Path::new("/") {
        return Err(Failure::new(format!(
            "{}: rules name the paths of the running system, so they can only be written for packages that are installed at /",
            visible.host_root.display()
        ))
        .advise("Enter that system with chroot first."));
    }
    Ok(RealHost::new("/"))
}

/// A view with its writable paths.
pub(super) fn survey<'a>(visible: &'a Visible, host: &'a RealHost) -> Survey<'a> {
    use std::os::unix::ffi::OsStrExt as _;
    let canonical = |path: &std::path::PathBuf| real(&visible.view, path.as_os_str().as_bytes());
    Survey::new(&visible.view, host).with_writable(visible.write.iter().map(canonical))
}

/// Where a path leads in the view.
fn real(view: &View, path: &[u8]) -> Vec<u8> {
    match view.resolve(path) {
        Resolution::Node { node, .. } => node.path(),
        Resolution::Beyond { node, rest } => [&node.path()[..], b"/", &rest].concat(),
        _ => path.to_vec(),
    }
}

fn print(written: &Written) -> Result<(), Failure> {
    if let Some(what) = written.needs() {
        return Err(Failure::new(format!(
            "{} alone would not do: {what} goes with it",
            written.name
        ))
        .advise("Give --bundle DIR, which gets both."));
    }
    let mut out = Output::new();
    out.raw(&written.text)?;
    out.finish()
}
