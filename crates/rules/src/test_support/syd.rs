use hermitage_view::{Host, Kind};

use super::links::real_path;

/// A command that syd restricts.
#[derive(Clone, Debug)]
pub struct SydModel {
    /// Whether it allows, the pattern, and whether it is for reading; in order.
    rules: Vec<(bool, Vec<u8>, bool)>,
}

impl SydModel {
    /// Reads a profile.
    ///
    /// # Panics
    /// When syd would refuse it.
    pub fn new(profile: &str) -> Self {
        let mut rules = Vec::new();
        for line in profile.lines() {
            let Some((head, pattern)) = line.split_once('+') else {
                assert!(line == "include_profile off" || line.ends_with(":on"), "{line}");
                continue;
            };
            let (action, categories) = head.split_once('/').unwrap_or_default();
            assert!(["allow", "deny"].contains(&action), "{line}");
            let pattern = from_hex(pattern.as_bytes()).unwrap_or_else(|| pattern.into());
            assert!(pattern.starts_with(b"/") && !pattern.starts_with(b"//"), "{line}");
            rules.push((action == "allow", pattern, categories.starts_with("read")));
        }
        Self { rules }
    }

    /// Whether a path may be opened for reading, or listed if it is a directory.
    pub fn reads(&self, host: &dyn Host, path: &[u8]) -> bool {
        let is_link = matches!(host.lstat(path), Ok(Some(meta)) if meta.kind == Kind::Symlink);
        let Some(real) = real_path(host, path).filter(|_| !is_link) else { return false };
        let last = self.rules.iter().rev().find(|rule| rule.2 && matches(&rule.1, &real));
        last.is_some_and(|rule| rule.0)
    }
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit =
        |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: Vec<u8> = text.iter().map(digit).collect::<Option<_>>()?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect())
}

/// A path, or a path with everything below it; with wildcards a backslash makes the next byte an ordinary one.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let (stem, is_tree) = match pattern.strip_suffix(b"/***") {
        Some(stem) => (stem, true),
        None => (pattern, false),
    };
    let has_wildcards = stem.iter().any(|byte| b"*?[".contains(byte));
    let mut plain = Vec::new();
    let mut bytes = stem.iter();
    while let Some(&byte) = bytes.next() {
        assert!(!b"*?[".contains(&byte), "a wildcard that is none of ours");
        let is_escape = has_wildcards && byte == b'\\';
        plain.push(if is_escape { *bytes.next().unwrap_or(&byte) } else { byte });
    }
    let rest = path.strip_prefix(&plain[..]);
    rest.is_some_and(|rest| rest.is_empty() || is_tree && rest[0] == b'/')
}
