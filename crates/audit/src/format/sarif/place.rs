//! Where a result is.

use std::fmt::Write as _;

use super::EbuildFile;
use super::model::{ArtifactLocation, PhysicalLocation, Region};
use crate::{Class, Finding};

/// The line of the ebuild that sets a variable which the finding says to change; its first line where it sets none of them.
pub(super) fn in_ebuild(ebuild: &EbuildFile<'_>, finding: &Finding) -> PhysicalLocation {
    let mut classes = finding.suggestion.iter().flat_map(|suggestion| &suggestion.classes);
    let line = classes.find_map(|class| line_of(ebuild.text, *class));
    let region = Some(Region { start_line: line.unwrap_or(1) });
    PhysicalLocation { artifact_location: ArtifactLocation { uri: uri(ebuild.path) }, region }
}

/// A file as a whole.
pub(super) fn of_file(path: &[u8]) -> PhysicalLocation {
    PhysicalLocation { artifact_location: ArtifactLocation { uri: uri(path) }, region: None }
}

fn line_of(ebuild: &[u8], class: Class) -> Option<usize> {
    let sets = |line: &[u8]| {
        let rest = line.trim_ascii_start().strip_prefix(class.as_str().as_bytes());
        rest.is_some_and(|rest| rest.starts_with(b"=") || rest.starts_with(b"+="))
    };
    ebuild.split(|&byte| byte == b'\n').position(sets).map(|at| at + 1)
}

/// A path as a URI, relative if the path is (RFC 3986: every byte that is not unreserved is escaped).
fn uri(path: &[u8]) -> String {
    let mut uri = String::new();
    if path.starts_with(b"/") {
        uri.push_str("file://");
    }
    for &byte in path {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            // Writing to a string does not fail.
            byte => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}
