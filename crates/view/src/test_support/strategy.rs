use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::Wanted;
use crate::{Kind, MemoryHost};

/// Few names, so that paths meet each other; `a-` sorts between `a` and `a/b` as one string, but not by component;
/// one is not UTF-8, one has a space.
const NAMES: [&[u8]; 6] = [b"a", b"b", b"c", b"a-", b"\xff", b"d e"];

/// A host of up to some forty paths: files, directories, and links to all of them, to each other, and to nothing.
pub fn host_tree() -> impl Strategy<Value = MemoryHost> {
    let entry = (path(4), kind(), target());
    vec(entry, 0..40).prop_map(|entries| {
        let mut host = MemoryHost::new();
        for (path, kind, target) in entries {
            if fits(&host, &path) {
                let content = if kind == Kind::Symlink { target } else { Vec::new() };
                let mode = if kind == Kind::Dir { 0o755 } else { 0o644 };
                host.insert(&path, kind, mode, content);
            }
        }
        host
    })
}

/// A path of the host, spelled as recorded paths may be, or (less often) one that need not exist.
pub fn path_in(host: &MemoryHost) -> impl Strategy<Value = Vec<u8>> + use<> {
    let known: Vec<Vec<u8>> = host.iter().map(|(path, _)| path).collect();
    let below = (prop::sample::select(known.clone()), name())
        .prop_map(|(path, name)| [&path, &b"/"[..], &name].concat());
    let spelled = (prop::sample::select(known.clone()), spelling())
        .prop_map(|(path, spelling)| respell(&path, spelling));
    prop_oneof![6 => prop::sample::select(known), 3 => below, 2 => spelled, 1 => path(4)]
}

/// A host with something to show of it.
pub fn case() -> impl Strategy<Value = (MemoryHost, Wanted)> {
    host_tree().prop_flat_map(|host| {
        let recorded = vec((path_in(&host), 0..3_u32, any::<bool>()), 0..12);
        let known: Vec<Vec<u8>> = host.iter().map(|(path, _)| path).collect();
        let elsewhere = btree_set(prop::sample::select(known), 0..4);
        let not_root = |path: &Vec<u8>| path.iter().any(|byte| !b"/.".contains(byte));
        let hidden = vec(path_in(&host).prop_filter("the root can't be hidden", not_root), 0..3);
        let wanted = (recorded, elsewhere, hidden, any::<bool>());
        let wanted = wanted.prop_map(|(recorded, owned_elsewhere, hidden, links)| Wanted {
            recorded,
            owned_elsewhere,
            hidden,
            links,
        });
        (Just(host), wanted)
    })
}

/// Whether everything above a path is a directory or nothing, and the path itself is nothing.
fn fits(host: &MemoryHost, path: &[u8]) -> bool {
    use crate::Host as _;
    let ends = path.iter().enumerate().skip(1).filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    let clear = |end: usize| !matches!(host.lstat(&path[..end]), Ok(Some(meta)) if !meta.is_dir());
    ends.into_iter().all(clear) && matches!(host.lstat(path), Ok(None))
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(&NAMES[..]).prop_map(<[u8]>::to_vec)
}

fn path(depth: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(name(), 1..=depth)
        .prop_map(|names| names.iter().flat_map(|name| [b"/", &name[..]].concat()).collect())
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        4 => Just(Kind::File),
        4 => Just(Kind::Symlink),
        2 => Just(Kind::Dir),
        1 => Just(Kind::Fifo),
    ]
}

/// What links hold: absolute and relative paths, ways up and out, trailing slashes, dots.
fn target() -> impl Strategy<Value = Vec<u8>> {
    let step = prop_oneof![6 => name(), 2 => Just(b"..".to_vec()), 1 => Just(b".".to_vec())];
    let relative = vec(step, 1..4).prop_map(|steps| steps.join(&b'/'));
    prop_oneof![
        4 => path(3),
        4 => relative.clone(),
        1 => relative.prop_map(|path| [&path, &b"/"[..]].concat()),
        1 => Just(b"/".to_vec()),
    ]
}

fn spelling() -> impl Strategy<Value = u8> {
    0..4_u8
}

/// The same path in another form.
fn respell(path: &[u8], spelling: u8) -> Vec<u8> {
    match spelling {
        0 => [path, b"/"].concat(),
        1 => [b"/", path].concat(),
        2 => [b"/.", path].concat(),
        _ => [path, b"/./"].concat(),
    }
}
