use super::atlas::{Atlas, Depth, End, ROOT, State, Way};
use crate::paths::is_within;
use crate::{Absence, Error, Host, Kind, Node, Resolution, Treatment, View};

/// What a view makes of a path, and what the host would.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Explanation<'a> {
    /// It is visible; [`Node::reason`] and [`Node::owners`] say why.
    Visible {
        /// What is there. If it is a symbolic link, this is the link.
        node: Node<'a>,
        /// The links on the way.
        through: Vec<Node<'a>>,
    },
    /// It is in a whole tree or a provided directory, of which the view knows no more.
    Beyond {
        /// The tree or directory.
        node: Node<'a>,
        /// The rest of the path.
        rest: Vec<u8>,
    },
    /// The host has it, the view does not.
    Hidden {
        /// The path in canonical form.
        path: Vec<u8>,
        /// What the host has.
        kind: Kind,
        /// Why the view does not.
        by: HiddenBy,
    },
    /// The host does not have it either.
    Absent(Absence),
}

/// Why a path of the host is not in a view.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HiddenBy {
    /// The caller asked for this path, it or a directory above, to be hidden.
    Request(Vec<u8>),
    /// The rule of this number in the generated-files table; [`View::rule`] has it.
    Rule(u32),
    /// Nothing asked for it to be shown.
    Default,
}

impl View {
    /// Says whether a path is visible, and if not, whether the host has it and what hides it. A last symbolic link is
    /// not followed.
    ///
    /// # Errors
    /// When the host can't be read.
    pub fn explain(
        &self,
        path: impl AsRef<[u8]>,
        host: &dyn Host,
    ) -> Result<Explanation<'_>, Error> {
        let path = path.as_ref();
        let absence = match self.resolve_link(path) {
            Resolution::Node { node, through } => {
                return Ok(Explanation::Visible { node, through });
            }
            Resolution::Beyond { node, rest } => return Ok(Explanation::Beyond { node, rest }),
            Resolution::Nowhere(absence) => absence,
        };
        let mut atlas = Atlas::new(host, Depth { measures: true, lists: false })?;
        let spot = match super::split(path)? {
            None => ROOT,
            Some((dir, name)) => match atlas.walk(ROOT, dir, Way::Everywhere, &mut Vec::new())? {
                Ok(End::At(dir)) if atlas.is_dir(dir) => atlas.child(dir, name)?,
                Ok(_) => return Ok(Explanation::Absent(Absence::NotADirectory)),
                Err(absence) => return Ok(Explanation::Absent(absence)),
            },
        };
        Ok(match atlas.look(spot)? {
            State::Present(kind) => {
                let path = atlas.path(spot);
                let by = self.hidden_by(&path);
                Explanation::Hidden { path, kind, by }
            }
            State::Absent(absence) => Explanation::Absent(absence),
            State::Unknown => Explanation::Absent(absence),
        })
    }

    fn hidden_by(&self, path: &[u8]) -> HiddenBy {
        if let Some(hidden) = self.denied.iter().find(|hidden| is_within(path, hidden)) {
            return HiddenBy::Request(hidden.clone());
        }
        let rule = (0..).zip(&self.rules).find(|(_, rule)| rule.covers(path));
        match rule {
            Some((number, rule)) if rule.treatment == Treatment::Hide => HiddenBy::Rule(number),
            _ => HiddenBy::Default,
        }
    }
}
