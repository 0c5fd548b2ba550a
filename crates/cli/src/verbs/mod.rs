//! One module for each verb, or for a few small ones.

mod cache;
mod deps;
mod doctor;
mod files;
mod import;
mod landlock;
mod manual;
mod owner;
mod plan;
mod rules;
pub(crate) mod run;
mod why;
mod why_path;

pub(crate) use run::{distrust, start};

use crate::args::{Cli, ClosureArgs, RunArgs, Verb, ViewArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::pure;
use crate::report::Reporter;

/// What every verb is given besides its own arguments.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) reporter: Reporter,
}

impl Context {
    /// Adds to what the command line says of a view, and of a command in it, what the configuration says.
    pub(crate) fn complete(
        &self,
        closure: &mut ClosureArgs,
        view: &mut ViewArgs,
        run: &mut RunArgs,
    ) {
        self.config.complete_closure(closure);
        self.config.complete_view(view);
        self.config.complete_run(run);
        pure::settle(view, run);
    }
}

/// Does what was asked for; returns the exit code.
pub(crate) fn carry_out(cli: Cli) -> Result<u8, Failure> {
    let reporter = crate::reporter(&cli.common);
    let config = Config::load(cli.common.config.as_deref())?;
    let context = Context { config, reporter };
    match cli.verb {
        Verb::Deps(args) => deps::deps(args, &context),
        Verb::Files(args) => files::files(args, &context),
        Verb::Why(args) => why::why(args, &context),
        Verb::Owner(args) => owner::owner(args, &context),
        Verb::Plan(args) => plan::plan(args, &context),
        Verb::Run(args) => run::run(args, &context),
        Verb::Exec(args) => run::exec(&args, &context),
        Verb::Check(args) => crate::check::check(*args, &context),
        Verb::Rebuild(args) => crate::rebuild::rebuild(*args, &context),
        Verb::Digest(args) => crate::digest::digest(*args, &context),
        Verb::Rules(args) => rules::rules(args, &context),
        Verb::Import(args) => import::import(args, &context),
        Verb::Cache(args) => cache::cache(&args, &context),
        Verb::Emerge(args) => crate::portage::emerge(&args.arguments),
        Verb::Portage(args) => crate::portage::carry_out(args, reporter),
        Verb::Doctor(args) => doctor::doctor(args, &context),
        Verb::Demo(args) => crate::demo::demo(&args, &context),
        Verb::Bench(args) => crate::bench::bench(args, &context),
        Verb::Completions(args) => manual::completions(&args),
        Verb::Man { directory } => manual::man(directory.as_deref()),
    }
}
