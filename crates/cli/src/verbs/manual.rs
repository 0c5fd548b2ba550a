//! Completion scripts and manual pages, made from the same description as the command line.

use std::path::Path;

use clap::CommandFactory as _;

use crate::args::{Cli, CompletionsArgs};
use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn completions(args: &CompletionsArgs) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hermitage", &mut script);
    let mut out = Output::new();
    out.raw(&script)?;
    out.finish()?;
    Ok(0)
}

pub(crate) fn man(directory: Option<&Path>) -> Result<u8, Failure> {
    if let Some(directory) = directory {
        std::fs::create_dir_all(directory)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), directory))
            .map_err(|error| {
                Failure::file(directory, "the manual pages can't be written", &error)
            })?;
        return Ok(0);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    let mut out = Output::new();
    out.raw(&page)?;
    out.finish()?;
    Ok(0)
}
