//! What is common to consumers that build a tree of mounts: the steps that make it, in order.

use hermitage_view::{Kind, Node, NodeKind};

use crate::survey::{CoverForm, What};
use crate::{Error, Survey};

/// One thing to put into the new root. A directory comes before what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step<'v> {
    /// A directory that shows only what later steps put there. `held` when there are such steps.
    Dir { path: Vec<u8>, mode: u32, held: bool },
    /// The host's directory with all in it.
    Tree { path: Vec<u8>, writable: bool },
    /// The host's file, pipe or socket.
    File { path: Vec<u8>, writable: bool },
    /// The host's device.
    Device { path: Vec<u8> },
    /// A symbolic link.
    Link { path: Vec<u8>, target: &'v [u8] },
    /// A file that the host does not have.
    Data { path: Vec<u8>, mode: u32, content: &'v [u8] },
    /// A directory provided afresh.
    Fresh { path: Vec<u8>, mode: u32 },
    /// Something within a tree that came before, to be writable.
    Within { path: Vec<u8>, is_dir: bool },
}

impl Step<'_> {
    pub(crate) fn path(&self) -> &[u8] {
        match self {
            Self::Dir { path, .. }
            | Self::Tree { path, .. }
            | Self::File { path, .. }
            | Self::Device { path }
            | Self::Link { path, .. }
            | Self::Data { path, .. }
            | Self::Fresh { path, .. }
            | Self::Within { path, .. } => path,
        }
    }
}

/// The steps for a view, its fully visible directories as one step each.
pub(crate) fn steps<'a>(survey: &Survey<'a>) -> Result<Vec<Step<'a>>, Error> {
    steps_from(survey, &[])
}

/// The same for consumers that can't mount on the root itself, even when all of it shows.
pub(crate) fn steps_under_root<'a>(survey: &Survey<'a>) -> Result<Vec<Step<'a>>, Error> {
    steps_from(survey, &[survey.view().root().index()])
}

/// The steps, with these directories opened in any case.
fn steps_from<'a>(survey: &Survey<'a>, opened: &[usize]) -> Result<Vec<Step<'a>>, Error> {
    let view = survey.view();
    let mut writer = Writer {
        survey,
        whole: vec![false; view.len()],
        made: vec![false; view.len()],
        steps: Vec::new(),
    };
    for entry in survey.entries(CoverForm::Allow)? {
        if entry.what == What::Whole
            && let Some(node) = view.lookup(&entry.path)
        {
            writer.whole[node.index()] = true;
        }
    }
    for &index in opened {
        writer.made[index] = true;
    }
    let nodes: Vec<Node<'a>> = view.iter().collect();
    for node in nodes.iter().rev() {
        let is_made = matches!(node.kind(), NodeKind::Synthetic { .. }) || node.is_provided();
        writer.made[node.index()] |= is_made;
        let is_own = writer.made[node.index()] || survey.is_writable(&node.path());
        if let Some(parent) = node.parent()
            && is_own
        {
            writer.made[parent.index()] = true;
        }
    }
    writer.walk(view.root(), false);
    // What may be written within a directory that is shown whole is no node of the view, and covers what is there.
    for path in survey.writable().iter().filter(|path| view.lookup(path).is_none()) {
        let is_dir = survey.kind_of(path)? == Some(Kind::Dir);
        writer.steps.push(Step::Within { path: path.clone(), is_dir });
    }
    Ok(writer.steps)
}

struct Writer<'s, 'a> {
    survey: &'s Survey<'a>,
    /// Directories all of which is visible.
    whole: Vec<bool>,
    /// Whether something is here or below that is not to be as in a tree of the host's: made by us, or writable.
    made: Vec<bool>,
    steps: Vec<Step<'a>>,
}

impl<'a> Writer<'_, 'a> {
    fn walk(&mut self, node: Node<'a>, in_whole: bool) {
        let path = node.path();
        let in_whole = in_whole || self.whole[node.index()];
        let step = match node.kind() {
            NodeKind::Symlink { target } => Step::Link { path, target },
            NodeKind::Synthetic { mode, content } => Step::Data { path, mode, content },
            NodeKind::Special { kind: Kind::CharDev | Kind::BlockDev, .. } => Step::Device { path },
            NodeKind::Tree { .. } => {
                let writable = self.survey.is_writable(&path);
                Step::Tree { path, writable }
            }
            NodeKind::Dir { mode, .. } if node.is_provided() => {
                self.steps.push(Step::Fresh { path, mode });
                return node.children().for_each(|child| self.walk(child, false));
            }
            NodeKind::Dir { .. } if in_whole && !self.made[node.index()] => {
                let writable = self.survey.is_writable(&path);
                Step::Tree { path, writable }
            }
            NodeKind::Dir { mode, .. } => {
                let held = node.children().len() > 0;
                self.steps.push(Step::Dir { path, mode, held });
                return node.children().for_each(|child| self.walk(child, in_whole));
            }
            _ => {
                let writable = self.survey.is_writable(&path);
                Step::File { path, writable }
            }
        };
        self.steps.push(step);
    }
}

/// What a step that can't be written would have shown.
pub(crate) fn below(survey: &Survey<'_>, path: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut open: Vec<_> = survey.view().lookup(path).into_iter().collect();
    while let Some(node) = open.pop() {
        found.push(node.path());
        open.extend(node.children());
    }
    found
}
