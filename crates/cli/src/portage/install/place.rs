use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use super::note::Note;
use super::{NEW, beside, removed, settle};
use crate::args::SetupWay;
use crate::failure::Failure;

/// The file that is replaced, and the names beside it.
pub(super) struct Place {
    path: PathBuf,
    /// Under which name the original stays.
    kept: PathBuf,
    /// Under which name what replaces it is made.
    new: PathBuf,
    way: SetupWay,
}

impl Place {
    pub(super) fn of(note: &Note, root: &Path) -> Self {
        let path = root.join(note.way.path());
        Self {
            kept: beside(&path, ".hermitage-kept"),
            new: beside(&path, NEW),
            way: note.way,
            path,
        }
    }

    /// Refuses what could not be undone; `begun` is whether the note of this is there.
    pub(super) fn check(&self, note: &Note, begun: bool) -> Result<(), Failure> {
        let parent = self.path.parent().unwrap_or(&self.path);
        if !parent.is_dir() {
            return Err(Failure::new(format!("{}: there is no such directory", parent.display()))
                .advise("--root says where Portage is; with Gentoo Prefix it is EPREFIX."));
        }
        if let Some(meta) = look(&self.path)?
            && !meta.is_file()
            && !meta.is_symlink()
        {
            let what = if meta.is_dir() { "a directory" } else { "no plain file" };
            let text = format!("{}: {what}, which is not to be replaced", self.path.display());
            return Err(Failure::new(text));
        }
        if begun {
            return Ok(());
        }
        for path in [&self.kept, &self.new] {
            if look(path)?.is_some() {
                let text = format!("{}: there already, and not by \"setup\"", path.display());
                return Err(Failure::new(text).advise("That name is needed: move it away."));
            }
        }
        if self.looks_ours()? || self.is_ours(note)? {
            let text =
                format!("{}: hermitage's already, and not by \"setup\"", self.path.display());
            return Err(Failure::new(text).advise("Undo first what put it there."));
        }
        Ok(())
    }

    /// The steps, as text.
    pub(super) fn describe(&self, note: &Note) -> Vec<String> {
        let (path, kept) = (self.path.display(), self.kept.display());
        let there = self.path.symlink_metadata().is_ok();
        let keep = there.then(|| format!("keep {path} as {kept}"));
        let replace = match note.way {
            SetupWay::File => format!("make {path} a link to {}", note.program.display()),
            SetupWay::Bashrc if there => format!("add to {path}:\n{}", block(note)),
            SetupWay::Bashrc => format!("make {path}:\n{}", block(note)),
        };
        keep.into_iter().chain([replace]).collect()
    }

    /// Gives the original its second name.
    pub(super) fn keep(&self, note: &Note) -> Result<(), Failure> {
        let Some(here) = look(&self.path)? else { return Ok(()) };
        let failed =
            |error: io::Error| Failure::file(&self.kept, "the original can't be kept", &error);
        match look(&self.kept)? {
            Some(kept) if same(&here, &kept) => return Ok(()),
            // Ours is in place already.
            _ if self.is_ours(note)? || self.looks_ours()? => return Ok(()),
            // A new original is, as after an update of its package.
            Some(_) => std::fs::remove_file(&self.kept).map_err(failed)?,
            None => {}
        }
        // Not std::fs::hard_link, which leaves it open whether a link is followed.
        rustix::fs::linkat(
            rustix::fs::CWD,
            &self.path,
            rustix::fs::CWD,
            &self.kept,
            rustix::fs::AtFlags::empty(),
        )
        .map_err(io::Error::from)
        .and_then(|()| settle(&self.kept))
        .map_err(failed)
    }

