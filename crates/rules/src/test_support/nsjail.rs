use std::collections::BTreeMap;

use hermitage_view::Host;

use super::tree::{Shown, Tree};

/// Carries out the mounts of an nsjail configuration on a model of the root.
///
/// # Panics
/// When nsjail would refuse it.
pub fn run_nsjail(host: &dyn Host, config: &str) -> Tree {
    let mut tree = Tree::default();
    for line in config.lines() {
        let Some(mount) = line.strip_prefix("mount { ") else { continue };
        let fields = fields(mount);
        let get = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let path = get("dst");
        if get("is_bind") == b"true" {
            assert_eq!(get("src"), path);
            tree.bind(host, &path);
        } else if get("is_symlink") == b"true" {
            tree.put(&path, Shown::Link(get("src")));
        } else if fields.contains_key("src_content") {
            tree.put(&path, Shown::Data(get("src_content")));
        } else {
            // A directory without anything is a file system that can't be written.
            let is_empty = get("fstype") == b"tmpfs" && get("rw") == b"false";
            tree.put(&path, if is_empty { Shown::Dir } else { Shown::Fresh });
        }
    }
    tree
}

/// The fields of one message: a name, a colon, and a word or a string in quotes.
fn fields(mount: &str) -> BTreeMap<String, Vec<u8>> {
    let mut fields = BTreeMap::new();
    let mut rest = mount;
    while let Some((name, value)) = rest.split_once(": ") {
        let (value, after) = match value.strip_prefix('"') {
            Some(text) => string(text.as_bytes()),
            None => value
                .split_once(' ')
                .map_or((value.into(), 0), |(word, _)| (word.into(), word.len())),
        };
        let quoted = rest.len() - name.len() - 2;
        let start = rest.len() - quoted + after;
        rest = rest[start..].trim_start();
        fields.insert(name.to_owned(), value);
    }
    fields
}

/// The bytes of a string up to its closing quote, and how much text it takes with both quotes.
fn string(text: &[u8]) -> (Vec<u8>, usize) {
    let (mut bytes, mut at) = (Vec::new(), 0);
    while text[at] != b'"' {
        if text[at] == b'\\' {
            let digits = text[at + 1..at + 4].iter();
            bytes.push(digits.fold(0_u8, |value, digit| value.wrapping_mul(8) + (digit - b'0')));
            at += 4;
        } else {
            bytes.push(text[at]);
            at += 1;
        }
    }
    (bytes, at + 2)
}
