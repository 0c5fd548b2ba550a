//! Tests of the index as a file.

use std::cell::Cell;
use std::collections::BTreeMap;

use hermitage_mountns::{ByteString, Entry, EntryKind, ErrorKind, Index, Shown, Timestamp};
use proptest::prelude::*;

use crate::pure::{cases, component};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("an index shows the entries it was made from", same_entries),
    ("a difference over its base shows the entries it was made from", difference_over_base),
    ("a difference to the same entries holds nothing", no_difference),
    ("an index does not depend on anything but the entries", deterministic),
    ("every changed or missing byte of an index is found out", damage),
    ("any bytes with a right checksum are read without a panic", nonsense),
    ("a difference is refused over another base", other_base),
];

/// A tree by path, from which a parent that is no directory is left out with what it holds.
type Tree = BTreeMap<ByteString, EntryKind>;

fn kind() -> impl Strategy<Value = EntryKind> {
    let file = EntryKind::File { mode: 0o644, size: 3, mtime: Timestamp(7, 0) };
    let text = prop::sample::select(vec!["", "one", "/other"]);
    prop_oneof![
        4 => prop::sample::select(vec![0o755, 0o700]).prop_map(|mode| EntryKind::Dir { mode }),
        4 => Just(file),
        2 => text.clone().prop_map(|target| EntryKind::Symlink { target: target.into() }),
        1 => text.prop_map(|content| EntryKind::Synthetic { mode: 0o444, content: content.into() }),
    ]
}

fn trees() -> impl Strategy<Value = Tree> {
    let path = prop::collection::vec(component(), 1..5);
    prop::collection::vec((path, kind()), 0..40).prop_map(|nodes| {
        let mut tree = Tree::from([("/".into(), EntryKind::Dir { mode: 0o755 })]);
        for (parts, kind) in nodes {
            let mut path = ByteString::default();
            let (last, above) = parts.split_last().unwrap();
            let possible = above.iter().all(|part| {
                path.0.extend([b"/", &part[..]].concat());
                let made = tree.entry(path.clone()).or_insert(EntryKind::Dir { mode: 0o711 });
                matches!(made, EntryKind::Dir { .. })
            });
            path.0.extend([b"/", &last[..]].concat());
            if possible {
                tree.entry(path).or_insert(kind);
            }
        }
        tree
    })
}

fn entries(tree: &Tree) -> Vec<Entry> {
    let entry =
        |(path, kind): (&ByteString, &EntryKind)| Entry { path: path.clone(), kind: kind.clone() };
    tree.iter().map(entry).collect()
}

fn expected(tree: &Tree) -> BTreeMap<ByteString, Shown> {
    let shown = |(path, kind): (&ByteString, &EntryKind)| {
        let shown = match kind {
            EntryKind::Dir { mode } => Shown::Dir { mode: *mode },
            EntryKind::File { .. } => Shown::HostFile { source: path.clone() },
            EntryKind::Symlink { target } => Shown::Symlink { target: target.clone() },
            EntryKind::Synthetic { mode, content } => {
                Shown::Content { mode: *mode, content: content.clone() }
            }
            EntryKind::Special { node, .. } => Shown::Special { node: *node },
        };
        (path.clone(), shown)
    };
    tree.iter().map(shown).collect()
}

fn same_entries() {
    let result = cases(256).run(&trees(), |tree| {
        let index = Index::from_entries(&entries(&tree), b"note").unwrap();
        prop_assert_eq!(index.model(None).unwrap(), expected(&tree));
        prop_assert_eq!(index.note(), b"note");
        prop_assert_eq!(index.len(), tree.len());
        Ok(())
    });
    result.unwrap();
}

/// A tree with whatever of another fits into it.
fn union(tree: &Tree, other: &Tree) -> Tree {
    let mut all = tree.clone();
    for (path, kind) in other {
        let slash = path.0.iter().rposition(|&byte| byte == b'/').unwrap();
        let above = ByteString::from(if slash == 0 { b"/" } else { &path.0[..slash] });
        if matches!(all.get(&above), Some(EntryKind::Dir { .. })) {
            all.entry(path.clone()).or_insert_with(|| kind.clone());
        }
    }
    all
}

