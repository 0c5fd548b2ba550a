//! Paths as bytes.

/// The directory a canonical path is in; `None` for `/`.
pub(crate) fn above(path: &[u8]) -> Option<&[u8]> {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(0) if path.len() == 1 => None,
        Some(0) => Some(b"/"),
        Some(at) => Some(&path[..at]),
        None => None,
    }
}
