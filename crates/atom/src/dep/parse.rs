//! The parser of specifications: one pass over the words, one growing list.

use super::DepKind;
use super::node::{Group, Item, Span};
use crate::atom::{self, Syntax};
use crate::eapi::Eapi;
use crate::error::{ErrorKind, Fault};
use crate::name;

/// How deep groups may be nested, so that code which walks them may recurse. Real ones stay below ten.
pub const MAX_DEPTH: usize = 256;

/// Reads a specification.
pub(super) fn parse(text: &str, eapi: Eapi, kind: DepKind) -> Result<Vec<Item>, Fault> {
    if i32::try_from(text.len()).is_err() {
        return Err(Fault::new(0, ErrorKind::TooLong, "less than 2 GiB of text"));
    }
    let mut parser = Parser {
        text: text.as_bytes(),
        at: 0,
        eapi,
        kind,
        items: Vec::with_capacity(text.len() / 24 + 1),
        open: Vec::new(),
    };
    while let Some(word) = parser.word() {
        parser.member(word)?;
    }
    parser.finish()
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    eapi: Eapi,
    kind: DepKind,
    items: Vec<Item>,
    /// For each open group, its place in `items`.
    open: Vec<usize>,
}

/// Where a word starts and ends.
type Word = (usize, usize);

impl<'a> Parser<'a> {
    fn word(&mut self) -> Option<Word> {
        let blank = |b: &u8| b.is_ascii_whitespace();
        let start = self.at + self.text[self.at..].iter().position(|b| !blank(b))?;
        let len = self.text[start..].iter().position(blank);
        self.at = len.map_or(self.text.len(), |len| start + len);
        Some((start, self.at))
    }

