//! Debian versions written as PMS versions that sort the same way.
//!
//! PMS compares the dotted numbers first, then the suffixes one by one (`_alpha` < `_beta` < `_pre` < `_rc` <
//! nothing < `_p`), the revision last (PMS 3.3). That is enough to carry dpkg's whole order:
//!
//! | Debian | PMS | rule |
//! |---|---|---|
//! | `2.36-9` | `2.36_p9` | leading dotted numbers stay, the Debian revision's number is `_p` |
//! | `1:5.2-1` | `100000000.5.2_p1` | epoch *e* > 0 is a first component of *e* and eight zeros |
//! | `12.4+b8` | `12.4_p6237_p_p8` | text is coded two characters to a suffix, closed by a padded one; then its number |
//! | `1.0~rc1-2` | `1.0_beta5338_p_p1_p2` | `~` is `_beta` |
//! | `1.2.dfsg-1` | `1.2.99999999_p3941_p5442_p_p0_p1` | text after a dot is a component above all numbers |
//! | `2.06-13` | `2.6_p13-r1001` | what dpkg calls equal differs in the PMS revision only |
//!
//! Numbers that reach a reserved value (99999998 in a component, 998 in a Debian revision) are written as that
//! value followed by themselves. Rarer places of `~` are `_alpha` (`1.~a`), `_pre` (a revision beginning with it)
//! and `_rc` (revision `0~a`), each between its neighbours.

use super::version::{Cursor, DebianVersion, significant};

/// Component for "a number beyond the reserved values follows".
const BIG: &str = "99999998";
/// Component for "something that sorts after every number follows".
const ABOVE: &str = "99999999";
/// The same two for the number of a Debian revision; text codes begin at 1000.
const BIG_REVISION: &str = "998";
const ABOVE_REVISION: &str = "999";

/// The PMS version of a Debian version: injective, and ordered as dpkg orders.
///
/// Versions that dpkg calls equal map to versions that differ only in their `-r` revision.
///
/// ```
/// use hermitage_vdb::dpkg::{DebianVersion, pms_version};
/// let version = DebianVersion::parse("2.36-9+deb12u4").ok_or("a version")?;
/// assert_eq!(pms_version(version), "2.36_p9_p6239_p4037_p_p12_p5600_p4");
/// # Ok::<(), &'static str>(())
/// ```
pub fn pms_version(version: DebianVersion<'_>) -> String {
    let mut text = pms_base(version);
    if let Some(spelling) = spelling(version) {
        text.push_str("-r");
        text.push_str(&spelling);
    }
    text
}

/// The PMS version without the revision: the same text for all that dpkg calls equal.
pub fn pms_base(version: DebianVersion<'_>) -> String {
    let mut encoder = Encoder { out: String::new() };
    let epoch = significant(version.epoch());
    if !epoch.is_empty() {
        encoder.out.push_str(epoch);
        encoder.out.push_str("00000000.");
    }
    encoder.upstream(Cursor::new(version.upstream()));
    encoder.revision(Cursor::new(version.revision()));
    encoder.out
}

struct Encoder {
    out: String,
}

impl Encoder {
    /// The leading dotted numbers, then the tail.
    fn upstream(&mut self, mut cursor: Cursor<'_>) {
        let mut text = cursor.text();
        loop {
            if let Some(rest) = text.strip_prefix('~') {
                self.out.push('0');
                return self.text_and_tail(rest, "alpha", cursor);
            }
            if !text.is_empty() {
                self.out.push_str(ABOVE);
                return self.text_and_tail(text, "p", cursor);
            }
            self.component(cursor.number());
            let mut ahead = cursor;
            let next = ahead.text();
            if let Some(rest) = next.strip_prefix('.') {
                self.out.push('.');
                (text, cursor) = (rest, ahead);
            } else if let Some(rest) = next.strip_prefix(':') {
                // A colon sorts after a dot, whatever follows the dot.
                self.out.push('.');
                self.out.push_str(ABOVE);
                self.out.push_str(".0");
                return self.text_and_tail(rest, "p", ahead);
            } else {
                return self.tail(cursor);
            }
        }
    }

    fn revision(&mut self, mut cursor: Cursor<'_>) {
        let text = cursor.text();
        if let Some(rest) = text.strip_prefix('~') {
            return self.text_and_tail(rest, "pre", cursor);
        }
        if !text.is_empty() {
            self.suffix("p", ABOVE_REVISION);
            return self.text_and_tail(text, "p", cursor);
        }
        let number = significant(cursor.number());
        if number.is_empty() {
            return self.after_zero_revision(cursor);
        }
        if reaches(number, BIG_REVISION) {
            self.suffix("p", BIG_REVISION);
        }
        self.suffix("p", number);
        self.tail(cursor);
    }

