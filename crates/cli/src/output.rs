//! Data on stdout.

use std::fmt::Write as _;
use std::io::{self, BufWriter, StdoutLock, Write as _};

use serde::Serialize;

use crate::failure::Failure;

/// stdout, buffered. What is still in the buffer is written by [`Output::finish`].
#[derive(Debug)]
pub(crate) struct Output {
    out: BufWriter<StdoutLock<'static>>,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, io::stdout().lock()) }
    }

    /// Bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        Ok(self.out.write_all(bytes)?)
    }

    /// A line of fields, separated by tabs; see [`field`].
    pub(crate) fn fields<const N: usize>(&mut self, fields: [&[u8]; N]) -> Result<(), Failure> {
        for (index, bytes) in fields.into_iter().enumerate() {
            if index > 0 {
                self.out.write_all(b"\t")?;
            }
            self.out.write_all(&field(bytes))?;
        }
        Ok(self.out.write_all(b"\n")?)
    }

    /// A line of text.
    pub(crate) fn line(&mut self, text: impl std::fmt::Display) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{text}")?)
    }

    /// A value as JSON, on as many lines as it likes.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.out, value).map_err(io::Error::from)?;
        Ok(self.out.write_all(b"\n")?)
    }

    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }
}

/// The bytes of a field, with control characters as `\xHH` and a backslash doubled, so that tabs and line breaks only
/// separate. Everything else is as it is, valid UTF-8 or not.
fn field(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\\' => text.extend_from_slice(b"\\\\"),
            byte if byte.is_ascii_control() => {
                let mut escaped = String::new();
                // Writing to a string does not fail.
                let _ = write!(escaped, "\\x{byte:02x}");
                text.extend_from_slice(escaped.as_bytes());
            }
            byte => text.push(byte),
        }
    }
    text
}
