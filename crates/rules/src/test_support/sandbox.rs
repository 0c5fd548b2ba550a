use hermitage_view::{Host, Kind};

use super::links::real_path;

/// gentoo/sandbox with the two variables that decide what may be read.
#[derive(Clone, Debug)]
pub struct SandboxModel {
    read: Vec<Vec<u8>>,
    deny: Vec<Vec<u8>>,
}

impl SandboxModel {
    /// Reads the values as it does: entries between colons, each also by its real path on the host.
    pub fn new(host: &dyn Host, read: &[u8], deny: &[u8]) -> Self {
        Self { read: entries(host, read), deny: entries(host, deny) }
    }

    /// The same for values that are in the environment when it starts.
    pub fn started(host: &dyn Host, read: &[u8], deny: &[u8]) -> Self {
        Self::new(host, &at_start(read), &at_start(deny))
    }

    /// Whether an existing path may be read, spelled like this.
    pub fn reads(&self, host: &dyn Host, path: &[u8]) -> bool {
        let Some(real) = real_path(host, path) else { return false };
        let denied = [path, &real].iter().any(|path| covers(&self.deny, path));
        !denied && covers(&self.read, &real)
    }

    /// The same for a canonical path that is no symbolic link.
    pub fn reads_real(&self, host: &dyn Host, path: &[u8]) -> bool {
        let is_link = matches!(host.lstat(path), Ok(Some(meta)) if meta.kind == Kind::Symlink);
        !is_link && self.reads(host, path)
    }
}

/// What becomes of a value at the start: its first line, with nothing before a `$` that begins no variable, and with the variables
/// replaced, none of which is set here.
fn at_start(value: &[u8]) -> Vec<u8> {
    let mut rest = value.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let mut text = Vec::new();
    while let Some(dollar) = rest.iter().position(|&byte| byte == b'$') {
        let end = rest[dollar..].iter().position(|&byte| byte == b'}');
        match end.filter(|_| rest.get(dollar + 1) == Some(&b'{')) {
            Some(end) => {
                text.extend_from_slice(&rest[..dollar]);
                rest = &rest[dollar + end + 1..];
            }
            None => rest = &rest[dollar + 1..],
        }
    }
    text.extend_from_slice(rest);
    text
}

fn entries(host: &dyn Host, value: &[u8]) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    for entry in value.split(|&byte| byte == b':').filter(|entry| !entry.is_empty()) {
        entries.push(entry.to_vec());
        entries.extend(real_path(host, entry));
    }
    entries
}

/// A prefix that ends where a component does.
fn covers(prefixes: &[Vec<u8>], path: &[u8]) -> bool {
    prefixes.iter().any(|prefix| {
        path.starts_with(prefix)
            && (prefix.ends_with(b"/") || matches!(path.get(prefix.len()), None | Some(b'/')))
    })
}
