use std::fmt;
use std::io::{self, Read};

use md5::Md5;
use sha2::{Digest as _, Sha256};

/// A SHA-256, printed as `sha256:` and hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sum(pub [u8; 32]);

/// What tells a file's content from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Content {
    /// The MD5, for files that a package recorded with one.
    Md5([u8; 16]),
    /// The SHA-256, for all others.
    Sha256(Sum),
    /// The file may not be read by who looks.
    Closed,
}

/// How a content is told from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// As packages record it.
    Md5,
    /// For everything else.
    Sha256,
}

/// As much as is read at a time: it stays in the processor's cache while it is summed up.
const PIECE: usize = 128 << 10;

impl Sum {
    /// The sum of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads what [`Display`](fmt::Display) prints.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(bytes(text.strip_prefix("sha256:")?)?))
    }

    /// The hexadecimal digits.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

impl Algorithm {
    /// The content that a reader has, and its length.
    ///
    /// # Errors
    /// The reader's.
    pub fn of_reader(self, reader: &mut impl Read) -> io::Result<(Content, u64)> {
        match self {
            Self::Md5 => {
                let mut sum = Md5::new();
                let size = each_piece(reader, |piece| sum.update(piece))?;
                Ok((Content::Md5(sum.finalize().into()), size))
            }
            Self::Sha256 => {
                let mut sum = Sha256::new();
                let size = each_piece(reader, |piece| sum.update(piece))?;
                Ok((Content::Sha256(Sum(sum.finalize().into())), size))
            }
        }
    }

    /// The content of these bytes.
    pub fn of_bytes(self, bytes: &[u8]) -> Content {
        match self {
            Self::Md5 => Content::Md5(Md5::digest(bytes).into()),
            Self::Sha256 => Content::Sha256(Sum::of(bytes)),
        }
    }
}

impl Content {
    /// Reads what [`Display`](fmt::Display) prints.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "closed" {
            return Some(Self::Closed);
        }
        match text.strip_prefix("md5:") {
            Some(digits) => Some(Self::Md5(bytes(digits)?)),
            None => Some(Self::Sha256(Sum::parse(text)?)),
        }
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Md5(sum) => write!(f, "md5:{}", hex(sum)),
            Self::Sha256(sum) => sum.fmt(f),
            Self::Closed => f.write_str("closed"),
        }
    }
}

fn each_piece(reader: &mut impl Read, mut visit: impl FnMut(&[u8])) -> io::Result<u64> {
    let mut piece = vec![0; PIECE];
    let mut size = 0;
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(size),
            Ok(length) => {
                visit(&piece[..length]);
                size += length as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes that just so many lower-case digits stand for.
pub(super) fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let digits = digits.as_bytes();
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}
