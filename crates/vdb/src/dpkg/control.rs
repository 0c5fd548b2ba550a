//! The paragraphs of dpkg's control files (`deb822(5)`), borrowed from the file's bytes.

use super::problem::{Fault, Problem};

/// One `Name: value` of a paragraph.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) name: &'a [u8],
    /// The value with its continuation lines as they are in the file, trimmed at both ends.
    pub(super) value: &'a [u8],
    /// Line of the name, from 1.
    pub(super) line: usize,
    /// Where the value begins in the file.
    start: usize,
}

/// The fields of one paragraph in the order of the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Paragraph<'a> {
    pub(super) fields: Vec<Field<'a>>,
}

impl<'a> Paragraph<'a> {
    /// Line of the first field.
    pub(super) fn line(&self) -> usize {
        self.fields.first().map_or(1, |field| field.line)
    }

    /// The field of this name, in any case.
    pub(super) fn field(&self, name: &str) -> Option<Field<'a>> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name.as_bytes())).copied()
    }

    /// The value as text; a field that is not UTF-8 is a fault.
    pub(super) fn text(&self, name: &str) -> Result<Option<(&'a str, usize)>, Fault> {
        let Some(field) = self.field(name) else { return Ok(None) };
        match std::str::from_utf8(field.value) {
            Ok(text) => Ok(Some((text, field.line))),
            Err(_) => Err(Fault::new(field.line, Problem::NotUtf8(name.to_owned()))),
        }
    }

    /// The value of a field without which the paragraph means nothing.
    pub(super) fn required(&self, name: &'static str) -> Result<(&'a str, usize), Fault> {
        self.text(name)?
            .filter(|(text, _)| !text.is_empty())
            .ok_or_else(|| Fault::new(self.line(), Problem::FieldMissing(name)))
    }
}

/// Splits a control file into its paragraphs.
pub(super) fn paragraphs(bytes: &[u8]) -> Result<Vec<Paragraph<'_>>, Fault> {
    let mut all = Vec::new();
    let mut current = Paragraph::default();
    let mut at = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let start = at;
        at += line.len();
        let number = index + 1;
        if line.trim_ascii().is_empty() {
            if !current.fields.is_empty() {
                all.push(std::mem::take(&mut current));
            }
        } else if matches!(line[0], b' ' | b'\t') {
            let last = current.fields.last_mut().ok_or(Fault::new(number, Problem::NotAField))?;
            last.value = bytes[last.start..at].trim_ascii();
        } else if line[0] != b'#' {
            current.fields.push(field(line, number, start)?);
        }
    }
    if !current.fields.is_empty() {
        all.push(current);
    }
    Ok(all)
}

/// Reads the first line of a field, which begins at `offset` of the file.
fn field(line: &[u8], number: usize, offset: usize) -> Result<Field<'_>, Fault> {
    let fault = Fault::new(number, Problem::NotAField);
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return Err(fault) };
    let name = line[..colon].trim_ascii();
    if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
        return Err(fault);
    }
    let value = line[colon + 1..].trim_ascii();
    Ok(Field { name, value, line: number, start: offset + colon + 1 })
}
