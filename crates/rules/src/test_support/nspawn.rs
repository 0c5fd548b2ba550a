use hermitage_view::Host;

use super::tree::{Shown, Tree};
use crate::nspawn::Settings;

/// Makes the root directory and carries out systemd-nspawn's settings on a model of it.
///
/// # Panics
/// When nspawn would refuse them.
pub fn run_nspawn(host: &dyn Host, settings: &Settings) -> Tree {
    let mut tree = Tree::with_root(&settings.root);
    for own in ["/dev", "/proc", "/run", "/sys", "/tmp"] {
        let before = tree.paths.insert(own.into(), Shown::Fresh);
        assert!(before.is_some(), "{own} has no place");
    }
    for (link, target) in [("/bin", "usr/bin"), ("/lib", "usr/lib"), ("/sbin", "usr/sbin")] {
        let leads_on = tree.paths.contains_key(&[b"/", target.as_bytes()].concat());
        if leads_on && !tree.paths.contains_key(link.as_bytes()) {
            tree.put(link.as_bytes(), Shown::Link(target.into()));
        }
    }
    for line in settings.text.lines() {
        let Some((name, value)) = line.split_once('=') else { continue };
        let words = words(value);
        match name {
            "Bind" | "BindReadOnly" => {
                assert_eq!(words.len(), 3);
                assert_eq!(words[0], words[1]);
                tree.paths.remove(&words[0]);
                tree.bind(host, &words[0]);
            }
            "TemporaryFileSystem" => {
                // A directory of the view; one that is provided was a place before.
                let shown = match tree.paths.remove(&words[0]) {
                    Some(_) => Shown::Fresh,
                    None => Shown::Dir,
                };
                tree.put(&words[0], shown);
            }
            _ => assert!(!value.contains('/'), "{line}"),
        }
    }
    tree
}

/// What stands between colons; a backslash makes the next character an ordinary one.
fn words(value: &str) -> Vec<Vec<u8>> {
    let (mut words, mut escaped) = (vec![Vec::new()], false);
    for &byte in value.as_bytes() {
        let at = words.len() - 1;
        match byte {
            b'\\' if !escaped => escaped = true,
            b':' if !escaped => words.push(Vec::new()),
            _ => {
                words[at].push(byte);
                escaped = false;
            }
        }
    }
    words
}