fn difference_over_base() {
    let (smaller, gone) = (Cell::new(0), Cell::new(0));
    let result = cases(512).run(&(trees(), trees(), prop::bool::ANY), |(base, other, grown)| {
        // Most often a closure holds all of its base and something more.
        let full = if grown { union(&base, &other) } else { other };
        let below = Index::from_entries(&entries(&base), b"").unwrap();
        let index = Index::difference(&entries(&full), &below, b"").unwrap();
        prop_assert_eq!(index.model(Some(&below)).unwrap(), expected(&full));
        smaller.set(smaller.get() + usize::from(index.len() < full.len()));
        gone.set(gone.get() + usize::from(base.keys().any(|path| !full.contains_key(path))));
        Ok(())
    });
    result.unwrap();
    assert!(smaller.get() > 100, "hardly any difference leaves anything out: {smaller:?}");
    assert!(gone.get() > 100, "hardly any base has what the tree lacks: {gone:?}");
}

fn no_difference() {
    let result = cases(64).run(&trees(), |tree| {
        let base = Index::from_entries(&entries(&tree), b"").unwrap();
        let same = Index::difference(&entries(&tree), &base, b"").unwrap();
        prop_assert!(same.is_empty(), "{} nodes", same.len());
        Ok(())
    });
    result.unwrap();
}

fn deterministic() {
    let result = cases(64).run(&(trees(), trees()), |(base, tree)| {
        let below = Index::from_entries(&entries(&base), b"").unwrap();
        let make = || Index::difference(&entries(&tree), &below, b"").unwrap().as_bytes().to_vec();
        prop_assert_eq!(make(), make());
        Ok(())
    });
    result.unwrap();
}

fn sample() -> Index {
    let tree = Tree::from([
        ("/".into(), EntryKind::Dir { mode: 0o755 }),
        ("/bin".into(), EntryKind::Symlink { target: "usr/bin".into() }),
        ("/usr".into(), EntryKind::Dir { mode: 0o755 }),
        ("/usr/bin".into(), EntryKind::Synthetic { mode: 0o444, content: "text".into() }),
    ]);
    Index::from_entries(&entries(&tree), b"note").unwrap()
}

fn damage() {
    let whole = sample().as_bytes().to_vec();
    let refused = |bytes: Vec<u8>, what: &str| {
        let error = Index::from_bytes(bytes).err().unwrap_or_else(|| panic!("{what}"));
        assert!(matches!(error.kind(), ErrorKind::Index(_)), "{what}: {error}");
    };
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            refused(bytes, &format!("byte {at} changed by {flip:#x}"));
        }
        refused(whole[..at].to_vec(), &format!("cut after {at} bytes"));
    }
    refused([&whole[..], b"x"].concat(), "a byte more");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &whole[..whole.len() - 1]).unwrap();
    let error = Index::open(file.path()).unwrap_err().to_string();
    assert!(error.contains(file.path().to_str().unwrap()), "{error}");
    std::fs::write(file.path(), &whole).unwrap();
    assert_eq!(Index::open(file.path()).unwrap().as_bytes(), whole);
}

/// What a checksum does not protect from: files made to be wrong.
fn nonsense() {
    let changes = prop::collection::vec((16..200usize, any::<u8>()), 1..40);
    let changed = Cell::new(0);
    let whole = sample().model(None).unwrap();
    let result = cases(2048).run(&changes, |changes| {
        let mut bytes = sample().as_bytes().to_vec();
        // Not the lengths in the header, which are refused before.
        for (at, byte) in changes.into_iter().filter(|(at, _)| *at >= 32) {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        let crc = crc32fast::hash(&bytes[16..]);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
        let index = Index::from_bytes(bytes).unwrap();
        changed.set(changed.get() + usize::from(index.model(None).unwrap() != whole));
        Ok(())
    });
    result.unwrap();
    assert!(changed.get() > 500, "hardly any change changes what is shown: {changed:?}");
}

fn other_base() {
    let root = Entry { path: "/".into(), kind: EntryKind::Dir { mode: 0 } };
    let index = Index::difference(&[root], &sample(), b"");
    let error = index.unwrap().model(None).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Index(_)), "{error}");
}
