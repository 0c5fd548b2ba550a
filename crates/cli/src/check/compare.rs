//! The same build twice: with all of the host in view, and with what is declared.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use hermitage_audit::{Comparison, Report, Results};
use hermitage_mountns::{Access, Plan, Run};
use hermitage_view::{RealHost, ViewBuilder};

use crate::args::{RunArgs, StartArgs};
use crate::failure::Failure;
use crate::plan;
use crate::source::outside;
use crate::timing::Timings;
use crate::verbs::{Context, run};
use crate::visible::{FRESH, Visible};

use super::interrupt::Watch;
use super::janitor::Swept;
use super::observed::ended;

/// What a build gets in the place of its writable directories, so that two builds start from the same.
#[derive(Debug)]
pub(super) struct Copies {
    directory: Swept,
    host_root: PathBuf,
    originals: Vec<PathBuf>,
}

impl Copies {
    /// Copies every directory that is writable.
    pub(super) fn of(visible: &Visible) -> Result<Self, Failure> {
        let place = visible.host_root.join("var/tmp");
        let originals = visible.write.iter().map(|path| outside(&visible.host_root, path));
        originals.clone().try_for_each(|path| {
            fits(&path)
                .map_err(|error| Failure::new(format!("{error}: it can't be copied to compare")))
        })?;
        let directory = Swept::new(&place)
            .map_err(|error| Failure::file(&place, "no copy can be made here", &error))?;
        let copies = Self {
            directory,
            host_root: visible.host_root.clone(),
            originals: visible.write.clone(),
        };
        for (at, from) in originals.enumerate() {
            copy(&from, &copies.place(at))
                .map_err(|error| Failure::file(&from, "can't be copied to compare", &error))?;
        }
        Ok(copies)
    }

    fn place(&self, at: usize) -> PathBuf {
        self.directory.path().join(at.to_string())
    }

    /// Puts the copies in the place of what they are copies of.
    pub(super) fn redirect(&self, plan: &mut Plan) {
        for bind in plan.binds.iter_mut().filter(|bind| bind.access == Access::Write) {
            let is_it = |original: &PathBuf| original == bind.destination.as_path();
            if let Some(at) = self.originals.iter().position(is_it) {
                let copy = self.place(at);
                let inside = copy.strip_prefix(&self.host_root).unwrap_or(&copy);
                bind.source = Path::new("/").join(inside).as_path().into();
            }
        }
    }

    /// Where something below a writable directory lies.
    pub(super) fn outside(&self, path: &Path) -> PathBuf {
        let copied = self.originals.iter().enumerate().find_map(|(at, original)| {
            Some(self.place(at).join(path.strip_prefix(original).ok()?))
        });
        copied.unwrap_or_else(|| path.to_owned())
    }

    /// What the build has left.
    pub(super) fn results(&self) -> Result<Results, Failure> {
        let mut results = Results::default();
        for (at, original) in self.originals.iter().enumerate() {
            results.scan(&self.place(at), original).map_err(|error| {
                Failure::new(format!("what the build left can't be read: {error}"))
            })?;
        }
        Ok(results)
    }
}

/// Runs the command with everything of the host in view, and tells what it left.
pub(super) fn with_host(
    visible: &Visible,
    run_args: &RunArgs,
    start: &StartArgs,
    context: &Context,
    watch: &Watch,
) -> Result<Results, Failure> {
    let copies = Copies::of(visible)?;
    let everything = everything(visible)?;
    let mut plan = plan::of_view(&everything, run_args)?;
    copies.redirect(&mut plan);
    let report =
        watch.during(|| run::carry_out(Run::new(&plan), start, context, &mut Timings::start()))?;
    let outcome = ended(report.outcome);
    if !outcome.is_success() {
        return Err(Failure::new(format!(
            "the command {outcome} though all of the host was visible"
        ))
        .advise("Make it work outside first; what it lacks is no undeclared package."));
    }
    copies.results()
}

/// A view of the whole host but its kernel's files and temporary files.
fn everything(visible: &Visible) -> Result<Visible, Failure> {
    const LEFT_OUT: [&str; 5] = ["proc", "sys", "dev", "tmp", "run"];
    let root = &visible.host_root;
    let host = RealHost::new(root);
    let mut builder = ViewBuilder::new(&host);
    for fresh in FRESH {
        builder.provided(fresh);
    }
    let unreadable = |error: io::Error| Failure::file(root, "can't be listed", &error);
    for entry in fs::read_dir(root).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        if !LEFT_OUT.iter().any(|left_out| name == *left_out) {
            builder.extra_tree([b"/", name.as_bytes()].concat());
        }
    }
    for path in &visible.write {
        builder.extra_tree(path.as_os_str().as_bytes());
    }
    let view = builder.build()?;
    drop(builder);
    let (read, write) = (Vec::new(), visible.write.clone());
    Ok(Visible { view, host_root: root.clone(), read, write })
}

/// Whether everything below a path can be copied: nothing is, where something can't.
fn fits(path: &Path) -> io::Result<()> {
    let at =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let kind = path.symlink_metadata().map_err(at)?.file_type();
    if kind.is_dir() {
        for entry in fs::read_dir(path).map_err(at)? {
            fits(&entry.map_err(at)?.path())?;
        }
    } else if kind.is_file() {
        fs::File::open(path).map_err(at)?;
    } else if !kind.is_symlink() {
        return Err(at(io::Error::other("neither a file, nor a directory, nor a link")));
    }
    Ok(())
}

/// Copies a file or directory with what is below it: modes, times and links stay as they are.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let meta = from.symlink_metadata()?;
    if meta.is_symlink() {
        return std::os::unix::fs::symlink(from.read_link()?, to);
    }
    if meta.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if meta.is_file() {
        fs::copy(from, to)?;
    } else {
        let what = "neither a file, nor a directory, nor a link";
        return Err(io::Error::other(format!("{}: {what}", from.display())));
    }
    // make compares times, and a directory's changes with what is put into it.
    fs::File::open(to)?.set_times(fs::FileTimes::new().set_modified(meta.modified()?))?;
    fs::set_permissions(to, meta.permissions())
}

/// Compares what two builds left, and tells in a report how they differ.
pub(super) fn compare(
    host: &Results,
    declared: &Copies,
    report: &mut Report,
) -> Result<(), Failure> {
    let declared = declared.results()?;
    report.comparison = Some(Comparison::of(host, &declared));
    let warnings: BTreeSet<String> = host.warnings().chain(declared.warnings()).collect();
    report.warnings.extend(warnings);
    Ok(())
}
