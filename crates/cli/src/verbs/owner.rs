//! `hermitage owner`: which packages recorded a path.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use hermitage_depgraph::RootKind;
use hermitage_mountns::ByteString;
use serde::Serialize;

use super::Context;
use crate::args::{OwnerArgs, TextOrJson};
use crate::failure::Failure;
use crate::output::Output;
use crate::source::{Machine, absolute, outside};
use crate::visible::Owned;

/// A path has no owner; hermitage itself did not fail.
const UNOWNED: u8 = 1;

#[derive(Debug, Serialize)]
struct Answer {
    path: ByteString,
    owners: Vec<String>,
}

/// Prints the owners of each path; the exit code is 1 when one has none.
pub(crate) fn owner(mut args: OwnerArgs, context: &Context) -> Result<u8, Failure> {
    context.config.complete_source(&mut args.source);
    let machine = Machine::open(&args.source, context.reporter)?;
    let host_root = machine.place(RootKind::Root).root.clone();
    let owned = Owned::of(&machine, &host_root)?;
    owned.tell_oddities(context.reporter);
    let mut out = Output::new();
    let mut answers = Vec::new();
    for path in &args.paths {
        let path = absolute(path)?;
        let bytes = path.as_os_str().as_bytes();
        let owners = owned.owners(bytes)?;
        if args.format == TextOrJson::Text {
            owners.iter().try_for_each(|owner| out.fields([bytes, owner.as_bytes()]))?;
        }
        answers.push(Answer { path: bytes.into(), owners });
    }
    if args.format == TextOrJson::Json {
        out.json(&answers)?;
    }
    out.finish()?;
    match answers.iter().find(|answer| answer.owners.is_empty()) {
        Some(nobody) => Err(nobodys(nobody.path.as_path(), &host_root, &owned).with_code(UNOWNED)),
        None => Ok(0),
    }
}

/// Nobody recorded the path; where it is a link, what it leads to may have an owner.
fn nobodys(path: &Path, root: &Path, owned: &Owned<'_>) -> Failure {
    let failure = Failure::new(format!("{}: no package owns it", path.display()));
    let inside = outside(root, path);
    if inside.symlink_metadata().is_err() {
        return failure.advise("There is no such file either.");
    }
    let Ok(real) = inside.canonicalize() else { return failure };
    let real = Path::new("/").join(real.strip_prefix(root).unwrap_or(&real));
    let owners = owned.owners(real.as_os_str().as_bytes()).unwrap_or_default();
    if real == path || owners.is_empty() {
        return failure;
    }
    failure.advise(format!("It leads to {}, which {} owns.", real.display(), owners.join(", ")))
}
