//! The line format that the files of a profile share.

/// The lines of a profile file that say something: without comments and surrounding white space, with their numbers.
///
/// A `#` starts a comment at the start of a line or after white space, as Portage reads it.
pub(crate) fn lines(content: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    content.split(|&b| b == b'\n').enumerate().filter_map(|(index, line)| {
        let line = without_comment(line).trim_ascii();
        (!line.is_empty()).then_some((index + 1, line))
    })
}

fn without_comment(line: &[u8]) -> &[u8] {
    let start = (0..line.len())
        .find(|&at| line[at] == b'#' && (at == 0 || line[at - 1].is_ascii_whitespace()));
    &line[..start.unwrap_or(line.len())]
}
