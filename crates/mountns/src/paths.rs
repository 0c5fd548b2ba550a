//! Which path lies below which: absolute ones without `.`, `..`, doubled or trailing slashes.

/// Whether `path` is strictly below `dir`.
///
/// ```
/// use hermitage_mountns::paths;
///
/// assert!(paths::is_below(b"/usr/bin", b"/usr") && paths::is_below(b"/usr", b"/"));
/// assert!(!paths::is_below(b"/usr", b"/usr") && !paths::is_below(b"/usrlocal", b"/usr"));
/// ```
pub fn is_below(path: impl AsRef<[u8]>, dir: impl AsRef<[u8]>) -> bool {
    match path.as_ref().strip_prefix(dir.as_ref()) {
        Some(rest) if dir.as_ref() == b"/" => !rest.is_empty(),
        Some(rest) => rest.starts_with(b"/"),
        None => false,
    }
}

/// Whether `path` is `dir` or below it.
///
/// ```
/// use hermitage_mountns::paths;
///
/// assert!(paths::is_within(b"/usr", b"/usr") && paths::is_within(b"/usr/bin", b"/usr"));
/// assert!(!paths::is_within(b"/usrlocal", b"/usr") && !paths::is_within(b"/", b"/usr"));
/// ```
pub fn is_within(path: impl AsRef<[u8]>, dir: impl AsRef<[u8]>) -> bool {
    path.as_ref() == dir.as_ref() || is_below(path, dir)
}
