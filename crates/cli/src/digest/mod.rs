//! `hermitage digest`: one name for all that a build can see.
//!
//! [`hermitage_view::digest`] says which bytes it is the sum of. [`facts`] has what is seen besides paths, [`describe`] the
//! paths, and [`files`] looks at files.

mod describe;
mod explain;
mod facts;
mod file;
mod files;
mod hashes;
mod identity;
mod inputs;
mod kept;

use std::path::Path;

use hermitage_view::digest::Description;
use hermitage_view::{NodeKind, Resolution, View};

use crate::args::{DigestArgs, DigestFormat};
use crate::destination::Destination;
use crate::failure::Failure;
use crate::prepare::bound;
use crate::verbs::Context;
use crate::{plan, pure};
use describe::Described;
use file::Saved;
use files::Trust;
use identity::Identity;

pub(crate) use describe::Asked;
pub(crate) use hashes::is_whole as is_whole_sums;
pub(crate) use inputs::Inputs;
pub(crate) use kept::is_whole as is_whole_digest;

pub(crate) fn digest(mut args: DigestArgs, context: &Context) -> Result<u8, Failure> {
    context.complete(&mut args.closure, &mut args.view, &mut args.run);
    if let Some([first, second]) = args.explain.as_deref() {
        let [first, second] = [side(first, &args, context)?, side(second, &args, context)?];
        return Ok(u8::from(explain::explain(&first, &second, args.all)?));
    }
    let destination = Destination::of(args.output.as_deref(), "the digest")?;
    let asked = asked(&args);
    let trust = if args.verify { Trust::Nothing } else { Trust::Recorded };
    let is_short = args.format == DigestFormat::Text && args.command.is_empty() && !args.verify;
    let (text, is_true) = if is_short {
        let sum = Identity::of(asked, context.reporter)?.alone(&args.run);
        (format!("{sum}\n").into_bytes(), true)
    } else {
        let described = describe::describe(asked, trust, context.reporter)?;
        let is_true = described.is_true;
        (formatted(&whole(described, &args)?, args.format)?, is_true)
    };
    bound(context.config.cache_limit(), context.reporter);
    destination.write(&text)?;
    Ok(u8::from(!is_true))
}

fn asked(args: &DigestArgs) -> Asked<'_> {
    let DigestArgs { target, closure, view, run, .. } = args;
    Asked { target, closure, view, run }
}

/// What is to be compared: a saved description, or a target.
fn side(text: &str, args: &DigestArgs, context: &Context) -> Result<Description, Failure> {
    let path = Path::new(text);
    // No package is called like these, so it is a file that is not there.
    let is_path = path.extension().is_some_and(|end| end == "json") || text.starts_with(['.', '/']);
    if path.is_file() || is_path {
        return Saved::read(path);
    }
    let mut args = args.clone();
    args.target.target = Some(text.to_owned());
    whole(describe::describe(asked(&args), Trust::Recorded, context.reporter)?, &args)
}

/// Where in a view a path of the command line leads, if that is a directory which is shown whole.
fn tree_at(view: &View, path: &Path) -> Option<Vec<u8>> {
    match view.resolve(path.as_os_str().as_encoded_bytes()) {
        Resolution::Node { node, .. } if matches!(node.kind(), NodeKind::Tree { .. }) => {
            Some(node.path())
        }
        _ => None,
    }
}

/// A description with the settings; with a command all that it gets.
fn whole(described: Described, args: &DigestArgs) -> Result<Description, Failure> {
    let DigestArgs { run, command, .. } = args;
    let facts = if command.is_empty() {
        facts::settings(&plan::of_settings(run))
    } else {
        let (mut plan, _, _) = plan::of_names(&described.visible, run, &|_| false)?;
        pure::set_epoch(&mut plan, run, described.epoch);
        identity::running(&plan, command)
    };
    let Described { mut description, .. } = described;
    description.facts.extend(facts);
    Ok(description)
}

fn formatted(description: &Description, format: DigestFormat) -> Result<Vec<u8>, Failure> {
    Ok(match format {
        DigestFormat::Text => format!("{}\n", description.digest()).into_bytes(),
        DigestFormat::Json => {
            let mut bytes = serde_json::to_vec(&Saved::of(description))
                .map_err(|error| Failure::caused(&error))?;
            bytes.push(b'\n');
            bytes
        }
    })
}
