use hermitage_view::Host;

use super::tree::{Shown, Tree};
use crate::bwrap::Arguments;

/// Carries out bubblewrap's arguments on a model of the root.
///
/// # Panics
/// When bubblewrap would refuse them.
pub fn run_bwrap(host: &dyn Host, arguments: &Arguments) -> Tree {
    let text = arguments.to_bytes();
    let mut words = text.split(|&byte| byte == 0);
    let mut tree = Tree::default();
    while let Some(word) = words.next() {
        let mut next = || words.next().unwrap_or_default();
        match word {
            b"--ro-bind" | b"--bind" | b"--dev-bind" => {
                let (source, path) = (next(), next());
                assert_eq!(source, path);
                tree.bind(host, path);
            }
            b"--dir" => tree.put(next(), Shown::Dir),
            b"--symlink" => {
                let (target, path) = (next(), next());
                tree.put(path, Shown::Link(target.to_vec()));
            }
            b"--ro-bind-data" => {
                let (fd, path) = (next(), next());
                let data = arguments.data.iter().find(|data| data.0.to_string().as_bytes() == fd);
                tree.put(path, Shown::Data(data.map(|data| data.1.clone()).unwrap_or_default()));
            }
            b"--proc" | b"--dev" | b"--tmpfs" => tree.put(next(), Shown::Fresh),
            b"--perms" => assert!(next().iter().all(|byte| (b'0'..=b'7').contains(byte))),
            b"--remount-ro" => assert_eq!(next(), b"/"),
            b"" => assert!(words.next().is_none()),
            _ => assert_eq!(word.escape_ascii().to_string(), "an argument of bubblewrap"),
        }
    }
    tree
}
