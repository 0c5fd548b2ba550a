//! A profile for [syd](https://man.exherbo.org/syd.5.html), API version 3.
//!
//! It refuses to read, list and execute what the view does not show, and to write anything but what may be written; of several rules
//! that match the last decides. As used here it does not hide: `stat` and `readlink` answer as on the host. A directory that hides
//! something can't be listed, unless listing what is hidden would take fewer rules than naming what is not.
//!
//! Paths are compared by their real ones, so a symbolic link can be neither allowed nor refused by itself.
//!
//! ```
//! use hermitage_rules::{Survey, syd};
//! use hermitage_view::{MemoryHost, ViewBuilder};
//!
//! let host = MemoryHost::new().file("/usr/bin/gcc", "").file("/usr/bin/svn", "");
//! let mut builder = ViewBuilder::new(&host);
//! builder.extra("/usr/bin/gcc");
//! let view = builder.build()?;
//!
//! let rules = syd::render(&Survey::new(&view, &host))?;
//! assert!(rules.output.ends_with("allow/read,readdir,exec+/usr/bin/gcc\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::error::Place;
use crate::judge::judge;
use crate::survey::{CoverForm, What};
use crate::{Error, ErrorKind, Rendered, Survey};

/// How many rules one category takes: 3.59 refuses the 4,096th.
pub const LIMIT: usize = 4_095;

const READ: &str = "read,readdir,exec";
const WRITE: &str = "write,create,delete,rename,symlink,truncate,mkdir,rmdir";

/// Writes a view for syd.
///
/// # Errors
/// When the host can't be read, or when there would be more than [`LIMIT`] rules.
pub fn render(survey: &Survey<'_>) -> Result<Rendered<String>, Error> {
    let entries = survey.entries(CoverForm::Least)?;
    let mut profile = Profile::new();
    let (mut allowed, mut denied, mut writable) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        let path = &entry.path;
        match entry.what {
            What::Whole | What::Provided => {
                profile.rule("allow", READ, path, TREE);
                if entry.what == What::Provided {
                    writable.push(path);
                }
                allowed.push(path.clone());
            }
            What::File | What::Special(_) | What::EmptyDir => {
                profile.rule("allow", READ, path, b"");
                allowed.push(path.clone());
            }
            What::Hidden => denied.push(path.clone()),
            What::Link | What::HiddenLink | What::BareDir => {}
        }
    }
    // After what is allowed, because the last rule that matches decides.
    for path in &denied {
        profile.rule("deny", READ, path, TREE);
    }
    let reads = profile.rules;
    for path in writable.into_iter().chain(survey.writable()) {
        profile.rule("allow", WRITE, path, TREE);
    }
    let count = reads.max(profile.rules - reads + 1);
    if count > LIMIT {
        let kind = ErrorKind::TooMany { what: "rules", count, limit: LIMIT };
        return Err(Error::new(Place::Output("the profile for syd"), kind));
    }
    let fidelity = judge(survey.view(), &allowed, &denied);
    Ok(Rendered { output: profile.text, fidelity })
}

/// What a directory's pattern ends in, for itself and all below it.
const TREE: &[u8] = b"/***";

struct Profile {
    text: String,
    /// How many rules the lists for reading and writing have together, less the one that denies all writing.
    rules: usize,
}

impl Profile {
    fn new() -> Self {
        let head = format!(
            "include_profile off\nsandbox/{READ}:on\nsandbox/{WRITE}:on\ndeny/{READ}+/***\ndeny/{WRITE}+/***\n"
        );
        Self { text: head, rules: 1 }
    }

    fn rule(&mut self, action: &str, categories: &str, path: &[u8], end: &[u8]) {
        let path = if path == b"/" && !end.is_empty() { b"" } else { path };
        let is_glob = path.iter().any(|byte| b"*?[".contains(byte));
        // syd splits such a pattern in two when it is no plain prefix.
        self.rules += if is_glob && !end.is_empty() { 2 } else { 1 };
        self.text.extend([action, "/", categories, "+"]);
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+,@=~%".contains(byte);
        if path.iter().all(is_plain) {
            self.text.extend(path.iter().map(|&byte| char::from(byte)));
            self.text.extend(end.iter().map(|&byte| char::from(byte)));
        } else {
            // Line breaks, dollars, what is not UTF-8: anything can be written as hexadecimal digits.
            for &byte in path {
                // Backslashes mean something only in patterns that are no plain path or prefix.
                if is_glob && b"*?[\\".contains(&byte) {
                    self.hex(b'\\');
                }
                self.hex(byte);
            }
            for &byte in end {
                self.hex(byte);
            }
        }
        self.text.push('\n');
    }

    fn hex(&mut self, byte: u8) {
        let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
        self.text.extend([digit(byte >> 4), digit(byte & 15)]);
    }
}
