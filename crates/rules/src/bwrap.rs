//! Arguments for [bubblewrap](https://github.com/containers/bubblewrap), as of version 0.5.
//!
//! It builds a new root of bind mounts, so what is not in the view is not there. Directories that are visible as a whole are one mount:
//! what is created in them on the host while the command runs appears inside, too. Directories above mounts are bubblewrap's
//! own, with the view's permission bits.
//!
//! ```
//! use hermitage_rules::{Survey, bwrap};
//! use hermitage_view::{MemoryHost, ViewBuilder};
//!
//! let host = MemoryHost::new().file("/usr/bin/gcc", "").file("/usr/bin/svn", "");
//! let mut builder = ViewBuilder::new(&host);
//! builder.extra("/usr/bin/gcc").provided("/proc");
//! let view = builder.build()?;
//!
//! let rules = bwrap::render(&Survey::new(&view, &host), &bwrap::Options::default())?;
//! assert!(rules.fidelity.is_exact());
//! let text = rules.output.to_bytes();
//! assert_eq!(text, b"--proc\0/proc\0--ro-bind\0/usr/bin/gcc\0/usr/bin/gcc\0--remount-ro\0/\0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::error::Place;
use crate::hide::{Step, steps};
use crate::{Error, ErrorKind, Fidelity, Rendered, Survey};

/// How many arguments it takes, those read through `--args` included.
pub const LIMIT: usize = 9_000;

/// What to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The number of the first file descriptor that files with made content are read from.
    pub first_fd: u32,
    /// How many arguments the caller gives besides: the program's name, `--args`, the command.
    pub reserved: usize,
}

impl Default for Options {
    /// Descriptors from 10, and 100 arguments.
    fn default() -> Self {
        Self { first_fd: 10, reserved: 100 }
    }
}

/// Arguments, and what they refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The arguments in order.
    pub arguments: Vec<Vec<u8>>,
    /// The descriptors that must be open for reading, each with what is to be read from it.
    pub data: Vec<(u32, Vec<u8>)>,
}

impl Arguments {
    /// What is given through `--args FD`: each argument and a NUL.
    pub fn to_bytes(&self) -> Vec<u8> {
        let size = self.arguments.iter().map(|argument| argument.len() + 1).sum();
        let mut bytes = Vec::with_capacity(size);
        for argument in &self.arguments {
            bytes.extend_from_slice(argument);
            bytes.push(0);
        }
        bytes
    }

    fn add<const N: usize>(&mut self, arguments: [&[u8]; N]) {
        self.arguments.extend(arguments.map(<[u8]>::to_vec));
    }

    fn step(&mut self, step: &Step<'_>, first_fd: u32) {
        match step {
            // What is put into a directory makes it, with these bits.
            Step::Dir { mode: 0o755, held: true, .. } => {}
            Step::Dir { path, .. } if path == b"/" => {}
            Step::Dir { path, mode, .. } => self.with_mode(*mode, [b"--dir", path]),
            Step::Tree { path, writable } | Step::File { path, writable } => {
                let option: &[u8] = if *writable { b"--bind" } else { b"--ro-bind" };
                self.add([option, path, path]);
            }
            Step::Within { path, .. } => self.add([b"--bind", path, path]),
            Step::Device { path } => self.add([b"--dev-bind", path, path]),
            Step::Link { path, target } => self.add([b"--symlink", target, path]),
            Step::Data { path, mode, content } => {
                let fd = first_fd + u32::try_from(self.data.len()).unwrap_or(u32::MAX);
                self.data.push((fd, content.to_vec()));
                self.with_mode(*mode, [b"--ro-bind-data", fd.to_string().as_bytes(), path]);
            }
            Step::Fresh { path, .. } if path == b"/proc" => self.add([b"--proc", path]),
            Step::Fresh { path, .. } if path == b"/dev" => self.add([b"--dev", path]),
            Step::Fresh { path, mode } => self.with_mode(*mode, [b"--tmpfs", path]),
        }
    }

    fn with_mode<const N: usize>(&mut self, mode: u32, arguments: [&[u8]; N]) {
        self.add([b"--perms", format!("{mode:04o}").as_bytes()]);
        self.add(arguments);
    }
}

/// Writes a view for bubblewrap: mounts only; which namespaces to make is the caller's.
///
/// # Errors
/// When the host can't be read, or when there would be more than [`LIMIT`] arguments.
pub fn render(survey: &Survey<'_>, options: &Options) -> Result<Rendered<Arguments>, Error> {
    let mut output = Arguments::default();
    for step in steps(survey)? {
        output.step(&step, options.first_fd);
    }
    // The root that bubblewrap makes is a writable one.
    output.add([b"--remount-ro", b"/"]);
    let count = output.arguments.len() + options.reserved;
    if count > LIMIT {
        let kind = ErrorKind::TooMany { what: "arguments", count, limit: LIMIT };
        return Err(Error::new(Place::Output("bwrap --args"), kind));
    }
    Ok(Rendered { output, fidelity: Fidelity::Exact })
}
