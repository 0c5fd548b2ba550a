//! Who owns a path.

mod law;

use hermitage_vdb::test_support::Fixture;
use hermitage_vdb::{DiskLinks, ErrorKind, MemoryLinks, OwnerIndex, PackageIdx};

const TWO: &str = "
    == app-misc/a-1
    -- CONTENTS
    dir /usr
    dir /lib
    obj /lib/liba.so d41d8cd98f00b204e9800998ecf8427e 1
    sym /usr/bin/link -> a 1
    obj /usr/lib64//./both d41d8cd98f00b204e9800998ecf8427e 1
    obj /var/../etc/dots d41d8cd98f00b204e9800998ecf8427e 1
    == app-misc/b-1
    -- CONTENTS
    dir /usr
    obj /lib/both d41d8cd98f00b204e9800998ecf8427e 1
    nonsense
    sym /usr/x -> y -> z 1
    == app-misc/injected-1
    SLOT=0
";

fn merged() -> MemoryLinks {
    let links =
        [("/lib", "usr/lib"), ("/usr/lib", "lib64"), ("/usr/bin/link", "a"), ("/usr/x", "y -> z")];
    links.into_iter().collect()
}

fn index(fixture: &Fixture) -> OwnerIndex<MemoryLinks> {
    OwnerIndex::build(fixture.database().unwrap().packages().unwrap().as_slice(), merged()).unwrap()
}

#[test]
fn a_path_is_found_through_any_of_its_names() {
    let fixture = Fixture::new(TWO).unwrap();
    let index = index(&fixture);
    for path in
        ["/lib/liba.so", "/usr/lib/liba.so", "/usr/lib64/liba.so", "//usr/./bin/../lib64/liba.so"]
    {
        assert_eq!(index.owners(path.as_bytes()).unwrap(), [PackageIdx(0)], "{path}");
    }
    assert_eq!(index.owners(b"/etc/dots").unwrap(), [PackageIdx(0)]);
    assert_eq!(index.owners(b"/usr/").unwrap(), [PackageIdx(0), PackageIdx(1)]);
    assert_eq!(index.owners(b"/usr/lib64/..").unwrap(), [PackageIdx(0), PackageIdx(1)]);
}

#[test]
fn a_path_has_as_many_owners_as_recorded_it() {
    let fixture = Fixture::new(TWO).unwrap();
    let index = index(&fixture);
    assert_eq!(index.owners(b"/usr/lib64/both").unwrap(), [PackageIdx(0), PackageIdx(1)]);
    assert_eq!(index.owners(b"/lib/none").unwrap(), []);
    assert_eq!(index.owners(b"/nowhere/at/all").unwrap(), []);
}

#[test]
fn a_link_is_not_what_it_points_to() {
    let fixture = Fixture::new(TWO).unwrap();
    let index = index(&fixture);
    assert_eq!(index.owners(b"/usr/bin/link").unwrap(), [PackageIdx(0)]);
    assert_eq!(index.owners(b"/usr/bin/a").unwrap(), []);
    assert_eq!(
        index.owners(b"/lib").unwrap(),
        [PackageIdx(0)],
        "the link /lib itself was recorded"
    );
    assert_eq!(index.owners(b"/usr/lib64").unwrap(), []);
}

#[test]
fn an_ambiguous_link_belongs_to_the_path_the_disk_has() {
    let fixture = Fixture::new(TWO).unwrap();
    let index = index(&fixture);
    assert_eq!(index.owners(b"/usr/x").unwrap(), [PackageIdx(1)]);
    assert_eq!(index.owners(b"/usr/x -> y").unwrap(), []);
}

#[test]
fn what_could_not_be_read_is_reported_with_its_line() {
    let fixture = Fixture::new(TWO).unwrap();
    let index = index(&fixture);
    let odd: Vec<_> = index.oddities().iter().map(|odd| (odd.kind().clone(), odd.line())).collect();
    assert_eq!(odd, [(ErrorKind::EntryType, Some(3)), (ErrorKind::Injected, None)]);
}

#[test]
fn links_that_lead_to_themselves_are_an_error() {
    let fixture = Fixture::new(TWO).unwrap();
    let links = MemoryLinks::from_iter([("/lib", "loop"), ("/loop", "/lib")]);
    let packages = fixture.database().unwrap().packages().unwrap();
    let index = OwnerIndex::build(packages.as_slice(), links).unwrap();
    for path in ["/lib/liba.so", "/usr/lib/liba.so"] {
        let error = index.owners(path.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::LinkLoop, "{path}: a record may be this path or not");
    }
    assert_eq!(index.owners(b"/etc/dots").unwrap(), [PackageIdx(0)], "no such link is near it");
}

#[test]
fn links_of_a_real_tree_are_followed_inside_its_root() {
    let fixture = Fixture::new(TWO).unwrap();
    std::fs::create_dir_all(fixture.root().join("usr/lib64")).unwrap();
    std::os::unix::fs::symlink("/usr/lib64", fixture.root().join("lib")).unwrap();
    let packages = fixture.database().unwrap().packages().unwrap();
    let index = OwnerIndex::build(packages.as_slice(), DiskLinks::new(fixture.root())).unwrap();
    assert_eq!(index.owners(b"/usr/lib64/liba.so").unwrap(), [PackageIdx(0)]);
}
