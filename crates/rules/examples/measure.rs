//! Times the rendering of a view of 100,000 files in every format.
//!
//! `cargo run --release -p hermitage-rules --example measure [FILES]`

#![allow(clippy::print_stdout, reason = "an example prints what it measured")]

use std::error::Error;
use std::time::Instant;

use hermitage_rules::{Survey, bwrap, landlock, nsjail, nspawn, oci, sandbox, syd};
use hermitage_view::{MemoryHost, ViewBuilder};

/// A name for what is timed, and what does it and says how much came out.
type Format<'a> = (&'a str, Box<dyn Fn() -> String + 'a>);

fn main() -> Result<(), Box<dyn Error>> {
    let files: usize = std::env::args().nth(1).map_or(Ok(100_000), |count| count.parse())?;
    let mut host = MemoryHost::new();
    let paths: Vec<String> = (0..files).map(path).collect();
    for (number, path) in paths.iter().enumerate() {
        host.insert(path, hermitage_view::Kind::File, 0o644, "");
        // Half of the directories hide something, so that their files must be named.
        if number % 100 == 0 {
            host.insert(format!("{path}.hidden"), hermitage_view::Kind::File, 0o644, "");
        }
    }
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("cat/pkg-1");
    builder.extend(paths.iter().map(|path| (path, owner)));
    let view = builder.build()?;
    let survey = Survey::new(&view, &host);
    let start = Instant::now();
    survey.complete()?;
    println!("{} nodes surveyed in {:.1} ms", view.len(), start.elapsed().as_secs_f64() * 1e3);
    for (name, render) in formats(&survey) {
        let times = (0..5).map(|_| {
            let start = Instant::now();
            let said = render();
            (start.elapsed(), said)
        });
        if let Some((least, said)) = times.min() {
            println!("{name:<24} {:6.1} ms  {said}", least.as_secs_f64() * 1e3);
        }
    }
    Ok(())
}

/// Directories of fifty files, every other of them with a hidden one.
fn path(number: usize) -> String {
    format!("/usr/share/package-{}/directory-{}/file-{number}", number / 5000, number / 50)
}

fn formats<'a>(survey: &'a Survey<'_>) -> Vec<Format<'a>> {
    let deny = || {
        let form = sandbox::Form::Deny;
        let options = sandbox::Options { form, ..sandbox::Options::default() };
        said(sandbox::render(survey, &options).map(|r| r.output.bashrc().len()))
    };
    let bwrap = || {
        said(bwrap::render(survey, &bwrap::Options::default()).map(|r| r.output.to_bytes().len()))
    };
    let oci = || said(oci::render(survey, &oci::Options::default()).map(|r| r.output.config.len()));
    vec![
        ("gentoo/sandbox", Box::new(deny)),
        ("bubblewrap", Box::new(bwrap)),
        ("landlock", Box::new(|| said(landlock::render(survey).map(|r| r.output.to_text().len())))),
        ("nsjail", Box::new(|| said(nsjail::render(survey).map(|r| r.output.len())))),
        ("OCI", Box::new(oci)),
        ("nspawn", Box::new(|| said(nspawn::render(survey).map(|r| r.output.text.len())))),
        ("syd", Box::new(|| said(syd::render(survey).map(|r| r.output.len())))),
    ]
}

/// How many bytes came out, or why nothing did.
fn said(result: Result<usize, hermitage_rules::Error>) -> String {
    result.map_or_else(|error| error.to_string(), |bytes| format!("{bytes} bytes"))
}
