//! Lists every path that every package owns, one a line: `cargo run --release --example list -- /var/db/pkg`.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use hermitage_vdb::{Database, Package};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).ok_or("usage: list DIR, where DIR is .../var/db/pkg")?;
    let packages = Database::open(Path::new(&dir))?.packages()?;
    let (first, second) = packages.as_slice().split_at(packages.len() / 2);
    // While the first half is printed the second is read.
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let mut lines = Vec::new();
            print(second, &mut lines).map(|()| lines).map_err(|error| error.to_string())
        });
        let mut out = io::stdout().lock();
        print(first, &mut io::BufWriter::with_capacity(1 << 16, &mut out))?;
        out.write_all(&second.join().or(Err("a thread failed"))??)?;
        Ok(())
    })
}

/// Writes the paths of some packages.
fn print(packages: &[Package], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut buffer = Vec::new();
    for package in packages {
        let Some(contents) = package.contents_reusing(buffer)? else {
            buffer = Vec::new();
            continue;
        };
        for entry in contents.entries() {
            out.write_all(entry?.path())?;
            out.write_all(b"\n")?;
        }
        buffer = contents.into_bytes();
    }
    Ok(out.flush()?)
}