    /// Revision 0 equals no revision, so it has no suffix unless more than it follows.
    fn after_zero_revision(&mut self, mut cursor: Cursor<'_>) {
        if cursor.is_empty() {
            return;
        }
        if cursor.rest().starts_with('~') {
            let text = cursor.text();
            return self.text_and_tail(&text[1..], "rc", cursor);
        }
        self.suffix("p", "0");
        self.tail(cursor);
    }

    /// Text and numbers by turns, from just after a number to the end of the part.
    fn tail(&mut self, mut cursor: Cursor<'_>) {
        while !cursor.is_empty() {
            let text = cursor.text();
            match text.strip_prefix('~') {
                Some(rest) => self.text(rest, "beta"),
                None => self.text(text, "p"),
            }
            self.number(cursor.number());
        }
    }

    fn text_and_tail(&mut self, text: &str, kind: &str, mut cursor: Cursor<'_>) {
        self.text(text, kind);
        self.number(cursor.number());
        self.tail(cursor);
    }

    /// Text in suffixes of two characters; the last one has padding, which sorts before characters.
    fn text(&mut self, text: &str, mut kind: &str) {
        for run in text.split('~') {
            let bytes = run.as_bytes();
            for at in (0..=bytes.len()).step_by(2) {
                let high = bytes.get(at).map_or(0, |byte| code(*byte));
                let low = bytes.get(at + 1).map_or(0, |byte| code(*byte));
                match high * 100 + low {
                    0 => self.suffix(kind, ""),
                    both => self.suffix(kind, &both.to_string()),
                }
                kind = "p";
            }
            kind = "beta";
        }
    }

    fn number(&mut self, digits: &str) {
        let number = significant(digits);
        self.suffix("p", if number.is_empty() { "0" } else { number });
    }

    fn suffix(&mut self, kind: &str, number: &str) {
        self.out.push('_');
        self.out.push_str(kind);
        self.out.push_str(number);
    }

    fn component(&mut self, digits: &str) {
        let number = significant(digits);
        if reaches(number, BIG) {
            self.out.push_str(BIG);
            self.out.push('.');
        }
        self.out.push_str(if number.is_empty() { "0" } else { number });
    }
}

/// Whether a number without leading zeros is at least `limit`.
fn reaches(number: &str, limit: &str) -> bool {
    (number.len(), number) >= (limit.len(), limit)
}

/// Two digits for a character, in dpkg's order; zero is padding.
fn code(byte: u8) -> u32 {
    match byte {
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        b'a'..=b'z' => u32::from(byte - b'a') + 36,
        b'+' => 62,
        b'-' => 63,
        b'.' => 64,
        _ => 65,
    }
}

/// How the text differs from the usual spelling of an equal version; `None` when it does not.
///
/// A `1`, then for the epoch and each number a digit: how many zeros stand before it. Nines continue.
fn spelling(version: DebianVersion<'_>) -> Option<String> {
    let mut counts = vec![match significant(version.epoch()).len() {
        0 => version.epoch().len(),
        len => version.epoch().len() - len,
    }];
    part_spelling(version.upstream(), false, &mut counts);
    part_spelling(version.revision(), true, &mut counts);
    let used = counts.iter().rposition(|count| *count != 0)? + 1;
    let mut digits = String::from("1");
    for &count in &counts[..used] {
        digits.extend(std::iter::repeat_n('9', count / 9));
        digits.push_str(&(count % 9).to_string());
    }
    Some(digits)
}

fn part_spelling(part: &str, is_revision: bool, counts: &mut Vec<usize>) {
    let mut cursor = Cursor::new(part);
    loop {
        let text = cursor.text();
        let digits = cursor.number();
        let last = cursor.is_empty();
        let usually_absent = last
            && match text.as_bytes().last() {
                None => is_revision,
                Some(byte) => !matches!(byte, b'.' | b'-'),
            };
        counts.push(match (significant(digits).len(), digits.len()) {
            (0, len) if usually_absent => len,
            (0, 0) => 1,
            (0, 1) => 0,
            (0, len) => len,
            (kept, len) => len - kept,
        });
        if last {
            return;
        }
    }
}
