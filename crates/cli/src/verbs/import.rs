//! `hermitage import dpkg`.

use std::time::Instant;

use hermitage_vdb::dpkg;

use super::Context;
use crate::args::{ImportArgs, ImportDpkgArgs, ImportFrom};
use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn import(args: ImportArgs, context: &Context) -> Result<u8, Failure> {
    let ImportFrom::Dpkg(ImportDpkgArgs { out, root, admindir, no_elf }) = args.from;
    let admindir = admindir.unwrap_or_else(|| root.join("var/lib/dpkg"));
    let started = Instant::now();
    let options = dpkg::Options::default().with_elf(!no_elf);
    let report = dpkg::import(&admindir, &root, &out, &options)?;
    for unfinished in report.unfinished.iter().filter(|package| !package.imported) {
        let (package, status) = (&unfinished.package, &unfinished.status);
        context.reporter.warning(format_args!("{package}: left out, since dpkg says \"{status}\""));
    }
    for absent in &report.absent {
        let path = absent.path.display();
        context
            .reporter
            .detail(format_args!("{path}, of {}: not recorded: {:?}", absent.package, absent.why));
    }
    context.reporter.note(format_args!(
        "{} packages, {} paths ({} listed by dpkg but not on disk), {} in @system, in {:.1} s",
        report.packages,
        report.entries,
        report.absent.len(),
        report.system,
        started.elapsed().as_secs_f64()
    ));
    let mut output = Output::new();
    output.line(out.display())?;
    output.finish()?;
    Ok(0)
}
