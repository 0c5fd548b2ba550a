//! What a package owns, from as little of its CONTENTS as will tell.

use crate::source::Holding;
use hermitage_vdb::{Error, OpenFields};

/// Most packages have a file among their first lines, so that one small read is enough.
const HEAD: usize = 4096;

pub(super) fn of(fields: &mut OpenFields<'_>) -> Result<Holding, Error> {
    let Some((head, is_all)) = fields.head("CONTENTS", HEAD)? else { return Ok(Holding::Nothing) };
    // A last line that is cut off within its first word says nothing yet, and is read again.
    match of_lines(head) {
        holding if is_all || holding == Holding::Files => Ok(holding),
        _ => Ok(fields
            .head("CONTENTS", usize::MAX)?
            .map_or(Holding::Nothing, |(all, _)| of_lines(all))),
    }
}

fn of_lines(contents: &[u8]) -> Holding {
    let mut holding = Holding::Nothing;
    for line in contents.split(|&b| b == b'\n') {
        match line.get(..4) {
            None | Some(b"dir ") => {}
            Some(b"sym ") => holding = Holding::Links,
            Some(_) => return Holding::Files,
        }
    }
    holding
}
