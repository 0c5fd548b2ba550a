use std::fs;
use std::io;
use std::panic::{UnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Checks each file named on the command line.
///
/// # Errors
/// When a file can't be read.
///
/// # Panics
/// When the check does.
pub fn replay_arguments(check: fn(&[u8])) -> io::Result<()> {
    for path in std::env::args_os().skip(1) {
        check(&fs::read(path)?);
    }
    Ok(())
}

/// Checks every seed of a target, in the order of their names, and returns how many there were.
///
/// # Errors
/// When the target's directory of seeds or a file in it can't be read.
///
/// # Panics
/// When a law breaks, with the name of each seed that broke one.
pub fn replay_seeds(target: &str, check: impl Fn(&[u8]) + Copy + UnwindSafe) -> io::Result<usize> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut seeds = fs::read_dir(directory)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    seeds.sort();
    let mut broken = Vec::new();
    for seed in &seeds {
        let input = fs::read(seed)?;
        if catch_unwind(move || check(&input)).is_err() {
            broken.push(seed.display().to_string());
        }
    }
    assert!(
        broken.is_empty(),
        "{} of {} seeds break a law: {broken:#?}",
        broken.len(),
        seeds.len()
    );
    Ok(seeds.len())
}
