//! Rules for [Landlock](https://docs.kernel.org/userspace-api/landlock.html), as text and applied to the calling thread.
//!
//! It needs no namespaces and no privileges. A rule allows a file, or a directory with all below it; everything else is refused with
//! EACCES. Directories that hide something can't be listed, unless the caller [allows that](Rules::allow_listing).
//!
//! It never hides: `stat`, `access`, `readlink`, `chdir` and `open(O_PATH)` answer as on the host. A rule belongs to the file that
//! is there when it is applied: one that replaces it later is refused.
//!
//! ```
//! use hermitage_rules::{Survey, landlock};
//! use hermitage_view::{MemoryHost, ViewBuilder};
//!
//! let host = MemoryHost::new().file("/usr/bin/gcc", "").file("/usr/bin/svn", "").file("/etc/motd", "");
//! let mut builder = ViewBuilder::new(&host);
//! builder.extra("/usr/bin/gcc").extra("/etc/motd");
//! let view = builder.build()?;
//!
//! let rules = landlock::render(&Survey::new(&view, &host))?;
//! assert_eq!(rules.output.to_text(), "read-file\t/etc/motd\nread-file\t/usr/bin/gcc\n");
//! let listed = [&b"/"[..], b"/etc", b"/usr", b"/usr/bin"];
//! assert_eq!(rules.fidelity.stricter(), listed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apply;

pub use apply::{Enforcement, Unopened};

use crate::judge::judge;
use crate::survey::{CoverForm, What};
use crate::{Error, Rendered, Survey};

/// What a rule allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// To list the directory and those below it.
    ListTree,
    /// To read and execute one file.
    ReadFile,
    /// To read, execute and list all in a directory.
    ReadTree,
    /// To read, write and control one device.
    UseDevice,
    /// To read, execute and write one file.
    WriteFile,
    /// To do everything in a directory.
    WriteTree,
}

impl Grant {
    /// The word for it in the text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ListTree => "list-tree",
            Self::ReadFile => "read-file",
            Self::ReadTree => "read-tree",
            Self::UseDevice => "use-device",
            Self::WriteFile => "write-file",
            Self::WriteTree => "write-tree",
        }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// A path of the host in canonical form.
    pub path: Vec<u8>,
    /// What is allowed there.
    pub grant: Grant,
}

/// A list of rules, sorted and each there once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    rules: Vec<Rule>,
}

impl Rules {
    /// The rules by path.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Also allows to list every directory, hidden ones too.
    ///
    /// Whether a name exists is no secret under Landlock, and programs that search directories, such as Python, need it. A
    /// [`Fidelity`](crate::Fidelity) that came with the rules is afterwards one of contents only.
    pub fn allow_listing(&mut self) -> &mut Self {
        self.add(b"/", Grant::ListTree)
    }

    /// Also allows everything in a directory, which is given in canonical form.
    pub fn allow_writing(&mut self, path: impl AsRef<[u8]>) -> &mut Self {
        self.add(path.as_ref(), Grant::WriteTree)
    }

    /// One line a rule: the grant, a tab, the path; bytes that are not printable ASCII and backslashes as `\` and three octal digits.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.rules.len() * 48);
        for Rule { path, grant } in &self.rules {
            text.push_str(grant.as_str());
            text.push('\t');
            for &byte in path {
                if matches!(byte, b' '..=b'~') && byte != b'\\' {
                    text.push(char::from(byte));
                } else {
                    text.push('\\');
                    text.extend([6, 3, 0].map(|shift| char::from(b'0' + (byte >> shift & 7))));
                }
            }
            text.push('\n');
        }
        text
    }

    fn add(&mut self, path: &[u8], grant: Grant) -> &mut Self {
        let rule = Rule { path: path.to_vec(), grant };
        if let Err(at) = self.rules.binary_search(&rule) {
            self.rules.insert(at, rule);
        }
        self
    }
}

/// Writes a view for Landlock.
///
/// Provided directories (`/proc`, `/dev`, `/tmp`) are the host's, and writable; the fidelity says so.
///
/// # Errors
/// When the host can't be read.
pub fn render(survey: &Survey<'_>) -> Result<Rendered<Rules>, Error> {
    let entries = survey.entries(CoverForm::Allow)?;
    let rule = |path: &Vec<u8>, grant| Some(Rule { path: path.clone(), grant });
    let rules = entries.iter().filter_map(|entry| match entry.what {
        What::Whole | What::EmptyDir => rule(&entry.path, Grant::ReadTree),
        What::Provided => rule(&entry.path, Grant::WriteTree),
        What::Special(kind) if is_device(kind) => rule(&entry.path, Grant::UseDevice),
        What::File | What::Special(_) => rule(&entry.path, Grant::ReadFile),
        // Reading a link is never refused; a rule for it would be one for its target.
        What::Link | What::BareDir | What::Hidden | What::HiddenLink => None,
    });
    let mut rules: Vec<Rule> = rules.collect();
    for path in survey.writable() {
        let is_dir = survey.kind_of(path)? == Some(hermitage_view::Kind::Dir);
        let grant = if is_dir { Grant::WriteTree } else { Grant::WriteFile };
        rules.push(Rule { path: path.clone(), grant });
    }
    rules.sort_unstable();
    let allowed: Vec<Vec<u8>> = rules.iter().map(|rule| rule.path.clone()).collect();
    let fidelity = judge(survey.view(), &allowed, &[]);
    Ok(Rendered { output: Rules { rules }, fidelity })
}

fn is_device(kind: hermitage_view::Kind) -> bool {
    matches!(kind, hermitage_view::Kind::CharDev | hermitage_view::Kind::BlockDev)
}
