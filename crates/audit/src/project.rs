//! What a project's sources name.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::Text;
use crate::cmake::Libraries;
use crate::python::imported;
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
    libraries: Libraries,
    closed: BTreeSet<PathBuf>,
}

impl Project {
    /// Reads the text files below directories. Links are not followed; what may not be read is left out, and told by
    /// [`Project::warnings`].
    ///
    /// # Errors
    /// When a directory or file can't be read for another reason.
    pub fn scan<P: AsRef<Path>>(directories: impl IntoIterator<Item = P>) -> io::Result<Self> {
        let mut project = Self::default();
        for directory in directories {
            let directory = directory.as_ref();
            let closed = walk(directory, &mut |path, kind| {
                let inside = path.strip_prefix(directory).unwrap_or(path);
                if kind.is_file() { project.file(path, inside) } else { Ok(()) }
            })?;
            project.closed.extend(closed);
        }
        Ok(project)
    }

    /// Reads what `CMake` wrote below a directory when it configured the project: which libraries it did not find. Without it nothing is
    /// known of libraries that it missed because their directories were listed without them.
    ///
    /// # Errors
    /// When a directory or file can't be read, for another reason than that it may not be.
    pub fn configured(&mut self, directory: &Path) -> io::Result<()> {
        if self.libraries.is_empty() {
            return Ok(());
        }
        walk(directory, &mut |path, kind| {
            if kind.is_file() && path.ends_with("CMakeCache.txt") {
                let (_, text) = read(path)?;
                self.libraries.cache(&text);
            }
            Ok(())
        })
        .map(drop)
    }

    /// What could not be read, a sentence each.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.closed.iter().map(|path| {
            let path = Text::from(path.as_os_str().as_bytes());
            format!("{path}: may not be read: what the sources in it use is not known")
        })
    }

    /// Options of the project's configuration that leave something out.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        self.options.iter().map(String::as_str)
    }

    /// Modules of Python that are imported, by the first part of their names.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &[u8]> {
        self.modules.iter().map(Vec::as_slice)
    }

    /// Files of libraries that `CMake` looked for by name in directories that it listed, and did not find.
    pub(crate) fn missed_libraries(&self) -> impl Iterator<Item = Vec<u8>> {
        self.libraries.missed()
    }

    fn file(&mut self, path: &Path, inside: &Path) -> io::Result<()> {
        let (is_readable, text) = read(path)?;
        if !is_readable {
            self.closed.insert(path.to_owned());
        }
        let name = path.file_name().map(OsStrExt::as_bytes).unwrap_or_default();
        self.own.insert(name.to_vec());
        self.take_in(name, &text, is_aside(inside));
        Ok(())
    }

    /// Takes in a file of this name.
    pub fn text(&mut self, name: &[u8], text: &[u8]) {
        self.take_in(name, text, false);
    }

    fn take_in(&mut self, name: &[u8], text: &[u8], is_aside: bool) {
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
        if !is_aside && (name.ends_with(b".py") || text.starts_with(b"#!")) {
            self.modules.extend(imported(text));
        }
        if name == b"CMakeLists.txt" || name.ends_with(b".cmake") {
            self.libraries.script(text);
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

/// Whether a file is of a part of the sources that a build has no need to run: what is imported there says nothing about the build.
fn is_aside(path: &Path) -> bool {
    const ASIDE: [&str; 10] = [
        "test",
        "tests",
        "testing",
        "testsuite",
        "doc",
        "docs",
        "example",
        "examples",
        "benchmark",
        "benchmarks",
    ];
    let directories = path.parent().into_iter().flat_map(Path::components);
    directories.into_iter().any(|part| ASIDE.iter().any(|aside| part.as_os_str() == *aside))
}

/// A file's text, and whether it may be read; one that is too large to be written by people is empty.
fn read(path: &Path) -> io::Result<(bool, Vec<u8>)> {
    let at =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Ok((false, Vec::new()));
        }
        file => file.map_err(at)?,
    };
    let mut text = Vec::new();
    if file.metadata().map_err(at)?.len() <= LARGEST {
        (&file).read_to_end(&mut text).map_err(at)?;
    }
    Ok((true, text))
}

fn is_header(name: &[u8]) -> bool {
    [&b".h"[..], b".hh", b".hpp", b".hxx", b".H"].iter().any(|end| name.ends_with(end))
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
