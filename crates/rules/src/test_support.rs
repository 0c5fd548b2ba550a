//! For tests of this crate and of those that embed it: how each consumer reads what is written for it, in the plainest form.

mod bwrap;
mod landlock;
mod links;
mod nsjail;
mod nspawn;
mod oci;
mod sandbox;
mod syd;
mod tree;

pub use bwrap::run_bwrap;
pub use landlock::LandlockModel;
pub use nsjail::run_nsjail;
pub use nspawn::run_nspawn;
pub use oci::run_oci;
pub use sandbox::SandboxModel;
pub use syd::SydModel;
pub use tree::{Shown, Tree};

use hermitage_view::{NodeKind, View};

/// Whether a view shows the host's own content at a canonical path that is no symbolic link.
pub fn shows(view: &View, path: &[u8]) -> bool {
    let parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
    let mut node = view.root();
    for part in parts {
        if matches!(node.kind(), NodeKind::Tree { .. }) || node.is_provided() {
            return true;
        }
        let Some(child) = node.child(part) else { return false };
        node = child;
    }
    !matches!(node.kind(), NodeKind::Synthetic { .. })
}
