//! `hermitage doctor`: what works here, and why the rest does not.

use hermitage_depgraph::Source as _;
use hermitage_mountns::{BackendChoice, Privilege};
use serde::Serialize;

use super::Context;
use super::run::support;
use crate::args::{DoctorArgs, TextOrJson};
use crate::failure::{FAILED, Failure};
use crate::output::Output;
use crate::source::Machine;

#[derive(Debug, Serialize)]
struct Diagnosis {
    schema: u32,
    checks: Vec<Check>,
    backend: Option<String>,
    packages: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Check {
    name: String,
    works: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

/// Prints every check; fails when no view can be made here.
pub(crate) fn doctor(mut args: DoctorArgs, context: &Context) -> Result<u8, Failure> {
    context.config.complete_source(&mut args.source);
    let support = support(&args.pretend_without)?;
    let checks = support.abilities().into_iter();
    let mut checks: Vec<_> = checks
        .map(|ability| Check {
            name: ability.name,
            works: ability.absent.is_none(),
            why_not: ability.absent,
        })
        .collect();
    let machine = Machine::open(&args.source, context.reporter);
    checks.push(Check {
        name: "package database".into(),
        works: machine.is_ok(),
        why_not: machine.as_ref().err().map(ToString::to_string),
    });
    let profile = machine.as_ref().ok().map(|machine| machine.system_set(None, context.reporter));
    checks.push(Check {
        name: "@system".into(),
        works: matches!(profile, Some(Ok(_))),
        why_not: profile.and_then(Result::err).map(|failure| failure.to_string()),
    });
    let packages = machine
        .ok()
        .map(|machine| machine.places().iter().map(|p| p.packages.packages().len()).sum());
    let backend = support.select(BackendChoice::Best).ok().map(|backend| backend.to_string());
    let diagnosis = Diagnosis { schema: 1, checks, backend, packages };
    let mut out = Output::new();
    match args.format {
        TextOrJson::Json => out.json(&diagnosis)?,
        TextOrJson::Text => text(&diagnosis, support.privilege(), &mut out)?,
    }
    out.finish()?;
    Ok(if diagnosis.backend.is_some() { 0 } else { FAILED })
}

fn text(diagnosis: &Diagnosis, privilege: Privilege, out: &mut Output) -> Result<(), Failure> {
    out.line(match privilege {
        Privilege::Root => "running as root: no user namespace is needed, owners are kept",
        Privilege::User => "running as an ordinary user: everything happens in a user namespace",
    })?;
    let width = diagnosis.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    for check in &diagnosis.checks {
        let answer = match &check.why_not {
            None => "yes".to_owned(),
            Some(why) => format!("NO: {}", why.replace('\n', "\n    ")),
        };
        out.line(format_args!("{:width$}  {answer}", check.name))?;
    }
    if let Some(packages) = diagnosis.packages {
        out.line(format_args!("{packages} packages are installed"))?;
    }
    match &diagnosis.backend {
        Some(backend) => out.line(format_args!("views are made with: {backend}")),
        None => out.line("no view can be made here"),
    }
}
