//! A view of this machine that is enough to run `find` and `cat` in, and files that it shows or hides.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use hermitage_rules::Fidelity;
use hermitage_view::{NodeKind, RealHost, View, ViewBuilder};

/// Files in a temporary directory, and a view of some of them and of two programs.
pub(crate) struct Fixture {
    _dir: tempfile::TempDir,
    base: PathBuf,
    pub(crate) host: RealHost,
    pub(crate) view: View,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with_trees(&[])
    }

    /// The same, with all of some directories visible, too.
    pub(crate) fn with_trees(trees: &[&Path]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().canonicalize().unwrap();
        for sub in ["whole", "part"] {
            fs::create_dir(base.join(sub)).unwrap();
        }
        for file in ["whole/a", "whole/b c", "part/shown", "part/hidden"] {
            fs::write(base.join(file), file).unwrap();
        }
        std::os::unix::fs::symlink("shown", base.join("part/link")).unwrap();
        let host = RealHost::new("/");
        let view = view(&host, &base, trees);
        Self { _dir: dir, base, host, view }
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.base.join(file)
    }

    /// What `find / -xdev` and the like print inside: every visible path but those below what is provided.
    pub(crate) fn visible(&self) -> BTreeSet<Vec<u8>> {
        let path = |node: hermitage_view::Node<'_>| node.path();
        self.view.iter().map(path).collect()
    }

    /// Checks a list of paths, separated by NUL, that was made inside.
    pub(crate) fn assert_visible(&self, list: &[u8]) {
        self.assert_visible_but(list, &Fidelity::Exact);
    }

    /// The same, but for differences that were stated.
    pub(crate) fn assert_visible_but(&self, list: &[u8], stated: &Fidelity) {
        let found: BTreeSet<Vec<u8>> = list
            .split(|&byte| byte == 0)
            .filter(|path| !path.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
        let text = |paths: BTreeSet<&Vec<u8>>| -> Vec<String> {
            paths.iter().map(|path| path.escape_ascii().to_string()).collect()
        };
        let mut expected = self.visible();
        stated.stricter().iter().for_each(|path| assert!(expected.remove(path)));
        let extra = found.difference(&expected).filter(|path| !stated.wider().contains(path));
        assert_eq!(text(extra.collect()), [""; 0], "are too much");
        assert_eq!(text(expected.difference(&found).collect()), [""; 0], "are missing");
    }
}

/// What to run inside to list all there is, but for what is in `/proc`, `/dev`, `/run` and `/sys`.
pub(crate) const LIST: [&str; 21] = [
    "/usr/bin/find",
    "/",
    "-path",
    "/proc/*",
    "-prune",
    "-o",
    "-path",
    "/dev/*",
    "-prune",
    "-o",
    "-path",
    "/run/*",
    "-prune",
    "-o",
    "-path",
    "/sys/*",
    "-prune",
    "-o",
    "-printf",
    "%p\\0",
    "-ignore_readdir_race",
];

fn view(host: &RealHost, base: &Path, trees: &[&Path]) -> View {
    let mut builder = ViewBuilder::new(host);
    for tree in trees {
        builder.extra_tree(tree.as_os_str().as_bytes());
    }
    for program in ["/usr/bin/find", "/usr/bin/cat"] {
        builder.extra(program);
        for library in libraries(program) {
            builder.extra(library.as_os_str().as_bytes());
        }
    }
    for file in ["whole/a", "whole/b c", "part/shown", "part/link"] {
        builder.extra(base.join(file).as_os_str().as_bytes());
    }
    builder.provided("/proc").provided("/dev");
    let view = builder.build().unwrap();
    let hidden = base.join("part/hidden");
    assert!(view.lookup(hidden.as_os_str().as_bytes()).is_none());
    let link = view.lookup(base.join("part/link").as_os_str().as_bytes()).unwrap();
    assert!(matches!(link.kind(), NodeKind::Symlink { .. }));
    view
}

/// What the dynamic linker loads for a program, itself included.
fn libraries(program: &str) -> Vec<PathBuf> {
    let output = Command::new("ldd").arg(program).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect()
}
