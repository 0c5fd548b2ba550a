//! Paths as bytes.

/// Whether a path is a directory or in it, both in canonical form.
pub(crate) fn is_at_or_below(path: &[u8], dir: &[u8]) -> bool {
    let rest = path.strip_prefix(dir);
    dir == b"/" || rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

/// The directory a canonical path is in; `None` for `/`.
pub(crate) fn above(path: &[u8]) -> Option<&[u8]> {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(0) if path.len() == 1 => None,
        Some(0) => Some(b"/"),
        Some(at) => Some(&path[..at]),
        None => None,
    }
}
