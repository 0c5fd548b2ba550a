//! `hermitage cache`: the views that are kept from run to run.

use std::time::SystemTime;

use serde::Serialize;

use super::Context;
use crate::args::{CacheArgs, CacheVerb, TextOrJson};
use crate::cache::{Item, Store};
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Serialize)]
struct Listing {
    schema: u32,
    directory: String,
    bytes: u64,
    files: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    file: String,
    kind: &'static str,
    bytes: u64,
    /// Seconds since it was last used.
    unused: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

/// Does what is asked for; `verify` exits with 1 when a file is damaged.
pub(crate) fn cache(args: &CacheArgs, context: &Context) -> Result<u8, Failure> {
    let store = Store::open()?;
    match &args.verb {
        CacheVerb::List { format } => list(&store, false, *format).map(|_faults| 0),
        CacheVerb::Verify { format } => {
            list(&store, true, *format).map(|faults| u8::from(faults > 0))
        }
        CacheVerb::Prune { all, size } => {
            let limit = match size {
                _ if *all => 0,
                Some(size) => *size,
                None => context.config.cache_limit(),
            };
            let freed = store.prune(limit).map_err(|error| unreadable(&store, &error))?;
            context.reporter.note(format_args!("{freed} bytes were freed"));
            Ok(0)
        }
    }
}

fn list(store: &Store, verify: bool, format: TextOrJson) -> Result<usize, Failure> {
    let items = store.items().map_err(|error| unreadable(store, &error))?;
    let shown = items.iter().filter(|item| item.is_view() || item.is_base());
    let files: Vec<_> = shown.map(|item| line(item, store, verify)).collect();
    let listing = Listing {
        schema: 1,
        directory: store.dir().display().to_string(),
        bytes: files.iter().map(|file| file.bytes).sum(),
        files,
    };
    let faults = listing.files.iter().filter(|file| file.fault.is_some()).count();
    let mut out = Output::new();
    match format {
        TextOrJson::Json => out.json(&listing)?,
        TextOrJson::Text => text(&listing, verify, &mut out)?,
    }
    out.finish()?;
    Ok(faults)
}

fn line(item: &Item, store: &Store, verify: bool) -> Line {
    let unused = SystemTime::now().duration_since(item.used).unwrap_or_default();
    Line {
        file: item.path.file_name().unwrap_or_default().display().to_string(),
        kind: if item.is_view() { "view" } else { "base" },
        bytes: item.bytes,
        unused: unused.as_secs(),
        fault: if verify { store.fault(item) } else { None },
    }
}

fn text(listing: &Listing, verify: bool, out: &mut Output) -> Result<(), Failure> {
    for file in &listing.files {
        let Line { file, kind, bytes, unused, fault } = file;
        let verdict = match fault {
            Some(fault) => format!("  DAMAGED: {fault}"),
            None if verify => "  good".to_owned(),
            None => String::new(),
        };
        out.line(format_args!("{bytes:>10}  {kind}  {file}  used {unused} s ago{verdict}"))?;
    }
    let Listing { directory, bytes, files, .. } = listing;
    out.line(format_args!("{bytes:>10}  bytes in {} files of {directory}", files.len()))
}

fn unreadable(store: &Store, error: &std::io::Error) -> Failure {
    Failure::file(store.dir(), "the cache can't be read", error)
}
