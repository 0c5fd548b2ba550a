//! Records as bytes.

use std::io::Write as _;

/// Appends a record of these fields.
pub(super) fn record<'f>(fields: impl IntoIterator<Item = &'f [u8]>, out: &mut Vec<u8>) {
    for field in fields {
        // A Vec takes all that is written to it.
        let _ = write!(out, "{}:", field.len());
        out.extend_from_slice(field);
        out.push(b',');
    }
    out.push(b'\n');
}
