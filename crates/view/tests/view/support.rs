//! What several tests share.

use hermitage_view::{MemoryHost, View, ViewBuilder};

/// The visible paths as text.
pub(crate) fn paths(view: &View) -> Vec<String> {
    view.iter().map(|node| String::from_utf8_lossy(&node.path()).into_owned()).collect()
}

/// A view of what one package recorded.
pub(crate) fn of_one<'h>(host: &'h MemoryHost, recorded: &[&str]) -> ViewBuilder<'h> {
    let mut builder = ViewBuilder::new(host);
    let owner = builder.owner("cat/pkg-1");
    builder.extend(recorded.iter().map(|path| (path, owner)));
    builder
}
