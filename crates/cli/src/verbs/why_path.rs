//! Why a path is visible, or what would make it so.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use hermitage_atom::Cpv;
use hermitage_depgraph::Source as _;
use hermitage_view::{Node, NodeKind, Reason, Resolution, View};

use crate::called::Called;
use crate::closure::Selection;
use crate::failure::Failure;
use crate::output::Output;
use crate::source::{Machine, leads_to, outside};
use crate::target::declaration;
use crate::visible::{Owned, Visible};

/// Prints the reason; returns whether the path is visible.
pub(super) fn explain(
    path: &[u8],
    visible: &Visible,
    selection: &Selection,
    machine: &Machine,
    out: &mut Output,
) -> Result<bool, Failure> {
    let view = &visible.view;
    if let Some(node) = view.lookup(path) {
        shown(&node, view, selection, &Called::on(machine), out)?;
        return Ok(true);
    }
    let shown_path = OsStr::from_bytes(path).display();
    if let Some(tree) = tree_above(view, path) {
        let tree = tree.path();
        let tree = OsStr::from_bytes(&tree).display();
        out.line(format_args!(
            "{shown_path} is visible: everything below {tree} is shown on request"
        ))?;
        return Ok(true);
    }
    if let Some(real) = resolved(view, path).filter(|real| real != path) {
        out.line(format_args!("{shown_path} leads to {}", OsStr::from_bytes(&real).display()))?;
        return explain(&real, visible, selection, machine, out);
    }
    out.line(format_args!("{shown_path} is not visible: {}", hidden(path, visible, machine)?))?;
    Ok(false)
}

fn shown(
    node: &Node<'_>,
    view: &View,
    selection: &Selection,
    called: &Called<'_>,
    out: &mut Output,
) -> Result<(), Failure> {
    let path = node.path();
    let path = OsStr::from_bytes(&path).display();
    for owner in node.owner_labels() {
        out.line(format_args!("{path} is visible: {} owns it", called.name(owner)))?;
        let chain = Cpv::parse(owner).ok().and_then(|cpv| selection.closure.why(&cpv));
        if let Some(chain) = chain {
            out.line(format_args!("  {}", called.words(&chain.to_string())))?;
        }
    }
    if node.owners().is_empty() {
        out.line(format_args!("{path} is visible: {}", reason(node, view)))?;
    }
    if matches!(node.reason(), Reason::Unowned)
        && let Resolution::Node { node: end, .. } = view.resolve(node.path())
        && end.path() != node.path()
    {
        return shown(&end, view, selection, called, out);
    }
    Ok(())
}

fn reason(node: &Node<'_>, view: &View) -> String {
    match node.reason() {
        Reason::Extra => "it is shown on request".into(),
        Reason::Provided => "it is a fresh directory, whose content is not the host's".into(),
        Reason::Generated(rule) => {
            let rule = view.rule(rule);
            format!("no package owns it; it is made by {}: {}", rule.made_by, rule.reason)
        }
        Reason::Passage => "it is a link on the way to something that is visible".into(),
        Reason::Unowned => "it is a link of no package, and what it leads to is visible".into(),
        _ => "something in it is visible".into(),
    }
}

/// The directory, shown as a whole, that a path is in.
fn tree_above<'v>(view: &'v View, path: &[u8]) -> Option<Node<'v>> {
    let mut above = Path::new(OsStr::from_bytes(path)).ancestors().skip(1);
    let nearest = above.find_map(|dir| view.lookup(dir.as_os_str().as_bytes()))?;
    matches!(nearest.kind(), NodeKind::Tree { .. }).then_some(nearest)
}

fn resolved(view: &View, path: &[u8]) -> Option<Vec<u8>> {
    match view.resolve(path) {
        Resolution::Node { node, .. } => Some(node.path()),
        // It is in there or not; only the kernel knows.
        Resolution::Beyond { node, rest } => Some([&node.path()[..], b"/", &rest].concat()),
        _ => None,
    }
}

/// Why a path is hidden, and what would have to be declared.
fn hidden(path: &[u8], visible: &Visible, machine: &Machine) -> Result<String, Failure> {
    let asked = Path::new(OsStr::from_bytes(path));
    let is_above = |hidden: &&Vec<u8>| asked.starts_with(OsStr::from_bytes(hidden));
    if let Some(above) = visible.view.hidden().iter().find(is_above) {
        return Ok(format!("{} was asked to be hidden", OsStr::from_bytes(above).display()));
    }
    let owned = Owned::of(machine, &visible.host_root)?;
    let owners = owned.owners(path)?;
    let inside = outside(&visible.host_root, asked);
    let called = Called::on(machine);
    let names = |owners: &[String]| {
        owners.iter().map(|owner| called.name(owner)).collect::<Vec<_>>().join(", ")
    };
    if !owners.is_empty() {
        let owners = names(&owners);
        if inside.symlink_metadata().is_err() {
            return Ok(format!("{owners} owns it, but it is not on disk"));
        }
        let declare: Vec<_> = owned
            .packages_of(path)?
            .into_iter()
            .map(|(at, id)| declaration(machine.places()[at].packages.packages(), id))
            .collect();
        return Ok(format!("{owners} owns it\n  to show it, declare {}", declare.join(" or ")));
    }
    let fresh =
        visible.view.provided().iter().find(|dir| asked.starts_with(OsStr::from_bytes(dir)));
    if let Some(fresh) = fresh {
        return Ok(format!(
            "{} is a fresh directory, whose content is not the host's",
            OsStr::from_bytes(fresh).display()
        ));
    }
    if inside.symlink_metadata().is_err() {
        return Ok("there is no such file".into());
    }
    let target = leads_to(&visible.host_root, asked);
    let behind = match target.filter(|target| target != asked) {
        Some(target) => {
            let owners = owned.owners(target.as_os_str().as_bytes())?;
            let whose = if owners.is_empty() {
                "no package owns that either".into()
            } else {
                format!("{} owns that", names(&owners))
            };
            format!("; it leads to {}, and {whose}", target.display())
        }
        None => String::new(),
    };
    Ok(format!(
        "no package owns it{behind}\n  to show it all the same, give --read {}",
        asked.display()
    ))
}
