//! What a package owns, from as little of its CONTENTS as will tell.

use crate::source::Holding;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

/// Most packages have a file among their first lines, so that one small read is enough.
pub(super) fn of(directory: &Path) -> io::Result<Holding> {
    let file = match File::open(directory.join("CONTENTS")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Holding::Nothing),
        file => file?,
    };
    let mut reader = BufReader::with_capacity(4096, file);
    let mut line = Vec::new();
    let mut holding = Holding::Nothing;
    while reader.read_until(b'\n', &mut line)? > 0 {
        match line.get(..4) {
            None | Some(b"dir ") => {}
            Some(b"sym ") => holding = Holding::Links,
            Some(_) => return Ok(Holding::Files),
        }
        line.clear();
    }
    Ok(holding)
}
