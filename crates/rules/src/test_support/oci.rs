use hermitage_view::Host;
use serde_json::Value;

use super::tree::{Shown, Tree};
use crate::oci::Bundle;

/// Makes the root directory and carries out the mounts of a bundle on a model of it.
///
/// # Panics
/// When a runtime would refuse it.
pub fn run_oci(host: &dyn Host, bundle: &Bundle) -> Tree {
    let mut tree = Tree::with_root(&bundle.root);
    let config: Value = serde_json::from_str(&bundle.config).unwrap_or_default();
    for mount in config["mounts"].as_array().into_iter().flatten() {
        let field = |name: &str| mount[name].as_str().unwrap_or_default().as_bytes().to_vec();
        let path = field("destination");
        // A runtime makes what is not there; here everything must be.
        let before = tree.paths.remove(&path);
        assert!(path == b"/" || before.is_some(), "{} has no place", path.escape_ascii());
        match &field("type")[..] {
            b"bind" => {
                assert_eq!(field("source"), path);
                tree.bind(host, &path);
            }
            b"proc" | b"tmpfs" => tree.put(&path, Shown::Fresh),
            other => assert_eq!(other.escape_ascii().to_string(), "a known type"),
        }
    }
    tree
}
