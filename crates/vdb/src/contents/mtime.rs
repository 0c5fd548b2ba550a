//! The time at the end of an `obj` or `sym` line.

/// A recorded modification time, kept as it was written.
///
/// Invariant: either decimal digits (with a minus sign for times before 1970), or the stat tuple that ancient
/// Portage versions wrote for symbolic links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mtime<'a>(&'a [u8]);

impl<'a> Mtime<'a> {
    /// Reads a number of seconds.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some(Self(text))
    }

    /// Reads `(mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)`, as Python 2 printed it.
    pub(super) fn parse_tuple(text: &'a [u8]) -> Option<Self> {
        let inner = text.strip_prefix(b"(")?.strip_suffix(b")")?;
        let mut fields = 0;
        for field in inner.split(|&b| b == b',') {
            let field = if fields == 0 { field } else { field.strip_prefix(b" ")? };
            let digits = field.strip_suffix(b"L").unwrap_or(field);
            Self::parse(digits)?;
            fields += 1;
        }
        (fields == 10).then_some(Self(text))
    }

    /// The text as it stands in the file.
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The seconds since 1970, unless they exceed 64 bits.
    pub fn seconds(self) -> Option<i64> {
        let digits = match self.0.strip_prefix(b"(") {
            None => self.0,
            Some(tuple) => tuple.split(|&b| b == b',').nth(8)?.trim_ascii(),
        };
        let digits = digits.strip_suffix(b"L").unwrap_or(digits);
        std::str::from_utf8(digits).ok()?.parse().ok()
    }
}
