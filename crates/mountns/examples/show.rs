//! Runs a command in a view of whole trees and single files: `show BACKEND PATH... -- COMMAND ARG...`.
#![allow(clippy::print_stderr, clippy::print_stdout, clippy::exit, reason = "an example's output")]

use hermitage_mountns::{Backend, BackendChoice, Command, Plan, PlanOptions, Support, run};
use hermitage_view::{RealHost, ViewBuilder};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let dashes = args.iter().position(|arg| arg == "--").ok_or("no --")?;
    let host = RealHost::new("/");
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("the command line");
    for path in &args[1..dashes] {
        builder.add(path, owner);
    }
    let view = builder.build()?;
    let env = vec![("PATH".into(), "/usr/bin:/bin".into())];
    let plan = Plan::from_view(&view, Path::new("/"), &PlanOptions { env, ..Default::default() })?;
    let support = Support::probe();
    for ability in support.abilities() {
        eprintln!("{}: {}", ability.name, ability.absent.as_deref().unwrap_or("yes"));
    }
    let backend: Backend = args[0].parse()?;
    let command = Command::new(&args[dashes + 1]).args(&args[dashes + 2..]);
    let outcome = run(&plan, &support, BackendChoice::Only(backend), &command)?;
    eprintln!("{outcome:?}");
    std::process::exit(outcome.code())
}
