//! What a project's sources name.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::tree::walk;

/// Larger files are data or generated, not written by people.
const LARGEST: u64 = 4 << 20;

/// The names that stand in the sources of a project.
///
/// Read before the build, since what it generates names everything it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    headers: BTreeSet<Vec<u8>>,
    own: BTreeSet<Vec<u8>>,
    words: BTreeSet<Vec<u8>>,
    options: BTreeSet<String>,
    modules: BTreeSet<Vec<u8>>,
}

impl Project {
    /// Reads the text files below directories. Links are not followed.
    ///
    /// # Errors
    /// When a directory or file can't be read.
    pub fn scan<P: AsRef<Path>>(directories: impl IntoIterator<Item = P>) -> io::Result<Self> {
        let mut project = Self::default();
        for directory in directories {
            walk(directory.as_ref(), &mut |path, kind| {
                if kind.is_file() { project.file(path) } else { Ok(()) }
            })?;
        }
        Ok(project)
    }

    /// Options of the project's configuration that leave something out.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        self.options.iter().map(String::as_str)
    }

    /// Modules of Python that are imported, by the first part of their names.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &[u8]> {
        self.modules.iter().map(Vec::as_slice)
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        let mut text = Vec::new();
        match File::open(path) {
            Ok(file) if file.metadata()?.len() > LARGEST => return Ok(()),
            Ok(mut file) => file.read_to_end(&mut text)?,
            // Sources that the build can't read either name nothing to it.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(()),
            Err(error) => return Err(error),
        };
        let name = path.file_name().map(std::os::unix::ffi::OsStrExt::as_bytes).unwrap_or_default();
        self.own.insert(name.to_vec());
        self.text(name, &text);
        Ok(())
    }

    /// Takes in a file of this name.
    pub fn text(&mut self, name: &[u8], text: &[u8]) {
        if text[..text.len().min(8192)].contains(&0) {
            return;
        }
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./+-".contains(byte);
        for token in text.split(|byte| !is_name(byte)).filter(|token| !token.is_empty()) {
            if is_header(token) {
                self.headers.insert(token.strip_prefix(b"./").unwrap_or(token).to_vec());
            }
            if let Some(option) = option(token) {
                self.options.insert(option);
            }
            for word in token.split(|byte| b"./+-".contains(byte)) {
                if word.len() > 1 && !self.words.contains(word) {
                    self.words.insert(word.to_vec());
                }
            }
        }
        if name.ends_with(b".py") || text.starts_with(b"#!") {
            self.modules.extend(text.split(|&byte| byte == b'\n').flat_map(imports));
        }
        match name {
            b"CMakeLists.txt" => {
                self.options.extend(calls(text, b"option(", |name| format!("-D{name}=OFF")));
            }
            b"meson_options.txt" | b"meson.options" => {
                self.options.extend(calls(text, b"option(", |name| format!("-D{name}=disabled")));
            }
            _ => {}
        }
    }

    /// Whether a name stands in the sources: that of a header by the end of its path, everything else as a word.
    pub(crate) fn mentions(&self, name: &[u8]) -> bool {
        if is_header(name) { self.includes(name) } else { self.words.contains(name) }
    }

    /// A header may be included by any end of its path that begins at a directory, but not by a bare name that is also a
    /// file of the project.
    fn includes(&self, path: &[u8]) -> bool {
        let starts =
            path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at + 1);
        std::iter::once(0).chain(starts).any(|at| {
            let name = &path[at..];
            self.headers.contains(name) && (name.contains(&b'/') || !self.own.contains(name))
        })
    }
}

fn is_header(name: &[u8]) -> bool {
    [&b".h"[..], b".hh", b".hpp", b".hxx", b".H"].iter().any(|end| name.ends_with(end))
}

/// The modules that a line of Python imports: `import a.b, c` or `from a import b`.
fn imports(line: &[u8]) -> Vec<Vec<u8>> {
    let line = line.trim_ascii();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let first = |name: &[u8]| {
        let name = name.trim_ascii_start();
        let end = name.iter().position(|byte| !is_name(byte)).unwrap_or(name.len());
        name[..end].to_vec()
    };
    let names: Vec<Vec<u8>> = match (line.strip_prefix(b"import "), line.strip_prefix(b"from ")) {
        (Some(names), _) => names.split(|&byte| byte == b',').map(first).collect(),
        (_, Some(name)) => vec![first(name)],
        _ => Vec::new(),
    };
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// The option that leaves out what a script's option puts in.
fn option(token: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(token).ok()?;
    let plain = |name: &str| {
        name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    for (with, without) in [
        ("--with-", "--without-"),
        ("--without-", "--without-"),
        ("--enable-", "--disable-"),
        ("--disable-", "--disable-"),
    ] {
        if let Some(name) = text.strip_prefix(with) {
            return plain(name).then(|| format!("{without}{name}"));
        }
    }
    None
}

/// The first arguments of calls of a function.
fn calls(text: &[u8], function: &[u8], option: impl Fn(&str) -> String) -> Vec<String> {
    let mut options = Vec::new();
    for (at, _) in
        text.windows(function.len()).enumerate().filter(|(_, window)| *window == function)
    {
        let rest = text[at + function.len()..].trim_ascii_start();
        let rest = rest.strip_prefix(b"'").unwrap_or(rest);
        let end =
            rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"_-".contains(byte)));
        let name = std::str::from_utf8(&rest[..end.unwrap_or(rest.len())]).unwrap_or_default();
        if !name.is_empty() {
            options.push(option(name));
        }
    }
    options
}
