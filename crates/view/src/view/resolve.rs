use super::{Absence, Node, NodeKind, View};

/// The kernel follows 40 symbolic links and answers ELOOP at the next (`MAXSYMLINKS`).
pub(crate) const MAX_LINKS: usize = 40;

/// Where a path leads inside a view.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolution<'a> {
    /// To this node, through these symbolic links in the order they were met.
    Node {
        /// Where it ends; a symbolic link only when following the last one was not asked for.
        node: Node<'a>,
        /// The links on the way.
        through: Vec<Node<'a>>,
    },
    /// Out of what the view describes, into a whole tree or a provided directory.
    Beyond {
        /// The tree or provided directory.
        node: Node<'a>,
        /// The rest of the path, without a leading slash and with links not followed.
        rest: Vec<u8>,
    },
    /// Nowhere.
    Nowhere(Absence),
}

impl View {
    /// Where `path` leads inside the view, symbolic links followed, the last one too (as `stat` does).
    pub fn resolve(&self, path: impl AsRef<[u8]>) -> Resolution<'_> {
        self.walk(path.as_ref(), Last::Follow)
    }

    /// Where `path` leads inside the view, a last symbolic link not followed (as `lstat` does).
    pub fn resolve_link(&self, path: impl AsRef<[u8]>) -> Resolution<'_> {
        self.walk(path.as_ref(), Last::Keep)
    }

    fn walk(&self, path: &[u8], last: Last) -> Resolution<'_> {
        let mut rest = Rest::new(path);
        let mut through = Vec::new();
        let mut node = self.root();
        while let Some(name) = rest.next() {
            if matches!(node.kind(), NodeKind::Tree { .. }) {
                return Resolution::Beyond { node, rest: rest.with_front(&name) };
            }
            if !matches!(node.kind(), NodeKind::Dir { .. }) {
                return Resolution::Nowhere(Absence::NotADirectory);
            }
            match &name[..] {
                b"." => continue,
                b".." => {
                    node = node.parent().unwrap_or(node);
                    continue;
                }
                _ => {}
            }
            let Some(child) = node.child(&name) else {
                if node.is_provided() {
                    return Resolution::Beyond { node, rest: rest.with_front(&name) };
                }
                return Resolution::Nowhere(Absence::NotFound);
            };
            match child.kind() {
                NodeKind::Symlink { target } if last == Last::Follow || !rest.is_empty() => {
                    through.push(child);
                    if through.len() > MAX_LINKS {
                        return Resolution::Nowhere(Absence::Loop);
                    }
                    if target.first() == Some(&b'/') {
                        node = self.root();
                    }
                    rest.follow(target);
                }
                _ => node = child,
            }
        }
        if rest.slash && !node.is_dir_like() {
            return Resolution::Nowhere(Absence::NotADirectory);
        }
        Resolution::Node { node, through }
    }
}

impl Node<'_> {
    fn is_dir_like(&self) -> bool {
        matches!(self.kind(), NodeKind::Dir { .. } | NodeKind::Tree { .. })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Follow,
    Keep,
}

/// The components still to be walked.
pub(crate) struct Rest {
    bytes: Vec<u8>,
    at: usize,
    /// A trailing slash asks for a directory and for the last link to be followed.
    pub(crate) slash: bool,
}

impl Rest {
    pub(crate) fn new(path: &[u8]) -> Self {
        Self { bytes: path.to_vec(), at: 0, slash: path.ends_with(b"/") }
    }

    /// Puts a link's target in front of what is left.
    pub(crate) fn follow(&mut self, target: &[u8]) {
        self.slash |= self.is_empty() && target.ends_with(b"/");
        let left = &self.bytes[self.at..];
        // What is left is nothing or starts with a slash.
        self.bytes = [target, left].concat();
        self.at = 0;
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.slash && self.bytes[self.at..].iter().all(|&byte| byte == b'/')
    }

    pub(crate) fn with_front(&self, name: &[u8]) -> Vec<u8> {
        let left = &self.bytes[self.at..];
        let end = left.iter().rposition(|&byte| byte != b'/').map_or(0, |at| at + 1);
        [name, &left[..end]].concat()
    }

    /// The next component.
    pub(crate) fn next(&mut self) -> Option<Vec<u8>> {
        let skip = self.bytes[self.at..].iter().position(|&byte| byte != b'/')?;
        let start = self.at + skip;
        let len = self.bytes[start..].iter().position(|&byte| byte == b'/');
        let end = len.map_or(self.bytes.len(), |len| start + len);
        self.at = end;
        Some(self.bytes[start..end].to_vec())
    }
}
