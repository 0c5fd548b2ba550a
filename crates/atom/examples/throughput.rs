//! Measures how fast the dependency strings of an md5-cache are parsed and evaluated.
//!
//! ```text
//! cargo run --release --example throughput -- /var/db/repos/gentoo/metadata/md5-cache
//! ```

use hermitage_atom::{DepKind, DepSpec, DepSpecRef, Eapi};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io};

/// The variables that hold package dependencies.
const VARIABLES: [&str; 5] = ["DEPEND", "BDEPEND", "RDEPEND", "PDEPEND", "IDEPEND"];

/// How often each measurement is taken; the best counts, since others share the machine.
const ROUNDS: usize = 7;

#[allow(clippy::print_stdout, reason = "printing is what this program is for")]
fn main() -> io::Result<()> {
    let Some(directory) = std::env::args_os().nth(1) else {
        return Err(io::Error::other("usage: throughput MD5-CACHE-DIRECTORY"));
    };
    let mut strings = Vec::new();
    collect(Path::new(&directory), &mut strings)?;
    let bytes: usize = strings.iter().map(|(text, _)| text.len()).sum();
    let specs: Vec<DepSpec> = strings
        .iter()
        .filter_map(|(text, eapi)| DepSpec::parse(text, *eapi, DepKind::Package).ok())
        .collect();
    let atoms: usize = specs.iter().map(|spec| spec.atoms().count()).sum();
    println!("{} strings, {} parse, {bytes} bytes, {atoms} atoms", strings.len(), specs.len());
    #[allow(clippy::cast_precision_loss, reason = "a few digits are enough")]
    let report = |what: &str, time: Duration| {
        let per_atom = time.as_secs_f64() * 1e9 / atoms as f64;
        let rate = bytes as f64 / time.as_secs_f64() / 1e6;
        println!(
            "{what:<28} {:>8.2} ms  {rate:>6.0} MB/s  {per_atom:>5.1} ns an atom",
            time.as_secs_f64() * 1e3
        );
    };
    report(
        "parse, borrowed",
        best(|| {
            for (text, eapi) in &strings {
                let _parsed =
                    black_box(DepSpecRef::parse_ref(black_box(text), *eapi, DepKind::Package));
            }
        }),
    );
    report(
        "parse, owned",
        best(|| {
            for (text, eapi) in &strings {
                let _parsed = black_box(DepSpec::parse(black_box(text), *eapi, DepKind::Package));
            }
        }),
    );
    report(
        "evaluate",
        best(|| {
            for spec in &specs {
                black_box(spec.evaluate(&["ssl", "X", "python_targets_python2_7"]));
            }
        }),
    );
    report(
        "parse, borrowed; evaluate",
        best(|| {
            for (text, eapi) in &strings {
                if let Ok(spec) = DepSpecRef::parse_ref(black_box(text), *eapi, DepKind::Package) {
                    black_box(spec.evaluate(&["ssl", "X", "python_targets_python2_7"]));
                }
            }
        }),
    );
    report(
        "print",
        best(|| {
            for spec in &specs {
                black_box(spec.to_string());
            }
        }),
    );
    Ok(())
}

/// Reads every entry below a directory.
fn collect(directory: &Path, strings: &mut Vec<(String, Eapi)>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), strings)?;
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            let value = |name: &str| {
                text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
            };
            let eapi = value("EAPI").and_then(|eapi| Eapi::parse(eapi).ok()).unwrap_or_default();
            strings
                .extend(VARIABLES.iter().filter_map(|name| Some((value(name)?.to_owned(), eapi))));
        }
    }
    Ok(())
}

fn best(mut run: impl FnMut()) -> Duration {
    let measure = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..ROUNDS).map(measure).min().unwrap_or_default()
}