    fn bytes(&self, word: Word) -> &'a [u8] {
        &self.text[word.0..word.1]
    }

    fn member(&mut self, word: Word) -> Result<(), Fault> {
        match self.bytes(word) {
            b"(" => self.open_group(Group::AllOf, Span::EMPTY, word),
            b")" => self.close(word),
            b"||" => self.operator(Group::AnyOf, word),
            b"^^" => self.operator(Group::ExactlyOneOf, word),
            b"??" => self.operator(Group::AtMostOneOf, word),
            [condition @ .., b'?'] => self.condition(condition, word),
            _ => self.leaf(word),
        }
    }

    fn operator(&mut self, group: Group, word: Word) -> Result<(), Fault> {
        let required_use = self.kind == DepKind::RequiredUse;
        let (here, in_eapi) = match group {
            Group::AnyOf => (!matches!(self.kind, DepKind::SrcUri | DepKind::Words), true),
            Group::AtMostOneOf => (required_use, self.eapi.has_at_most_one_of()),
            _ => (required_use, true),
        };
        if !here {
            let expected = "no such group in this variable";
            return Err(Fault::new(word.0, ErrorKind::NotHere, expected));
        }
        if !in_eapi {
            return Err(Fault::new(word.0, ErrorKind::NotInEapi, "no ?? before EAPI 5"));
        }
        self.parenthesis()?;
        self.open_group(group, Span::EMPTY, word)
    }

    fn condition(&mut self, text: &[u8], word: Word) -> Result<(), Fault> {
        let (flag, skip) = text.strip_prefix(b"!").map_or((text, 0), |flag| (flag, 1));
        flag_name(flag, word.0 + skip)?;
        let span = span(word.0 + skip, word.1 - 1);
        self.parenthesis()?;
        self.open_group(Group::When { enabled: skip == 0 }, span, word)
    }

    /// The `(` that has to follow.
    fn parenthesis(&mut self) -> Result<(), Fault> {
        let end = self.at;
        match self.word() {
            Some(word) if self.bytes(word) == b"(" => Ok(()),
            word => {
                let at = word.map_or(end, |word| word.0);
                Err(Fault::new(at, ErrorKind::Group, "an opening parenthesis"))
            }
        }
    }

    fn open_group(&mut self, group: Group, flag: Span, word: Word) -> Result<(), Fault> {
        if self.open.len() == MAX_DEPTH {
            return Err(Fault::new(word.0, ErrorKind::TooDeep, "less deeply nested groups"));
        }
        self.open.push(self.items.len());
        self.items.push(Item::Group { group, flag, len: 0 });
        Ok(())
    }

    /// PMS wants at least one member in a group; eclasses generate empty ones in `REQUIRED_USE`, and Portage takes them.
    #[allow(clippy::cast_possible_truncation, reason = "fewer entries than bytes of text")]
    fn close(&mut self, word: Word) -> Result<(), Fault> {
        let Some(place) = self.open.pop() else {
            return Err(Fault::new(word.0, ErrorKind::Group, "no parenthesis to close here"));
        };
        let members = (self.items.len() - place - 1) as u32;
        if members == 0 && self.kind != DepKind::RequiredUse {
            return Err(Fault::new(word.0, ErrorKind::Group, "a member of the group"));
        }
        if let Item::Group { len, .. } = &mut self.items[place] {
            *len = members;
        }
        Ok(())
    }

    fn leaf(&mut self, word: Word) -> Result<(), Fault> {
        let text = self.bytes(word);
        let span = span(word.0, word.1);
        let item = match self.kind {
            DepKind::Package => {
                let layout = atom::parse(text, Syntax::of(self.eapi))
                    .map_err(|fault| fault.shifted(word.0))?;
                Item::Atom { span, layout }
            }
            DepKind::RequiredUse => flag(text, word)?,
            DepKind::SrcUri => self.uri(span)?,
            DepKind::License | DepKind::Words => {
                name_only(text, word.0)?;
                Item::Word { span }
            }
        };
        self.items.push(item);
        Ok(())
    }

    fn uri(&mut self, uri: Span) -> Result<Item, Fault> {
        if self.text[uri.start as usize..uri.end as usize] == *b"->" {
            let expected = "an address in front of the arrow";
            return Err(Fault::new(uri.start as usize, ErrorKind::Trailing, expected));
        }
        let before = self.at;
        match self.word() {
            Some(arrow) if self.bytes(arrow) == b"->" => {
                if !self.eapi.has_src_uri_arrows() {
                    let expected = "no arrow before EAPI 2";
                    return Err(Fault::new(arrow.0, ErrorKind::NotInEapi, expected));
                }
                let end = self.at;
                match self.word() {
                    Some(name) if is_file_name(self.bytes(name)) => {
                        Ok(Item::Uri { span: uri, name: span(name.0, name.1) })
                    }
                    name => {
                        let at = name.map_or(end, |name| name.0);
                        Err(Fault::new(at, ErrorKind::Trailing, "a file name behind the arrow"))
                    }
                }
            }
            _ => {
                self.at = before;
                Ok(Item::Uri { span: uri, name: Span::EMPTY })
            }
        }
    }

    fn finish(self) -> Result<Vec<Item>, Fault> {
        if self.open.is_empty() {
            return Ok(self.items);
        }
        Err(Fault::new(self.text.len(), ErrorKind::Group, "a closing parenthesis"))
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the whole text is shorter than 2 GiB")]
fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, end: end as u32 }
}

/// `flag` or `!flag`.
fn flag(text: &[u8], word: Word) -> Result<Item, Fault> {
    let (flag, skip) = text.strip_prefix(b"!").map_or((text, 0), |flag| (flag, 1));
    flag_name(flag, word.0 + skip)?;
    Ok(Item::Flag { span: span(word.0 + skip, word.1), enabled: skip == 0 })
}

fn flag_name(flag: &[u8], offset: usize) -> Result<(), Fault> {
    let starts_well = flag.first().is_some_and(|&first| name::starts_flag(first));
    if starts_well && name::flag_run(flag) == flag.len() {
        return Ok(());
    }
    Err(Fault::new(offset, ErrorKind::UseDep, "a USE flag"))
}

fn name_only(text: &[u8], offset: usize) -> Result<(), Fault> {
    let starts_well = text.first().is_some_and(|&first| name::starts_name(first));
    if starts_well && name::wide_run(text) == text.len() {
        return Ok(());
    }
    Err(Fault::new(offset, ErrorKind::Trailing, "a name"))
}

fn is_file_name(text: &[u8]) -> bool {
    !text.contains(&b'/') && !text.ends_with(b"?") && !matches!(text, b"(" | b")" | b"->")
}
