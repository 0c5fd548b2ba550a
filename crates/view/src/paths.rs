//! Which path lies below which: absolute ones without `.`, `..`, doubled or trailing slashes.

/// What of `path` is below `dir`, from the slash on; none when it is not strictly below.
///
/// ```
/// use hermitage_view::paths;
///
/// assert_eq!(paths::below(b"/usr/bin/cc", b"/usr"), Some(&b"/bin/cc"[..]));
/// assert_eq!(paths::below(b"/usr", b"/"), Some(&b"/usr"[..]));
/// assert_eq!(paths::below(b"/usrlocal", b"/usr"), None);
/// ```
pub fn below<'p>(path: &'p [u8], dir: &[u8]) -> Option<&'p [u8]> {
    if dir == b"/" {
        return (path != b"/").then_some(path);
    }
    path.strip_prefix(dir).filter(|rest| rest.starts_with(b"/"))
}

/// Whether `path` is strictly below `dir`.
///
/// ```
/// use hermitage_view::paths;
///
/// assert!(paths::is_below(b"/usr/bin", b"/usr") && paths::is_below(b"/usr", b"/"));
/// assert!(!paths::is_below(b"/usr", b"/usr") && !paths::is_below(b"/usrlocal", b"/usr"));
/// ```
pub fn is_below(path: impl AsRef<[u8]>, dir: impl AsRef<[u8]>) -> bool {
    below(path.as_ref(), dir.as_ref()).is_some()
}

/// Whether `path` is `dir` or below it.
///
/// ```
/// use hermitage_view::paths;
///
/// assert!(paths::is_within(b"/usr", b"/usr") && paths::is_within(b"/usr/bin", b"/usr"));
/// assert!(!paths::is_within(b"/usrlocal", b"/usr") && !paths::is_within(b"/", b"/usr"));
/// ```
pub fn is_within(path: impl AsRef<[u8]>, dir: impl AsRef<[u8]>) -> bool {
    path.as_ref() == dir.as_ref() || is_below(path, dir)
}
