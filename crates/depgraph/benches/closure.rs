//! Times loading a database of a thousand packages, and the closure of each of them.
//!
//! `cargo bench -p hermitage-depgraph --features vdb`
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops when it can't go on"
)]

use hermitage_atom::DepSpec;
use hermitage_depgraph::{
    DepClass, Holding, PackageId, PackageTable, Policy, Query, Roots, Source, SourceError, Target,
    VdbSource,
};
use hermitage_vdb::Database;
use rustix::time::{ClockId, clock_gettime};
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

/// The time this thread has spent on a processor, which other programs on the machine hardly change.
fn on_processor() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap(), now.tv_nsec.try_into().unwrap())
}

/// The best times of several runs: by the clock, and on the processor.
fn best<T>(times: usize, mut work: impl FnMut() -> T) -> ([Duration; 2], T) {
    let mut best = None::<([Duration; 2], T)>;
    for _ in 0..times {
        let (start, busy) = (Instant::now(), on_processor());
        let value = work();
        let now = [start.elapsed(), on_processor().saturating_sub(busy)];
        let least = best.take().map_or(now, |(least, _)| [0, 1].map(|i| now[i].min(least[i])));
        best = Some((least, value));
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
    let ([load, _], source) = best(30, || VdbSource::load(&database).unwrap());
    println!("list {} packages: {}", source.packages().len(), milliseconds(load));
    let read = |source: VdbSource| {
        source.read_ahead();
        source
    };
    let ([load, _], source) = best(30, || read(VdbSource::load(&database).unwrap()));
    println!("list them and read ahead all that closures ask: {}", milliseconds(load));
    let (id, _) = source.packages().iter().next().unwrap();
    let lazy = |_| closure_of(&VdbSource::load(&database).unwrap(), id);
    println!("or the first closure, reading: {}", milliseconds((0..30).map(lazy).min().unwrap()));
    for policy in [Policy::Direct, Policy::DirectRuntime, Policy::RuntimeOnly] {
        report("", &source, policy);
    }
    report(", no answers kept", &Forgetful(&source), Policy::DirectRuntime);
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// The same packages without the answers that are kept from query to query.
struct Forgetful<'a>(&'a VdbSource);

impl Source for Forgetful<'_> {
    fn packages(&self) -> &PackageTable {
        self.0.packages()
    }

    fn dependencies(&self, package: PackageId, class: DepClass) -> Result<&DepSpec, SourceError> {
        self.0.dependencies(package, class)
    }

    fn holding(&self, package: PackageId) -> Result<Holding, SourceError> {
        self.0.holding(package)
    }
}

fn closure_of(source: &VdbSource, id: PackageId) -> Duration {
    let start = Instant::now();
    let query = Query::new(Target::package(source, id).unwrap());
    let closure = query.resolve(&Roots::one(source)).unwrap();
    let time = start.elapsed();
    assert!(closure.packages().len() > 0);
    time
}

fn report(how: &str, source: &dyn Source, policy: Policy) {
    let mut times = Vec::new();
    let mut largest = 0;
    for (id, _) in source.packages().iter() {
        let target = Target::package(source, id).unwrap();
        let query = Query::new(target).policy(policy);
        let (time, closure) = best(5, || query.resolve(&Roots::one(source)).unwrap());
        largest = largest.max(closure.packages().len());
        times.push(time);
    }
    let spread = |which: usize| {
        let mut times: Vec<_> = times.iter().map(|both| both[which].as_secs_f64() * 1e3).collect();
        times.sort_by(f64::total_cmp);
        let (median, slowest) = (times[times.len() / 2], times[times.len() - 1]);
        format!("median {median:.2} ms, slowest root {slowest:.2} ms")
    };
    println!(
        "{policy}{how}: processor {}; clock {}; largest closure {largest} packages",
        spread(1),
        spread(0)
    );
}
