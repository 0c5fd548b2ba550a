//! CONTENTS.

use hermitage_vdb::{Contents, ContentsBuilder, Entry, Error, ErrorKind, MemoryLinks, Mtime};

const MD5: &[u8] = b"d41d8cd98f00b204e9800998ecf8427e";

fn one(line: &[u8]) -> Entry<'_> {
    Entry::parse(line).unwrap()
}

#[test]
fn an_obj_line_is_read_from_the_right() {
    let line = b"obj /usr/share/a file (1)  d41d8cd98f00b204e9800998ecf8427e 1500000000";
    let mtime = Mtime::parse(b"1500000000").unwrap();
    assert_eq!(one(line), Entry::Obj { path: b"/usr/share/a file (1) ", md5: MD5, mtime });
}

#[test]
fn a_path_keeps_its_spaces_tabs_and_raw_bytes() {
    assert_eq!(one(b"dir  /a\t\xff ").path(), b" /a\t\xff ");
    assert_eq!(one(b"fif //a/./b").path(), b"//a/./b");
}

#[test]
fn a_sum_may_have_forty_digits() {
    let line = b"obj /a da39a3ee5e6b4b0d3255bfef95601890afd80709 1";
    assert!(matches!(one(line), Entry::Obj { md5, .. } if md5.len() == 40));
}

#[test]
fn a_link_of_an_ancient_portage_ends_in_a_stat_tuple() {
    let line = b"sym /lib/a -> b c (41471, 12L, 2052L, 1, 0, 0, 11L, 1099, 1234567, 99)";
    let Entry::Sym { path, target, mtime } = one(line) else { panic!("not a link") };
    assert_eq!((path, target), (&b"/lib/a"[..], &b"b c"[..]));
    assert_eq!(mtime.seconds(), Some(1_234_567));
    let mut out = Vec::new();
    one(line).write_to(&mut out);
    assert_eq!(out, [&line[..], b"\n"].concat());
}

#[test]
fn an_ambiguous_link_is_read_as_portage_does_until_the_disk_is_asked() {
    let bytes = b"sym /x/link -> arrow -> name.h 1\n";
    let contents = Contents::new("C", bytes.to_vec());
    assert_eq!(contents.entries().next().unwrap().unwrap().path(), b"/x/link -> arrow");
    let all = contents.lines().next().unwrap();
    let paths: Vec<_> = all.readings().map(|reading| reading.path()).collect();
    assert_eq!(paths, [&b"/x/link -> arrow"[..], b"/x/link"]);

    let disk = MemoryLinks::from_iter([("/x/link", "arrow -> name.h")]);
    let settled: Vec<_> = contents.settled(&disk).collect::<Result<_, _>>().unwrap();
    assert!(matches!(settled[0], Entry::Sym { path: b"/x/link", target: b"arrow -> name.h", .. }));

    let other = MemoryLinks::from_iter([("/x/link -> arrow", "name.h")]);
    let settled: Vec<_> = contents.settled(&other).collect::<Result<_, _>>().unwrap();
    assert_eq!(settled[0].path(), b"/x/link -> arrow");

    let changed = MemoryLinks::from_iter([("/x/link", "elsewhere")]);
    let settled: Vec<_> = contents.settled(&changed).collect::<Result<_, _>>().unwrap();
    assert_eq!(settled[0].path(), b"/x/link", "a link with another target is still the link");

    let none: Vec<_> = contents.settled(&MemoryLinks::new()).collect::<Result<_, _>>().unwrap();
    assert_eq!(none[0].path(), b"/x/link -> arrow", "without the disk's help it is Portage's");
}

#[test]
fn two_arrows_may_share_a_space() {
    let paths: Vec<_> = Contents::new("", b"sym /a -> -> b 1\n".to_vec())
        .lines()
        .next()
        .unwrap()
        .readings()
        .map(|reading| reading.path().to_vec())
        .collect();
    assert_eq!(paths, [b"/a ->".to_vec(), b"/a".to_vec()]);
}

