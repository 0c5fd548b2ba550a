//! A configuration for [nsjail](https://github.com/google/nsjail), in the text format of protocol buffers.
//!
//! What is not in the view is not there: nsjail mounts each entry into an empty root, and makes the directories for them
//! with permission bits of its own. It needs a version with `is_symlink`.
//!
//! ```
//! use hermitage_rules::{Survey, nsjail};
//! use hermitage_view::{MemoryHost, ViewBuilder};
//!
//! let host = MemoryHost::new().file("/usr/bin/gcc", "").file("/usr/bin/svn", "");
//! let mut builder = ViewBuilder::new(&host);
//! builder.extra("/usr/bin/gcc");
//! let view = builder.build()?;
//!
//! let rules = nsjail::render(&Survey::new(&view, &host))?;
//! assert!(rules.fidelity.is_exact());
//! let mount = "mount { src: \"/usr/bin/gcc\" dst: \"/usr/bin/gcc\" is_bind: true is_dir: false }\n";
//! assert!(rules.output.ends_with(mount));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::hide::{Step, steps};
use crate::{Error, Fidelity, Rendered, Survey};

/// What comes before the mounts: one run, no limits but those that are inherited, and no mount that may fail.
const HEAD: &str = "mode: ONCE\ntime_limit: 0\nrlimit_as_type: SOFT\nrlimit_cpu_type: SOFT\n\
    rlimit_fsize_type: SOFT\nrlimit_nofile_type: SOFT\nkeep_env: true\nmount_proc: false\n";

/// Writes a view for nsjail: the mounts, and no limits of its own.
///
/// # Errors
/// When the host can't be read.
pub fn render(survey: &Survey<'_>) -> Result<Rendered<String>, Error> {
    let steps = steps(survey)?;
    let mut output = String::with_capacity(HEAD.len() + steps.len() * 128);
    output.push_str(HEAD);
    for step in &steps {
        write_step(&mut output, step);
    }
    Ok(Rendered { output, fidelity: Fidelity::Exact })
}

fn write_step(text: &mut String, step: &Step<'_>) {
    let path = step.path();
    match step {
        // Made for what is in it, and the root anyway.
        Step::Dir { held: true, .. } => {}
        Step::Dir { .. } if path == b"/" => {}
        Step::Dir { mode, .. } => write_tmpfs(text, path, *mode, "false"),
        Step::Tree { writable: true, .. } => write_bind(text, path, "is_dir: true rw: true"),
        Step::Tree { .. } => write_bind(text, path, "is_dir: true"),
        Step::File { writable: true, .. } | Step::Device { .. } => {
            write_bind(text, path, "is_dir: false rw: true");
        }
        Step::File { .. } => write_bind(text, path, "is_dir: false"),
        Step::Within { is_dir, .. } => {
            write_bind(text, path, &format!("is_dir: {is_dir} rw: true"));
        }
        Step::Link { target, .. } => {
            write_mount(text, &[("src", target), ("dst", path)], "is_symlink: true");
        }
        Step::Data { content, .. } => {
            write_mount(text, &[("src_content", content), ("dst", path)], "is_dir: false");
        }
        Step::Fresh { .. } if path == b"/proc" => {
            write_mount(text, &[("dst", path), ("fstype", b"proc")], "rw: false");
        }
        Step::Fresh { mode, .. } => write_tmpfs(text, path, *mode, "true"),
    }
}

fn write_bind(text: &mut String, path: &[u8], flags: &str) {
    write_mount(text, &[("src", path), ("dst", path)], &format!("is_bind: true {flags}"));
}

fn write_tmpfs(text: &mut String, path: &[u8], mode: u32, writable: &str) {
    let options = format!("mode={mode:o}");
    let fields = [("dst", path), ("fstype", &b"tmpfs"[..]), ("options", options.as_bytes())];
    write_mount(text, &fields, &format!("rw: {writable}"));
}

/// Appends one mount in nsjail's configuration, the text format of protocol buffers.
///
/// The fields are strings, each with any bytes; `flags` is more of the mount's text.
pub fn write_mount(text: &mut String, fields: &[(&str, &[u8])], flags: &str) {
    text.push_str("mount {");
    for (name, value) in fields {
        text.push(' ');
        text.push_str(name);
        text.push_str(": \"");
        for &byte in *value {
            if matches!(byte, b' '..=b'~') && !b"\"\\".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.push('\\');
                text.extend([6, 3, 0].map(|shift| char::from(b'0' + (byte >> shift & 7))));
            }
        }
        text.push('"');
    }
    text.push(' ');
    text.push_str(flags);
    text.push_str(" }\n");
}