    /// Puts ours there, in one step.
    pub(super) fn replace(&self, note: &Note) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::file(&self.new, "can't be made", &error);
        removed(&self.new).map_err(failed)?;
        match note.way {
            SetupWay::File => symlink(&note.program, &self.new).map_err(failed)?,
            SetupWay::Bashrc => self.write_bashrc(note).map_err(failed)?,
        }
        std::fs::rename(&self.new, &self.path)
            .map_err(|error| Failure::file(&self.path, "can't be replaced", &error))
    }

    fn write_bashrc(&self, note: &Note) -> io::Result<()> {
        let (text, mode) = match std::fs::read(&self.path) {
            Ok(text) => (text, Some(std::fs::metadata(&self.path)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => (Vec::new(), None),
            Err(error) => return Err(error),
        };
        self.write_new(&with_block(&without_block(&text), note), mode.as_ref())
    }

    /// Makes the new file, with the owner, mode and attributes of another, or those of a file that is new to the machine.
    fn write_new(&self, text: &[u8], like: Option<&Metadata>) -> io::Result<()> {
        // Nobody who may not read the other one is to read this meanwhile.
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&self.new)?;
        file.write_all(text)?;
        match like {
            None => file.set_permissions(std::fs::Permissions::from_mode(0o644))?,
            Some(meta) => {
                std::os::unix::fs::fchown(&file, Some(meta.uid()), Some(meta.gid()))?;
                file.set_permissions(meta.permissions())?;
                copy_attributes(&self.path, &file)?;
            }
        }
        file.sync_all()
    }

    /// Whether what is there is what [`Self::replace`] puts there.
    pub(super) fn is_ours(&self, note: &Note) -> Result<bool, Failure> {
        let failed = |error: io::Error| Failure::file(&self.path, "can't be read", &error);
        match note.way {
            SetupWay::File => Ok(std::fs::read_link(&self.path).is_ok_and(|to| to == note.program)),
            SetupWay::Bashrc => {
                let (text, block) = (text(&self.path).map_err(failed)?, block(note));
                Ok(text.windows(block.len()).any(|part| part == block.as_bytes()))
            }
        }
    }

    /// The same of any program's, as one set up before.
    fn looks_ours(&self) -> Result<bool, Failure> {
        let failed = |error: io::Error| Failure::file(&self.path, "can't be read", &error);
        match self.way {
            SetupWay::File => Ok(std::fs::read_link(&self.path)
                .is_ok_and(|to| to.file_name().is_some_and(|name| name == "hermitage"))),
            SetupWay::Bashrc => Ok(find_block(&text(&self.path).map_err(failed)?).is_some()),
        }
    }

    /// Puts back what was there, or takes ours out of what came since.
    pub(super) fn restore(&self, note: &Note) -> Result<(), Failure> {
        self.put_back(note)?;
        settle(&self.path).map_err(|error| self.not_put_back(&error))
    }

    fn not_put_back(&self, error: &io::Error) -> Failure {
        Failure::file(&self.path, "can't be put back", error)
    }

    fn put_back(&self, note: &Note) -> Result<(), Failure> {
        let failed = |error: io::Error| self.not_put_back(&error);
        removed(&self.new).map_err(failed)?;
        let (here, kept) = (look(&self.path)?, look(&self.kept)?);
        match (here, kept) {
            // Kept only so far: a rename of one file over itself would leave both names.
            (Some(here), Some(kept)) if same(&here, &kept) => removed(&self.kept).map_err(failed),
            (_, kept) if self.is_untouched(note)? => match kept {
                Some(_) => std::fs::rename(&self.kept, &self.path).map_err(failed),
                None => removed(&self.path).map_err(failed),
            },
            (None, Some(_)) => std::fs::rename(&self.kept, &self.path).map_err(failed),
            (None, None) => Ok(()),
            // Somebody has put another one there: it stays.
            (Some(_), _) => {
                if note.way == SetupWay::Bashrc {
                    self.take_block_out().map_err(failed)?;
                }
                removed(&self.kept).map_err(failed)
            }
        }
    }

    /// Whether nobody has changed what we put there.
    fn is_untouched(&self, note: &Note) -> Result<bool, Failure> {
        if !self.is_ours(note)? {
            return Ok(false);
        }
        if note.way == SetupWay::File {
            return Ok(true);
        }
        let read =
            |path: &Path| text(path).map_err(|error| Failure::file(path, "can't be read", &error));
        Ok(read(&self.path)? == with_block(&read(&self.kept)?, note))
    }

    fn take_block_out(&self) -> io::Result<()> {
        let text = std::fs::read(&self.path)?;
        if find_block(&text).is_none() {
            return Ok(());
        }
        self.write_new(&without_block(&text), Some(&std::fs::metadata(&self.path)?))?;
        std::fs::rename(&self.new, &self.path)
    }
}

const BEGIN: &str = "# >>> hermitage: \"hermitage portage remove\" takes this out >>>\n";
const END: &str = "# <<< hermitage <<<\n";

/// What each phase reads. The variable tells the phase that is executed anew that it is; it is not to be saved with the
/// build's environment, where the next phase would find it.
fn block(note: &Note) -> String {
    let program = note.program.display();
    format!(
        "{BEGIN}if [[ ${{EBUILD_PHASE}} == @(unpack|prepare|configure|compile|test|install) ]]; then\n\
         \tif [[ ${{HERMITAGE_PHASE}} != \"${{EBUILD_PHASE}}\" ]]; then\n\
         \t\tHERMITAGE_PHASE=${{EBUILD_PHASE}} \\\n\
         \t\t\texec \"{program}\" portage shim \"${{PORTAGE_BIN_PATH}}/ebuild.sh ${{EBUILD_PHASE}}\"\n\
         \tfi\n\
         \tunset HERMITAGE_PHASE\n\
         fi\n{END}"
    )
}

/// A line of its own is begun where the last one has no end.
fn with_block(text: &[u8], note: &Note) -> Vec<u8> {
    let separator: &[u8] = if text.is_empty() || text.ends_with(b"\n") { b"" } else { b"\n" };
    [text, separator, block(note).as_bytes()].concat()
}

fn without_block(text: &[u8]) -> Vec<u8> {
    find_block(text)
        .map_or_else(|| text.to_owned(), |(start, end)| [&text[..start], &text[end..]].concat())
}

fn find_block(text: &[u8]) -> Option<(usize, usize)> {
    let find = |part: &str, from: usize| {
        let at = text[from..].windows(part.len()).position(|window| window == part.as_bytes());
        at.map(|at| at + from)
    };
    let start = find(BEGIN, 0)?;
    Some((start, find(END, start)? + END.len()))
}

fn look(path: &Path) -> Result<Option<Metadata>, Failure> {
    match path.symlink_metadata() {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file(path, "can't be looked at", &error)),
    }
}

fn same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// A file's content, empty where there is none.
fn text(path: &Path) -> io::Result<Vec<u8>> {
    match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}

/// Copies the user's attributes and the list of who has access; those of the kernel's are not for everybody to set.
fn copy_attributes(from: &Path, to: &File) -> io::Result<()> {
    let mut names = vec![0; 64 << 10];
    let length = match rustix::fs::listxattr(from, &mut names[..]) {
        Err(rustix::io::Errno::OPNOTSUPP) => return Ok(()),
        length => length?,
    };
    let names = names[..length].split(|&byte| byte == 0);
    for name in
        names.filter(|name| name.starts_with(b"user.") || *name == b"system.posix_acl_access")
    {
        let mut value = vec![0; 64 << 10];
        let length = rustix::fs::getxattr(from, name, &mut value[..])?;
        rustix::fs::fsetxattr(to, name, &value[..length], rustix::fs::XattrFlags::empty())?;
    }
    Ok(())
}
