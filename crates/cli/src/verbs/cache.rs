//! `hermitage cache`: what is kept from run to run.

use std::time::SystemTime;

use serde::Serialize;

use super::Context;
use crate::args::{CacheArgs, CacheVerb, TextOrJson};
use crate::cache::{Entry, Kind, Whole};
use crate::digest::{is_whole_digest, is_whole_sums};
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
    let cache = Whole::open()?;
    match &args.verb {
        CacheVerb::List { format } => list(&cache, false, *format).map(|_faults| 0),
        CacheVerb::Verify { format } => {
            list(&cache, true, *format).map(|faults| u8::from(faults > 0))
        }
        CacheVerb::Prune { all, size } => {
            let limit = match size {
                _ if *all => 0,
                Some(size) => *size,
                None => context.config.cache_limit(),
            };
            let freed = cache.prune(limit).map_err(|error| unreadable(&cache, &error))?;
            context.reporter.note(format_args!("{freed} bytes were freed"));
            Ok(0)
        }
    }
}

fn list(cache: &Whole, verify: bool, format: TextOrJson) -> Result<usize, Failure> {
    let entries = cache.entries().map_err(|error| unreadable(cache, &error))?;
    let files: Vec<_> = entries.iter().filter_map(|entry| line(entry, cache, verify)).collect();
    let listing = Listing {
        schema: 1,
        directory: cache.dir().display().to_string(),
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

/// None for what is not in use for long.
fn line(entry: &Entry, cache: &Whole, verify: bool) -> Option<Line> {
    let Entry { kind, item } = entry;
    let kind = match kind {
        Kind::View => "view",
        Kind::Base => "base",
        Kind::Digest => "digest",
        Kind::Sums => "sums",
        Kind::Passing => return None,
    };
    let unused = SystemTime::now().duration_since(item.used).unwrap_or_default();
    Some(Line {
        file: item.path.strip_prefix(cache.dir()).unwrap_or(&item.path).display().to_string(),
        kind,
        bytes: item.bytes,
        unused: unused.as_secs(),
        fault: if verify { fault(entry, cache) } else { None },
    })
}

/// Why a file is not one that would be used.
fn fault(entry: &Entry, cache: &Whole) -> Option<String> {
    let Entry { kind, item } = entry;
    let is_whole = match kind {
        Kind::Digest => is_whole_digest(&item.path),
        Kind::Sums => is_whole_sums(&item.path),
        Kind::View | Kind::Base | Kind::Passing => return cache.views().fault(item),
    };
    (!is_whole).then(|| "it is not as it was written, or of another version".to_owned())
}

fn text(listing: &Listing, verify: bool, out: &mut Output) -> Result<(), Failure> {
    for file in &listing.files {
        let Line { file, kind, bytes, unused, fault } = file;
        let verdict = match fault {
            Some(fault) => format!("  DAMAGED: {fault}"),
            None if verify => "  good".to_owned(),
            None => String::new(),
        };
        out.line(format_args!("{bytes:>10}  {kind:<6}  {file}  used {unused} s ago{verdict}"))?;
    }
    let Listing { directory, bytes, files, .. } = listing;
    out.line(format_args!("{bytes:>10}  bytes in {} files of {directory}", files.len()))
}

fn unreadable(cache: &Whole, error: &std::io::Error) -> Failure {
    Failure::file(cache.dir(), "the cache can't be read", error)
}
