//! Times loading a database of a thousand packages, and the closure of each of them.
//!
//! `cargo bench -p hermitage-depgraph --features vdb`
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops when it can't go on"
)]

use hermitage_depgraph::{Policy, Query, Roots, Source as _, Target, VdbSource};
use hermitage_vdb::Database;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

const PACKAGES: usize = 1000;

/// A database whose packages need up to twelve others each, in circles too: every root leads to nearly all of it.
fn write_database(directory: &Path) {
    for number in 0..PACKAGES {
        let package =
            directory.join(format!("cat-{}/package{}x-1.{}", number % 40, number, number % 7));
        fs::create_dir_all(&package).unwrap();
        let mut rdepend = String::new();
        for step in 1..=12 {
            let other = (number * 7 + step * step * 31) % PACKAGES;
            write!(rdepend, ">=cat-{}/package{other}x-1:0[flag{step}(-)?] ", other % 40).unwrap();
        }
        write!(rdepend, "|| ( gone/gone cat-{0}/package{0}x )", number % 40).unwrap();
        let mut contents = String::from("dir /usr\n");
        for file in 0..150 {
            writeln!(
                contents,
                "obj /usr/share/{number}/file{file} d41d8cd98f00b204e9800998ecf8427e 1500000000"
            )
            .unwrap();
        }
        let fields = [
            ("SLOT", "0"),
            ("EAPI", "7"),
            ("repository", "gentoo"),
            ("USE", "a b c abi_x86_64 elibc_glibc"),
            ("IUSE", "+a -b c d e"),
            ("IUSE_EFFECTIVE", "a b c d e abi_x86_64 elibc_glibc kernel_linux"),
            ("RDEPEND", &rdepend),
            ("DEPEND", &rdepend),
            ("BDEPEND", "cat-1/package1x"),
            ("CONTENTS", &contents),
            ("DESCRIPTION", "a package"),
            ("HOMEPAGE", "https://example.org"),
            ("KEYWORDS", "amd64"),
            ("LICENSE", "MIT"),
            ("CFLAGS", "-O2"),
            ("CXXFLAGS", "-O2"),
            ("COUNTER", "1"),
            ("SIZE", "1"),
        ];
        for (name, value) in fields {
            fs::write(package.join(name), format!("{value}\n")).unwrap();
        }
    }
}

/// The time this thread has spent on a processor, which other programs on the machine do not change.
fn on_processor() -> Duration {
    let numbers = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(numbers.split(' ').next().unwrap().parse().unwrap())
}

fn best<T>(times: usize, mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut best = None;
    for _ in 0..times {
        let start = Instant::now();
        let value = work();
        let time = start.elapsed();
        if best.as_ref().is_none_or(|(least, _)| time < *least) {
            best = Some((time, value));
        }
    }
    best.unwrap()
}

#[allow(clippy::disallowed_methods, reason = "a benchmark may be given another database")]
fn main() {
    let given = env::var_os("HERMITAGE_BENCH_DB");
    let scratch = tempfile::tempdir().unwrap();
    let directory = given.map_or_else(|| scratch.path().join("var/db/pkg"), Into::into);
    if !directory.exists() {
        write_database(&directory);
    }
    let database = Database::open(&directory).unwrap();
    let (load, source) = best(30, || VdbSource::load(&database).unwrap());
    println!("load {} packages: {:.1} ms", source.packages().len(), load.as_secs_f64() * 1e3);
    for policy in [Policy::Direct, Policy::DirectRuntime, Policy::RuntimeOnly] {
        report(&source, policy);
    }
}

fn report(source: &VdbSource, policy: Policy) {
    let mut times = Vec::new();
    let mut largest = 0;
    let mut busy = Duration::ZERO;
    for (id, _) in source.packages().iter() {
        let target = Target::package(source, id).unwrap();
        let query = Query::new(target).policy(policy);
        let before = on_processor();
        let (time, closure) = best(3, || query.resolve(&Roots::one(source)).unwrap());
        busy += on_processor().saturating_sub(before);
        largest = largest.max(closure.packages().len());
        times.push(time);
    }
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{policy}: mean {:.2} ms of processor, median {:.2} ms, slowest root {:.2} ms, largest closure {largest} \
         packages",
        ms(busy) / 3.0 / f64::from(u32::try_from(times.len()).unwrap()),
        ms(times[times.len() / 2]),
        ms(times[times.len() - 1]),
    );
}
