//! NEEDED.ELF.2, PROVIDES, REQUIRES, and the registry of preserved libraries.

use hermitage_vdb::{ErrorKind, Needed, NeededEntry, Registry, SonameList};

#[test]
fn a_needed_line_has_five_fields_in_old_data_and_six_now() {
    let old = NeededEntry::parse(b"X86_64;/lib/libz.so.1;libz.so.1;  -  ;libc.so.6,ld.so").unwrap();
    assert_eq!(old.multilib, None);
    assert_eq!(old.rpaths().count(), 0);
    assert_eq!(old.sonames().collect::<Vec<_>>(), [&b"libc.so.6"[..], b"ld.so"]);
    let new = NeededEntry::parse(b"X86_64;/bin/a;;$ORIGIN/../lib:/opt/lib;;x86_64").unwrap();
    assert_eq!(new.multilib, Some(&b"x86_64"[..]));
    assert_eq!(new.soname, b"");
    assert_eq!(new.rpaths().collect::<Vec<_>>(), [&b"$ORIGIN/../lib"[..], b"/opt/lib"]);
    assert_eq!(new.sonames().count(), 0);
}

#[test]
fn a_needed_line_with_four_fields_is_an_error_with_its_line() {
    let read: Vec<_> = Needed::parse(b"a;b;c;d;e\na;b;c;d\n\na;b;c;d;e\n").collect();
    assert!(read[0].is_ok() && read[3].is_ok());
    let error = read[1].as_ref().unwrap_err();
    assert_eq!((error.line(), error.kind()), (Some(2), &ErrorKind::Needed(4)));
    assert_eq!(read[2].as_ref().unwrap_err().kind(), &ErrorKind::EmptyLine);
}

#[test]
fn sonames_belong_to_the_category_before_them() {
    let read: Vec<_> =
        SonameList::parse(b"stray.so x86_32: a.so.1\tb.so  x86_64: a.so.1\n").collect();
    assert!(matches!(read[0].as_ref().unwrap_err().kind(), ErrorKind::NoSonameCategory(_)));
    let pairs: Vec<_> = read.iter().flatten().map(|s| (s.category, s.name)).collect();
    let expected: [(&[u8], &[u8]); 3] =
        [(b"x86_32", b"a.so.1"), (b"x86_32", b"b.so"), (b"x86_64", b"a.so.1")];
    assert_eq!(pairs, expected);
}

#[test]
fn the_registry_of_preserved_libraries_is_read() {
    let json = br#"{"media-libs/libpng:0": ["media-libs/libpng-1.6.40", "123", ["/usr/lib64/libpng15.so.15"]]}"#;
    let registry = Registry::parse(json).unwrap();
    let (slot, libs) = registry.iter().next().unwrap();
    assert_eq!((slot, libs.cpv.as_str()), ("media-libs/libpng:0", "media-libs/libpng-1.6.40"));
    assert_eq!((libs.counter.as_str(), libs.paths.len()), ("123", 1));
    assert_eq!(Registry::parse(b"").unwrap().iter().count(), 0);
    let error = Registry::parse(b"{\n!").unwrap_err();
    assert_eq!((error.kind(), error.line()), (&ErrorKind::Registry, Some(2)));
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Registry::read(dir.path()).unwrap().iter().count(), 0);
}
