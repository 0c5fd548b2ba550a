//! The dynamic linker's cache.

use hermitage_view::{ErrorKind, GeneratedTable, Kind, LdCache, MemoryHost, NodeKind};

use crate::support::of_one;

/// A small cache of three libraries, as `ldconfig` writes it: the second in a glibc-hwcaps directory.
fn sample() -> Vec<u8> {
    let strings = b"liba.so.1\0/usr/lib/liba.so.1\0/usr/lib/glibc-hwcaps/x86-64-v3/liba.so.1\0libb.so.2\0/opt/libb.so.2\0x86-64-v3\0";
    let at = |needle: &str| {
        let found = strings.windows(needle.len()).position(|window| window == needle.as_bytes());
        u32::try_from(48 + 3 * 24 + found.unwrap()).unwrap()
    };
    let hwcaps: u64 = 1 << 62;
    let entries = [
        (at("liba.so.1\0/usr"), at("/usr/lib/glibc"), hwcaps),
        (at("liba.so.1\0/usr"), at("/usr/lib/liba"), 0),
        (at("libb.so.2\0/opt"), at("/opt"), 0),
    ];
    let mut bytes = b"glibc-ld.so.cache1.1".to_vec();
    let extension = (48 + 3 * 24 + strings.len()).next_multiple_of(4);
    let word = |bytes: &mut Vec<u8>, word: u32| bytes.extend(word.to_le_bytes());
    word(&mut bytes, 3);
    word(&mut bytes, u32::try_from(strings.len()).unwrap());
    bytes.extend([2, 0, 0, 0]);
    word(&mut bytes, u32::try_from(extension).unwrap());
    bytes.resize(48, 0);
    for (key, value, hwcap) in entries {
        for field in [0x0303, key, value, 0] {
            word(&mut bytes, field);
        }
        bytes.extend(hwcap.to_le_bytes());
    }
    bytes.extend(strings);
    bytes.resize(extension, 0);
    let end = u32::try_from(extension + 8 + 16).unwrap();
    for field in [0xEAA4_2174, 1, 1, 0, end, 4, at("x86-64-v3\0")] {
        word(&mut bytes, field);
    }
    bytes
}

#[test]
fn a_cache_is_read_cut_down_and_written() {
    let mut cache = LdCache::parse(&sample()).unwrap();
    assert_eq!(cache.paths().count(), 3);
    cache.retain(|path| path.starts_with(b"/usr"));
    let again = LdCache::parse(&cache.to_bytes().unwrap()).unwrap();
    assert_eq!(again, cache);
    let left: Vec<&[u8]> = again.paths().collect();
    assert_eq!(left, [&b"/usr/lib/glibc-hwcaps/x86-64-v3/liba.so.1"[..], b"/usr/lib/liba.so.1"]);
    assert!(!cache.to_bytes().unwrap().windows(4).any(|window| window == b"libb"));
}

#[test]
fn a_view_shows_a_cache_of_visible_libraries_only() {
    let host = MemoryHost::new()
        .file("/etc/ld.so.cache", sample())
        .file("/usr/lib/liba.so.1.2", "")
        .symlink("/usr/lib/liba.so.1", "liba.so.1.2")
        .file("/opt/libb.so.2", "");
    let recorded = ["/usr/lib/liba.so.1.2"];
    let mut builder = of_one(&host, &recorded);
    builder.generated(GeneratedTable::shipped()).unowned_symlinks(|_| false);
    let view = builder.build().unwrap();
    let NodeKind::Synthetic { content, .. } = view.lookup("/etc/ld.so.cache").unwrap().kind()
    else {
        panic!("not synthetic")
    };
    let cache = LdCache::parse(content).unwrap();
    assert_eq!(cache.paths().collect::<Vec<_>>(), [b"/usr/lib/liba.so.1"]);
}

#[test]
fn a_cache_keeps_its_mode_in_a_view_without_metadata() {
    let mut host = MemoryHost::new().file("/etc/a", "").file("/usr/lib/liba.so.1.2", "");
    host.insert("/etc/ld.so.cache", Kind::File, 0o640, sample());
    let table = r#"
        schema = 1
        [[rule]]
        paths = ["/etc/a"]
        treatment = "expose"
        reason = "a neighbour that is looked at first"
        [[rule]]
        paths = ["/etc/ld.so.cache"]
        treatment = "filter-ld-cache"
        reason = "the one in question"
    "#;
    let mut builder = of_one(&host, &["/usr/lib/liba.so.1.2"]);
    builder.generated(GeneratedTable::parse(table).unwrap()).without_metadata();
    let view = builder.build().unwrap();
    let kind = view.lookup("/etc/ld.so.cache").unwrap().kind();
    assert!(matches!(kind, NodeKind::Synthetic { mode: 0o640, .. }), "{kind:?}");
}

#[test]
fn a_broken_cache_is_an_error_not_an_empty_one() {
    let host = MemoryHost::new().file("/etc/ld.so.cache", "garbage");
    let error = of_one(&host, &[]).generated(GeneratedTable::shipped()).build().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LdCache(_)));
}

/// Whether the bytes are read as a cache; then what is written for it is read as the same.
fn is_read(bytes: &[u8]) -> bool {
    let Ok(cache) = LdCache::parse(bytes) else { return false };
    assert_eq!(LdCache::parse(&cache.to_bytes().unwrap()).unwrap(), cache);
    true
}

#[test]
fn a_cache_with_any_byte_changed_is_read_or_refused() {
    let mut bytes = sample();
    let mut counts = [0, 0];
    for at in 0..bytes.len() {
        let byte = bytes[at];
        for other in (0..=u8::MAX).filter(|other| *other != byte) {
            bytes[at] = other;
            counts[usize::from(is_read(&bytes))] += 1;
        }
        bytes[at] = byte;
    }
    assert!(counts.iter().all(|&count| count > 1_000), "refused and read: {counts:?}");
}

#[test]
fn a_cache_that_is_cut_off_is_refused() {
    let bytes = sample();
    for len in 0..bytes.len() {
        assert!(!is_read(&bytes[..len]), "the first {len} of {} bytes", bytes.len());
    }
}
