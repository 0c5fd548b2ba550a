//! USE dependencies: what stands between the brackets of an atom.

use super::{AtomRef, Layout};
use crate::use_flags::UseFlags;
use std::fmt;

/// What a USE dependency asks of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UseDepKind {
    /// `[flag]`: on.
    Enabled,
    /// `[-flag]`: off.
    Disabled,
    /// `[flag?]`: on if it is on in the package that has the dependency.
    EnabledIf,
    /// `[!flag?]`: off if it is off in the package that has the dependency.
    DisabledUnless,
    /// `[flag=]`: the same as in the package that has the dependency.
    Equal,
    /// `[!flag=]`: the opposite of what it is in the package that has the dependency.
    Opposite,
}

impl UseDepKind {
    /// Whether it depends on the package that has the dependency.
    pub fn is_conditional(self) -> bool {
        !matches!(self, Self::Enabled | Self::Disabled)
    }

    /// What it asks for once the flag's state in the package that has the dependency is known: on, off or nothing.
    pub fn wanted(self, parent: bool) -> Option<bool> {
        match self {
            Self::Enabled => Some(true),
            Self::Disabled => Some(false),
            Self::EnabledIf => parent.then_some(true),
            Self::DisabledUnless => (!parent).then_some(false),
            Self::Equal => Some(parent),
            Self::Opposite => Some(!parent),
        }
    }
}

/// One USE dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UseDep<'a> {
    /// The flag.
    pub flag: &'a str,
    /// What is asked of it.
    pub kind: UseDepKind,
    /// `(+)` or `(-)`: the state to assume where the package does not have the flag.
    pub default: Option<bool>,
}

impl<'a> UseDep<'a> {
    /// Reads a part that the parser has checked already.
    fn trusted(text: &'a str) -> Self {
        let (text, negated) = text.strip_prefix('-').map_or((text, false), |rest| (rest, true));
        let (text, inverted) = text.strip_prefix('!').map_or((text, false), |rest| (rest, true));
        let end = text.find(['(', '?', '=']).unwrap_or(text.len());
        let (flag, tail) = text.split_at(end);
        let kind = match (tail.bytes().last(), inverted) {
            (Some(b'?'), false) => UseDepKind::EnabledIf,
            (Some(b'?'), true) => UseDepKind::DisabledUnless,
            (Some(b'='), false) => UseDepKind::Equal,
            (Some(b'='), true) => UseDepKind::Opposite,
            _ if negated => UseDepKind::Disabled,
            _ => UseDepKind::Enabled,
        };
        let default = tail.starts_with('(').then(|| tail.starts_with("(+"));
        Self { flag, kind, default }
    }
}

impl fmt::Display for UseDep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = match self.kind {
            UseDepKind::Enabled => ("", ""),
            UseDepKind::Disabled => ("-", ""),
            UseDepKind::EnabledIf => ("", "?"),
            UseDepKind::DisabledUnless => ("!", "?"),
            UseDepKind::Equal => ("", "="),
            UseDepKind::Opposite => ("!", "="),
        };
        let default = match self.default {
            Some(true) => "(+)",
            Some(false) => "(-)",
            None => "",
        };
        write!(f, "{before}{}{default}{after}", self.flag)
    }
}

/// Iterates over the USE dependencies of an atom.
#[derive(Clone, Debug)]
pub struct UseDeps<'a> {
    rest: Option<&'a str>,
}

impl<'a> UseDeps<'a> {
    pub(super) fn new(list: &'a str) -> Self {
        Self { rest: (!list.is_empty()).then_some(list) }
    }

    /// Whether there are none left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_none()
    }
}

impl<'a> Iterator for UseDeps<'a> {
    type Item = UseDep<'a>;

    fn next(&mut self) -> Option<UseDep<'a>> {
        let list = self.rest?;
        let (first, rest) = match list.split_once(',') {
            Some((first, rest)) => (first, Some(rest)),
            None => (list, None),
        };
        self.rest = rest;
        Some(UseDep::trusted(first))
    }
}

/// Appends the atom with its conditional USE dependencies resolved, and gives the layout of what was appended.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the result is not longer than the atom, which is below 2 GiB"
)]
pub(crate) fn write_evaluated(
    atom: AtomRef<'_>,
    flags: &(impl UseFlags + ?Sized),
    out: &mut String,
) -> Layout {
    let mut layout = atom.layout();
    if !layout.conditional {
        out.push_str(atom.as_str());
        return layout;
    }
    let start = out.len();
    out.push_str(&atom.as_str()[..layout.uses as usize - 1]);
    let bracket = out.len();
    for dep in atom.use_deps() {
        if let Some(on) = dep.kind.wanted(flags.is_enabled(dep.flag)) {
            out.push(if out.len() == bracket { '[' } else { ',' });
            let kind = if on { UseDepKind::Enabled } else { UseDepKind::Disabled };
            push_use_dep(out, UseDep { kind, ..dep });
        }
    }
    layout.conditional = false;
    if out.len() == bracket {
        (layout.uses, layout.uses_end) = (0, 0);
    } else {
        layout.uses_end = (out.len() - start) as u32;
        out.push(']');
    }
    layout
}

fn push_use_dep(out: &mut String, dep: UseDep<'_>) {
    if dep.kind == UseDepKind::Disabled {
        out.push('-');
    }
    out.push_str(dep.flag);
    match dep.default {
        Some(true) => out.push_str("(+)"),
        Some(false) => out.push_str("(-)"),
        None => {}
    }
}
