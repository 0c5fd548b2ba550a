//! What can't be written as it is.

use std::fmt::{self, Display, Write};

/// Text on one line without anything that a terminal, a browser or a reader could take for something else: control
/// characters are `\xHH`, marks that change the direction of writing and what is no character are `\u{HHHH}`.
///
/// A backslash stays as it is, since most of what is written has its control characters escaped already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a>(pub(crate) &'a str);

/// The same in XML and HTML, as content or as the value of an attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Xml<'a>(pub(crate) &'a str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| shown(f, char))
    }
}

impl Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            char => shown(f, char),
        })
    }
}

fn shown(f: &mut impl Write, char: char) -> fmt::Result {
    match char {
        char if char.is_control() => {
            char.to_string().bytes().try_for_each(|byte| write!(f, "\\x{byte:02x}"))
        }
        char if misleads(char) => write!(f, "\\u{{{:x}}}", u32::from(char)),
        char => f.write_char(char),
    }
}

/// Line separators, marks and overrides of the direction (Unicode standard annex 9), and code points that are no characters, of which
/// XML 1.0 (section 2.2) forbids two.
fn misleads(char: char) -> bool {
    matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(u32::from(char) & 0xffff, 0xfffe | 0xffff)
        || matches!(char, '\u{fdd0}'..='\u{fdef}')
}
