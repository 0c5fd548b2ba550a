//! Who asked, in short.

use crate::{Asker, Evidence};

/// How many characters of a command are shown.
const WIDTH: usize = 72;

/// The process that asked and its ancestors, each in short: `cc1 -quiet conftest.c < gcc conftest.c < sh ./configure < make`.
/// Of a long line the first two and the last two are shown.
pub(super) fn lineage(evidence: &Evidence) -> Option<String> {
    let askers: Vec<String> = evidence.lineage.iter().map(asker).collect();
    let shown = match askers.len() {
        0 => return None,
        1..=4 => askers,
        len => {
            let mut shown = askers[..2].to_vec();
            shown.push("...".to_owned());
            shown.extend_from_slice(&askers[len - 2..]);
            shown
        }
    };
    Some(shown.join(" < "))
}

/// A process by its command, or its program where that is all that is known.
pub(super) fn asker(asker: &Asker) -> String {
    let words: Vec<String> = asker.command.iter().map(ToString::to_string).collect();
    let line = match (words.is_empty(), &asker.program) {
        (false, _) => words.join(" "),
        (true, Some(program)) => program.to_string(),
        (true, None) => "?".to_owned(),
    };
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line,
    }
}
