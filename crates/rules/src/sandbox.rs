//! Rules for [gentoo/sandbox](https://gitweb.gentoo.org/proj/sandbox.git), as of version 2.46.
//!
//! It takes lists of path prefixes, `:` between them, in environment variables. What `SANDBOX_DENY` covers is denied, whatever
//! else says; what `SANDBOX_READ` covers may be read. Prefixes end where a component does. Both the path as it is
//! spelled and the real path are compared with denials, and each prefix counts by its real path too: so a symbolic
//! link can be neither allowed nor denied by itself, only what it leads to.
//!
//! It refuses reading, listing and executing, and it writes a [log]. It never hides: `stat`, `access(F_OK)` and `readlink` answer
//! as on the host, and a directory that may be listed lists hidden names.
//!
//! ```
//! use hermitage_rules::{Survey, sandbox};
//! use hermitage_view::{MemoryHost, ViewBuilder};
//!
//! let host = MemoryHost::new().file("/usr/bin/gcc", "").file("/usr/bin/svn", "");
//! let mut builder = ViewBuilder::new(&host);
//! let gcc = builder.owner("sys-devel/gcc-15");
//! builder.add("/usr/bin/gcc", gcc);
//! let view = builder.build()?;
//!
//! let rules = sandbox::render(&Survey::new(&view, &host), &sandbox::Options::default())?;
//! assert!(rules.fidelity.is_exact());
//! assert_eq!(rules.output.read_value(), b"/");
//! assert_eq!(rules.output.deny_value(), b"/usr/bin/svn");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bashrc;
mod fit;
mod lists;
pub mod log;

pub(crate) use fit::advice;
pub use fit::{Attempt, attempts};

use std::collections::BTreeSet;

use lists::Lists;

use crate::judge::judge;
use crate::{Error, Rendered, Survey};

/// What the kernel passes to a program in one string, the byte that ends it included (`MAX_ARG_STRLEN`).
pub const LIMIT: usize = 131_072;

/// How the rules are put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// The first of [`Deny`](Self::Deny), [`Least`](Self::Least) and [`Allow`](Self::Allow) that fits.
    #[default]
    Fitting,
    /// All may be read but what is denied. Directories can be listed, so that this is exact where no name has a `:`.
    Deny,
    /// As few entries as there can be, in both lists. Directories that hide something can't be listed.
    Least,
    /// Only what is named may be read. Directories that hide something can't be listed.
    Allow,
}

/// When sandbox reads the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// When a program within it sets them, as ebuild.sh does: no entry can have a `:`.
    #[default]
    Within,
    /// When it starts: then it also ends a list at a line break, and puts other variables in the place of `$`.
    Start,
}

impl Moment {
    /// What no entry can have.
    fn forbidden(self) -> &'static [u8] {
        match self {
            Self::Within => b":",
            Self::Start => b":\n$",
        }
    }
}

/// Files that few builds read and that take many rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bulk {
    /// `/usr/share/doc`, `/usr/share/gtk-doc`.
    Doc,
    /// `/usr/share/man`.
    Man,
    /// `/usr/share/locale`.
    Locale,
    /// `/usr/share/info`.
    Info,
}

/// What to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How the rules are put.
    pub form: Form,
    /// What is denied as a whole, visible or not, where naming its parts would take rules.
    pub leave_out: BTreeSet<Bulk>,
    /// When the lists are read, which decides on the names that can be in them.
    pub moment: Moment,
    /// Where `/usr` is: empty, or the offset of a prefix such as `/home/me/gentoo`.
    pub prefix: Vec<u8>,
    /// How many bytes each variable has already, from `sandbox.d` and from Portage.
    pub inherited: usize,
}

/// The two lists, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    form: Form,
    read: Vec<Vec<u8>>,
    deny: Vec<Vec<u8>>,
    write: Vec<Vec<u8>>,
}

impl Rules {
    /// The form that was chosen; never [`Form::Fitting`].
    pub fn form(&self) -> Form {
        self.form
    }

    /// The prefixes that may be read.
    pub fn read(&self) -> &[Vec<u8>] {
        &self.read
    }

    /// The prefixes that are denied.
    pub fn deny(&self) -> &[Vec<u8>] {
        &self.deny
    }

    /// The prefixes that may be written.
    pub fn write(&self) -> &[Vec<u8>] {
        &self.write
    }

    /// The value of `SANDBOX_READ`.
    pub fn read_value(&self) -> Vec<u8> {
        self.read.join(&b':')
    }

    /// The value of `SANDBOX_DENY`.
    pub fn deny_value(&self) -> Vec<u8> {
        self.deny.join(&b':')
    }

    /// What to add to `SANDBOX_WRITE`.
    pub fn write_value(&self) -> Vec<u8> {
        self.write.join(&b':')
    }

    /// The three variables for env(1) through `xargs -0`: each as `NAME=value` with a NUL after it. Meant for [`Moment::Start`].
    pub fn variables(&self) -> Vec<u8> {
        let mut text = Vec::new();
        let values = [self.read_value(), self.deny_value(), self.write_value()];
        for (name, value) in ["SANDBOX_READ", "SANDBOX_DENY", "SANDBOX_WRITE"].iter().zip(values) {
            text.extend_from_slice(name.as_bytes());
            text.push(b'=');
            text.extend_from_slice(&value);
            text.push(0);
        }
        text
    }

    /// A text for `/etc/portage/bashrc`, which sets both variables in each phase but `depend`.
    ///
    /// Before a bashrc is read, `ebuild.sh` allows reading everything: this is taken back, and what else the variables hold is
    /// kept. Read twice, it does nothing more. Where the variables would become longer than [`LIMIT`], the phase dies.
    pub fn bashrc(&self) -> Vec<u8> {
        bashrc::write(self)
    }
}

/// Writes a view for gentoo/sandbox.
///
/// # Errors
/// When the host can't be read, when no form that was asked for fits (with what would), or when a path must be denied that no list
/// can name.
pub fn render(survey: &Survey<'_>, options: &Options) -> Result<Rendered<Rules>, Error> {
    let (form, lists) = fit::choose(survey, options)?;
    let fidelity = judge(survey.view(), &lists.read, &lists.deny);
    let Lists { read, deny, write } = lists;
    Ok(Rendered { output: Rules { form, read, deny, write }, fidelity })
}
