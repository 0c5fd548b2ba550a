//! Text from outside, as it may stand in a message.

use std::fmt::{self, Write as _};

/// Prints as what it holds, but with control characters as Rust writes them (`\n`, `\u{1b}`): a path or a word that did
/// not parse may hold any, and they would command a terminal, or pass for a line of their own.
///
/// The errors of this crate print what they quote like that; it is public for others who quote names.
///
/// ```
/// use hermitage_atom::Printable;
///
/// assert_eq!(Printable("app-misc/\u{1b}[31mfoo\n").to_string(), r"app-misc/\u{1b}[31mfoo\n");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Printable<T>(pub T);

impl<T: fmt::Display> fmt::Display for Printable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escape(f), "{}", self.0)
    }
}

/// Passes text on, control characters escaped.
struct Escape<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for Escape<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.split_inclusive(char::is_control).try_for_each(|piece| {
            let control = piece.chars().next_back().filter(|last| last.is_control());
            let plain = &piece[..piece.len() - control.map_or(0, char::len_utf8)];
            self.0.write_str(plain)?;
            control
                .into_iter()
                .try_for_each(|control| write!(self.0, "{}", control.escape_default()))
        })
    }
}
