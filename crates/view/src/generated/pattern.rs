use std::fmt;

use crate::{Error, ErrorKind};

/// A path with wildcards: `?` and `*` inside a component, `**` for any number of whole components, none included.
///
/// What each `*` and `**` stood for can be put into other paths as `{1}`, `{2}` and so on.
///
/// ```
/// use hermitage_view::Pattern;
///
/// let pattern = Pattern::parse("/usr/lib/python*/**/__pycache__/*.cpython-*.pyc")?;
/// let found = pattern.matches(b"/usr/lib/python3/a/b/__pycache__/c.cpython-313.pyc").ok_or("no match")?;
/// assert_eq!(found.fill("/usr/lib/python{1}/{2}/{3}.py"), b"/usr/lib/python3/a/b/c.py");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    pub(crate) parts: Vec<Part>,
}

/// One component of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Literal(Vec<u8>),
    Wild(Vec<u8>),
    Deep,
}

/// What the wildcards of a [`Pattern`] stood for, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Captures(pub(crate) Vec<Vec<u8>>);

impl Pattern {
    /// Reads a pattern; it must be absolute and hold no `.` or `..` components.
    ///
    /// # Errors
    /// When it is not such a path.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if !text.starts_with('/') {
            return Err(Error::new(text, ErrorKind::NotAbsolute));
        }
        let mut parts = Vec::new();
        for part in text.split('/').filter(|part| !part.is_empty()) {
            parts.push(match part {
                "." | ".." => {
                    let what = "a pattern holds no \".\" or \"..\"";
                    return Err(Error::new(text, ErrorKind::Rule(what)));
                }
                "**" => Part::Deep,
                part if part.contains(['*', '?']) => Part::Wild(part.into()),
                part => Part::Literal(part.into()),
            });
        }
        Ok(Self { text: text.into(), parts })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the wildcards stand for when `path` (absolute, canonical) matches.
    pub fn matches(&self, path: &[u8]) -> Option<Captures> {
        if !self.begins(path) {
            return None;
        }
        let names: Vec<&[u8]> = names(path).collect();
        let mut captures = Captures::default();
        match_parts(&self.parts, &names, &mut captures).then_some(captures)
    }

    /// Whether some name in a canonical directory may match.
    pub(crate) fn may_match_in(&self, dir: &[u8]) -> bool {
        let Some((last, above)) = self.parts.split_last() else { return false };
        let mut names = names(dir);
        for part in above {
            match (part, names.next()) {
                (Part::Deep, _) => return true,
                (part, Some(name)) if part.fits(name) => {}
                _ => return false,
            }
        }
        *last == Part::Deep || names.next().is_none()
    }

    /// Whether the components before the first wildcard are those of a path: hardly any path gets further.
    fn begins(&self, path: &[u8]) -> bool {
        let mut literals = self.parts.iter().map_while(|part| match part {
            Part::Literal(literal) => Some(&literal[..]),
            Part::Wild(_) | Part::Deep => None,
        });
        let mut names = names(path);
        literals.all(|literal| names.next() == Some(literal))
    }
}

fn names(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').filter(|name| !name.is_empty())
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Captures {
    /// `template` with `{1}` replaced by what the first wildcard stood for, and so on; other text stays.
    pub fn fill(&self, template: &str) -> Vec<u8> {
        let mut filled = Vec::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.extend_from_slice(before.as_bytes());
            let known = after.split_once('}').and_then(|(number, after)| {
                let at = number.parse::<usize>().ok()?.checked_sub(1)?;
                Some((self.0.get(at)?, after))
            });
            rest = if let Some((value, after)) = known {
                filled.extend_from_slice(value);
                after
            } else {
                filled.push(b'{');
                after
            };
        }
        filled.extend_from_slice(rest.as_bytes());
        filled
    }

    pub(crate) fn with(&self, more: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self(self.0.iter().cloned().chain(more).collect())
    }
}

fn match_parts(parts: &[Part], names: &[&[u8]], captures: &mut Captures) -> bool {
    let Some((part, parts)) = parts.split_first() else { return names.is_empty() };
    let depth = captures.0.len();
    if *part == Part::Deep {
        return (0..=names.len()).any(|count| {
            captures.0.truncate(depth);
            captures.0.push(names[..count].join(&b'/'));
            match_parts(parts, &names[count..], captures)
        });
    }
    let Some((name, names)) = names.split_first() else { return false };
    part.matches(name).is_some_and(|found| {
        captures.0.extend(found);
        match_parts(parts, names, captures) || {
            captures.0.truncate(depth);
            false
        }
    })
}

impl Part {
    /// Whether `name` matches; [`Part::Deep`] matches no single name.
    pub(crate) fn fits(&self, name: &[u8]) -> bool {
        match self {
            Self::Literal(literal) => literal == name,
            Self::Wild(wild) => fits(wild, name),
            Self::Deep => false,
        }
    }

    /// What the wildcards of this component stand for when `name` matches; [`Part::Deep`] matches no single name.
    pub(crate) fn matches(&self, name: &[u8]) -> Option<Vec<Vec<u8>>> {
        match self {
            Self::Literal(literal) => (literal == name).then(Vec::new),
            Self::Wild(wild) => {
                let mut found = Vec::new();
                match_name(wild, name, &mut found).then_some(found)
            }
            Self::Deep => None,
        }
    }
}

/// As [`match_name`], without noting what the wildcards stand for: nearly all names are refused.
fn fits(wild: &[u8], name: &[u8]) -> bool {
    let Some((&first, wild)) = wild.split_first() else { return name.is_empty() };
    match first {
        b'*' => (0..=name.len()).any(|len| fits(wild, &name[len..])),
        b'?' => !name.is_empty() && fits(wild, &name[1..]),
        byte => name.first() == Some(&byte) && fits(wild, &name[1..]),
    }
}

/// Shortest match first. Names and patterns are short, so plain backtracking does.
fn match_name(wild: &[u8], name: &[u8], found: &mut Vec<Vec<u8>>) -> bool {
    let Some((&first, wild)) = wild.split_first() else { return name.is_empty() };
    match first {
        b'*' => {
            let depth = found.len();
            (0..=name.len()).any(|len| {
                found.truncate(depth);
                found.push(name[..len].to_vec());
                match_name(wild, &name[len..], found)
            })
        }
        b'?' => !name.is_empty() && match_name(wild, &name[1..], found),
        byte => name.first() == Some(&byte) && match_name(wild, &name[1..], found),
    }
}
