//! Times the making of a view of everything dpkg installed on this machine.
//!
//! `cargo run --release -p hermitage-view --example measure [--links] [--rules] [--quick] [--repeat N] [ADMINDIR]`

#![allow(clippy::print_stdout, reason = "an example prints what it measured")]

use std::collections::HashSet;
use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use hermitage_view::{GeneratedTable, RealHost, ViewBuilder};

fn main() -> Result<(), Box<dyn Error>> {
    let (mut links, mut rules, mut quick, mut repeat, mut dir) =
        (false, false, false, 5, PathBuf::from("/var/lib/dpkg"));
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--links") => links = true,
            Some("--rules") => rules = true,
            Some("--quick") => quick = true,
            Some("--repeat") => {
                let count = arguments.next().ok_or("--repeat needs a number")?;
                repeat = count.to_str().ok_or("not a number")?.parse()?;
            }
            _ => dir = argument.into(),
        }
    }
    let lists = read_lists(&dir)?;
    let owned: HashSet<&[u8]> = lists.iter().flat_map(|(_, list)| lines(list)).collect();
    println!("{} packages, {} distinct paths", lists.len(), owned.len());
    // dpkg records /bin/sh where /usr/bin/sh is meant, so an owned path is also known by that name.
    let is_owned = |path: &[u8]| {
        owned.contains(path) || path.strip_prefix(b"/usr").is_some_and(|path| owned.contains(path))
    };
    let host = RealHost::new("/");
    for _ in 0..repeat {
        let start = Instant::now();
        let mut builder = ViewBuilder::new(&host);
        for (package, list) in &lists {
            let owner = builder.owner(package);
            builder.extend(lines(list).map(|path| (path, owner)));
        }
        if links {
            builder.unowned_symlinks(is_owned);
        }
        if rules {
            builder.generated(GeneratedTable::shipped());
        }
        if quick {
            builder.without_metadata();
        }
        let recorded = start.elapsed();
        let view = builder.build()?;
        println!(
            "record {:.1} ms, build {:.1} ms: {} nodes, {} missing, {} conflicts",
            recorded.as_secs_f64() * 1e3,
            start.elapsed().saturating_sub(recorded).as_secs_f64() * 1e3,
            view.len(),
            view.missing().len(),
            view.conflicts().len(),
        );
    }
    Ok(())
}

/// A package's name and its list.
type List = (String, Vec<u8>);

/// Every package's list, by name.
fn read_lists(admin: &std::path::Path) -> Result<Vec<List>, Box<dyn Error>> {
    let mut lists = Vec::new();
    for entry in std::fs::read_dir(admin.join("info"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "list") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            lists.push((name, std::fs::read(&path)?));
        }
    }
    lists.sort();
    Ok(lists)
}

fn lines(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|&byte| byte == b'\n').filter(|line| !line.is_empty())
}
