//! Lists every path that every package owns, one a line: `cargo run --release --example list -- /var/db/pkg`.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;

use hermitage_vdb::{Contents, Database, Package};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).ok_or("usage: list DIR, where DIR is .../var/db/pkg")?;
    let packages = Database::open(Path::new(&dir))?.packages()?;
    // Two halves at a time: while one is printed the other is read.
    let middle = packages.len() / 2;
    let (first, second) = packages.as_slice().split_at(middle);
    let (a, b) = std::thread::scope(|scope| {
        let second = scope.spawn(|| lines(second));
        (lines(first), second.join())
    });
    let mut out = io::stdout().lock();
    out.write_all(&a?)?;
    out.write_all(&b.map_err(|_| "a thread failed")??)?;
    Ok(())
}

/// The paths of some packages.
fn lines(packages: &[Package]) -> Result<Vec<u8>, hermitage_vdb::Error> {
    let mut out = Vec::new();
    for package in packages {
        let contents = package.contents()?.unwrap_or_else(Contents::default);
        for entry in contents.entries() {
            out.extend_from_slice(entry?.path());
            out.push(b'\n');
        }
    }
    Ok(out)
}
