//! `hermitage files`: the visible paths and their owners.

use hermitage_mountns::ByteString;
use hermitage_view::{Node, NodeKind};
use serde::Serialize;

use super::Context;
use crate::args::{FilesArgs, FilesFormat};
use crate::closure;
use crate::failure::Failure;
use crate::output::Output;
use crate::source::Machine;
use crate::visible;

pub(crate) fn files(mut args: FilesArgs, context: &Context) -> Result<u8, Failure> {
    context.config.complete_closure(&mut args.closure);
    context.config.complete_view(&mut args.view);
    let reporter = context.reporter;
    let machine = Machine::open(&args.closure.source, reporter)?;
    let selection = closure::select(&args.target, &args.closure, &machine, reporter)?;
    selection.check(args.closure.allow_unsatisfied, reporter)?;
    let visible = visible::visible(&selection, &args.view, &machine, reporter)?;
    let mut out = Output::new();
    match args.format {
        FilesFormat::Tsv => {
            for node in &visible.view {
                out.fields([&node.path(), owners(&node).as_bytes()])?;
            }
        }
        FilesFormat::Null => {
            for node in &visible.view {
                out.raw(&node.path())?;
                out.raw(b"\0")?;
            }
        }
        FilesFormat::Json => out.json(&Files {
            schema: 1,
            files: visible.view.iter().map(|node| File::of(&node)).collect(),
        })?,
    }
    out.finish()?;
    Ok(0)
}

fn owners(node: &Node<'_>) -> String {
    let owners: Vec<_> = node.owner_labels().collect();
    if owners.is_empty() { format!("({})", visible::unowned(node)) } else { owners.join(",") }
}

#[derive(Debug, Serialize)]
struct Files {
    schema: u32,
    files: Vec<File>,
}

#[derive(Debug, Serialize)]
struct File {
    path: ByteString,
    kind: &'static str,
    owners: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

impl File {
    fn of(node: &Node<'_>) -> Self {
        let owners: Vec<_> = node.owner_labels().map(str::to_owned).collect();
        let why = owners.is_empty().then(|| visible::unowned(node));
        Self { path: node.path().as_slice().into(), kind: kind(node.kind()), owners, why }
    }
}

fn kind(kind: NodeKind<'_>) -> &'static str {
    match kind {
        NodeKind::Dir { .. } => "dir",
        NodeKind::File { .. } => "file",
        NodeKind::Symlink { .. } => "symlink",
        NodeKind::Synthetic { .. } => "synthetic",
        NodeKind::Tree { .. } => "tree",
        _ => "special",
    }
}