#[test]
fn a_nul_is_an_error_with_its_line_and_reading_goes_on() {
    let bytes = b"dir /a\nobj /b\0 d41d8cd98f00b204e9800998ecf8427e 1\ndir /c\n";
    let read: Vec<Result<Entry<'_>, Error>> = Contents::parse(bytes).collect();
    assert_eq!(read[0].as_ref().unwrap().path(), b"/a");
    assert_eq!(read[1].as_ref().unwrap_err().line(), Some(2));
    assert_eq!(read[1].as_ref().unwrap_err().kind(), &ErrorKind::Nul);
    assert_eq!(read[2].as_ref().unwrap().path(), b"/c");
}

#[test]
fn a_file_that_was_cut_off_is_an_error_in_its_last_line() {
    let bytes = b"dir /a\nobj /b d41d8cd98f00b204e98";
    let contents = Contents::new("/db/c/p-1/CONTENTS", bytes.to_vec());
    let error = contents.entries().find_map(Result::err).unwrap();
    assert_eq!(error.kind(), &ErrorKind::CutOff);
    assert_eq!(
        error.to_string(),
        "/db/c/p-1/CONTENTS:2: the last line has no line break: the file was cut off"
    );
}

#[test]
fn an_error_names_its_file_without_control_characters() {
    let contents = Contents::new("/db/c/p\n\u{1b}/CONTENTS", b"dir".to_vec());
    let error = contents.entries().find_map(Result::err).unwrap();
    assert!(error.to_string().starts_with(r"/db/c/p\n\u{1b}/CONTENTS:1: "), "{error}");
}

#[test]
fn each_kind_of_bad_line_says_what_was_expected() {
    let cases: [(&[u8], ErrorKind); 12] = [
        (b"", ErrorKind::EmptyLine),
        (b"dir", ErrorKind::EntryType),
        (b"dir ", ErrorKind::NoPath),
        (b"foo /a", ErrorKind::EntryType),
        (b" dir /a", ErrorKind::EntryType),
        (b"obj /a", ErrorKind::Obj),
        (b"obj /a 1500000000", ErrorKind::Obj),
        (b"obj /a  1500000000", ErrorKind::Obj),
        (b"obj /a d41d 15x", ErrorKind::Obj),
        (b"sym /a b 1", ErrorKind::Sym),
        (b"sym /a -> b", ErrorKind::Sym),
        (b"sym /a -> b (1, 2, 3)", ErrorKind::Sym),
    ];
    for (line, kind) in cases {
        assert_eq!(Entry::parse(line), Err(kind), "{:?}", String::from_utf8_lossy(line));
    }
}

#[test]
fn what_contents_cannot_record_is_refused() {
    let mut contents = ContentsBuilder::new();
    for bad in [&b""[..], b"/a\nb", b"/a\0b"] {
        let error = contents.dir(bad).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Unwritable(bad.into()));
        assert!(contents.sym(b"/a", bad, 1).is_err());
        assert!(contents.obj(bad, MD5, 1).is_err());
    }
    assert!(contents.obj(b"/a", b"two words", 1).is_err());
    assert!(contents.as_bytes().is_empty(), "what was refused leaves nothing behind");
}

#[test]
fn what_was_built_is_read_back() {
    let mut contents = ContentsBuilder::new();
    contents.dir(b"/a ").unwrap().obj(b"/a /b c", MD5, -5).unwrap();
    contents.sym(b"/l", b"a -> b", 7).unwrap().dev(b"/d").unwrap().fif(b"/f").unwrap();
    let contents = contents.build();
    let entries: Vec<_> = contents.entries().collect::<Result<_, _>>().unwrap();
    let kinds: Vec<_> = entries.iter().map(Entry::kind_name).collect();
    assert_eq!(kinds, [b"dir", b"obj", b"sym", b"dev", b"fif"]);
    assert!(matches!(entries[1], Entry::Obj { mtime, .. } if mtime.seconds() == Some(-5)));
}
