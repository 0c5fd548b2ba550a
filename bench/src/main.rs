//! How long it takes to read and evaluate all dependency strings of a tree: with `hermitage-atom`, with the crate
//! `portage-atom`, and with Portage's `use_reduce`, in turn.
//!
//! ```text
//! HERMITAGE_CORPUS=DATA cargo run --release --manifest-path bench/Cargo.toml -- VENV [ROUNDS]
//! ```
//!
//! The Rust crates run in this process; Portage in one of its own, which times nothing but its loop.

use hermitage_atom::{DepKind, DepSpecRef, Eapi};
use hermitage_testing::Corpus;
use portage_atom::DepEntry;
use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

/// The variables that hold package dependencies.
const VARIABLES: [&str; 5] = ["DEPEND", "BDEPEND", "RDEPEND", "PDEPEND", "IDEPEND"];

/// A dependency string, with the flags that its ebuild turns on by default.
struct Row {
    text: String,
    eapi: Eapi,
    flags: Vec<String>,
}

/// One way to read and evaluate a string; whether it could.
type Way<'a> = (&'a str, Box<dyn Fn() -> Result<(Duration, usize), Box<dyn Error>> + 'a>);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let usage = "which Python environment has Portage, and how many rounds?";
    let portage = arguments.next().ok_or(usage)?;
    let rounds = arguments.next().map_or(Ok(5), |text| text.to_string_lossy().parse())?;
    let (entries, rows) = read(&Corpus::from_environment()?);
    println!("{entries} entries, {} dependency strings, {rounds} rounds in turn", rows.len());
    let flags: Vec<Vec<&str>> =
        rows.iter().map(|row| row.flags.iter().map(String::as_str).collect()).collect();
    let list = tempfile::NamedTempFile::new()?;
    fs::write(list.path(), written(&rows))?;
    let ways: [Way<'_>; 3] = [
        ("hermitage-atom", Box::new(|| Ok(timed(&rows, &flags, ours)))),
        ("portage-atom 0.12", Box::new(|| Ok(timed(&rows, &flags, theirs)))),
        ("Portage's use_reduce", Box::new(|| use_reduce(Path::new(&portage), list.path()))),
    ];
    let mut times = [const { Vec::new() }; 3];
    let mut done = [0; 3];
    for _ in 0..rounds {
        for (place, (_, way)) in ways.iter().enumerate() {
            let (time, count) = way()?;
            times[place].push(time);
            done[place] = count;
        }
    }
    let medians = times.map(median);
    for (place, (name, _)) in ways.iter().enumerate() {
        println!(
            "{name:<22} {:>9.1} ms  {:>6.1} times ours  {} strings read",
            medians[place].as_secs_f64() * 1e3,
            medians[place].as_secs_f64() / medians[0].as_secs_f64(),
            done[place],
        );
    }
    println!("load: {}", fs::read_to_string("/proc/loadavg")?.trim());
    Ok(())
}

fn ours(row: &Row, flags: &[&str]) -> bool {
    DepSpecRef::parse_ref(black_box(&row.text), row.eapi, DepKind::Package)
        .map(|spec| black_box(spec.evaluate(flags)))
        .is_ok()
}

fn theirs(row: &Row, flags: &[&str]) -> bool {
    DepEntry::parse(black_box(&row.text))
        .map(|entries| black_box(DepEntry::evaluate_use(&entries, flags)))
        .is_ok()
}

fn timed(rows: &[Row], flags: &[Vec<&str>], way: fn(&Row, &[&str]) -> bool) -> (Duration, usize) {
    let start = Instant::now();
    let count = rows.iter().zip(flags).filter(|(row, flags)| way(row, flags)).count();
    (start.elapsed(), count)
}

fn use_reduce(portage: &Path, list: &Path) -> Result<(Duration, usize), Box<dyn Error>> {
    let script = include_str!("use_reduce.py");
    let python = portage.join("bin/python3");
    let output = Command::new(&python).args(["-c", script]).arg(list).output()?;
    let text = String::from_utf8(output.stdout)?;
    let (seconds, count) = text.trim().split_once(' ').ok_or_else(|| {
        format!("{}: {}", python.display(), String::from_utf8_lossy(&output.stderr))
    })?;
    Ok((Duration::from_secs_f64(seconds.parse()?), count.parse()?))
}

/// All dependency strings of the recorded metadata cache, and how many entries it has.
fn read(corpus: &Corpus) -> (usize, Vec<Row>) {
    let (mut entries, mut rows) = (0, Vec::new());
    corpus.members("repo/md5-cache-2014.tar.xz", |_, entry| {
        entries += 1;
        let entry = String::from_utf8_lossy(entry);
        let value =
            |name: &str| entry.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        let eapi = value("EAPI").and_then(|eapi| Eapi::parse(eapi).ok()).unwrap_or_default();
        let flags = value("IUSE").unwrap_or("").split_whitespace();
        let flags: Vec<_> =
            flags.filter_map(|flag| flag.strip_prefix('+')).map(str::to_owned).collect();
        rows.extend(VARIABLES.iter().filter_map(|name| {
            Some(Row { text: value(name)?.to_owned(), eapi, flags: flags.clone() })
        }));
    });
    (entries, rows)
}

/// The strings as the script reads them: EAPI, flags and text in a line.
fn written(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{}",
            row.eapi,
            row.flags.join(" "),
            row.text.replace('\t', " ")
        );
    }
    text
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
