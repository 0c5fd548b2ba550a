//! Writing entries, and reading them back.

use hermitage_atom::Cpv;
use hermitage_vdb::write::{MetadataFile, NewPackage, Writer};
use hermitage_vdb::{ContentsBuilder, Database, ErrorKind, FieldSource};

fn package(cpv: &str) -> NewPackage {
    let mut contents = ContentsBuilder::new();
    contents
        .dir(b"/usr")
        .unwrap()
        .obj(b"/usr/a b", b"d41d8cd98f00b204e9800998ecf8427e", 7)
        .unwrap();
    let mut package = NewPackage::new(Cpv::parse(cpv).unwrap());
    package.field("SLOT", "2/2.1").unwrap().field("EAPI", "8").unwrap();
    package
        .field("RDEPEND", " sys-libs/zlib\n\t|| ( a/b c/d ) ")
        .unwrap()
        .field("PDEPEND", " \n")
        .unwrap();
    package.field("IUSE_EFFECTIVE", "x y").unwrap().file("NEEDED.ELF.2", *b"a;b;c;d;e\n").unwrap();
    package.contents(contents);
    package
}

fn written(form: MetadataFile) -> (tempfile::TempDir, Database) {
    let root = tempfile::tempdir().unwrap();
    let mut writer = Writer::create(&root.path().join("var/db/pkg")).unwrap().metadata(form);
    writer.write(&package("app-misc/a-1")).unwrap();
    writer.write_in_place(&package("app-misc/b-2-r1")).unwrap();
    let database = Database::under(root.path(), "").unwrap();
    (root, database)
}

#[test]
fn what_was_written_is_read_back_in_each_form() {
    for form in [MetadataFile::No, MetadataFile::Beside, MetadataFile::Only] {
        let (_root, database) = written(form);
        let packages = database.packages().unwrap();
        let names: Vec<_> = packages.iter().map(|package| package.cpv().as_str()).collect();
        assert_eq!(names, ["app-misc/a-1", "app-misc/b-2-r1"]);
        assert!(packages.oddities().is_empty());
        for package in &packages {
            assert_eq!(package.slot().unwrap(), "2");
            assert_eq!(package.subslot().unwrap(), "2.1");
            assert_eq!(package.rdepend().unwrap(), "sys-libs/zlib || ( a/b c/d )");
            assert_eq!(package.pdepend().unwrap(), "");
            assert_eq!(package.iuse_effective().unwrap().len(), 2);
            assert_eq!(package.contents().unwrap().unwrap().entries().count(), 2);
            assert_eq!(package.examine().unwrap().len(), 0, "{form:?}");
            assert_eq!(package.metadata_is_fresh().unwrap(), form != MetadataFile::No);
        }
        let counters: Vec<_> = packages.iter().map(|p| p.counter().unwrap().unwrap()).collect();
        assert_eq!(counters, [1, 2]);
        let source = packages.as_slice()[0].field_with_source("SLOT").unwrap().unwrap().source;
        let only = form == MetadataFile::Only;
        assert_eq!(source, if only { FieldSource::Metadata } else { FieldSource::File });
    }
}

#[test]
fn fields_are_written_as_portage_writes_them() {
    let (_root, database) = written(MetadataFile::No);
    let package = &database.packages().unwrap().into_packages()[0];
    let file = |name: &str| package.file(name).unwrap().map(|b| String::from_utf8(b).unwrap());
    assert_eq!(file("RDEPEND").unwrap(), "sys-libs/zlib || ( a/b c/d )\n");
    assert_eq!(file("COUNTER").unwrap(), "1");
    assert_eq!(file("PF").unwrap(), "a-1\n");
    assert_eq!(file("PDEPEND"), None);
}

#[test]
fn an_entry_is_replaced_as_a_whole_and_an_old_unfinished_merge_goes_away() {
    let (root, database) = written(MetadataFile::No);
    let category = root.path().join("var/db/pkg/app-misc");
    std::fs::create_dir_all(category.join("-MERGING-a-1/rest")).unwrap();
    std::fs::write(category.join("a-1/OLD"), "x").unwrap();
    let mut writer = Writer::create(database.dir()).unwrap();
    writer.write(&package("app-misc/a-1")).unwrap();
    let packages = database.packages().unwrap();
    assert!(packages.leftovers().is_empty());
    let first = &packages.as_slice()[0];
    assert_eq!(first.file("OLD").unwrap(), None);
    assert_eq!(first.counter().unwrap(), Some(3), "the next number of the database");
}

#[test]
fn a_package_that_is_there_is_not_overwritten_in_place() {
    let (_root, database) = written(MetadataFile::No);
    let mut writer = Writer::create(database.dir()).unwrap();
    let error = writer.write_in_place(&package("app-misc/a-1")).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Write);
}

#[test]
fn names_that_are_no_files_are_refused() {
    let mut package = package("app-misc/a-1");
    for name in ["", ".", "..", "a/b", "metadata", "a\0b"] {
        assert_eq!(
            package.field(name, "x").unwrap_err().kind(),
            &ErrorKind::FieldName(name.into())
        );
    }
}

#[test]
fn the_same_package_gives_the_same_bytes() {
    let (a, b) = (written(MetadataFile::Only), written(MetadataFile::Only));
    let bytes = |(_, database): &(_, Database), name: &str| {
        database.packages().unwrap().as_slice()[0].file(name).unwrap()
    };
    assert_eq!(bytes(&a, "CONTENTS"), bytes(&b, "CONTENTS"));
    let fields = |bytes: Option<Vec<u8>>| {
        let text = String::from_utf8(bytes.unwrap()).unwrap();
        text.lines()
            .filter(|line| !line.starts_with("#dir_mtime"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let lines = fields(bytes(&a, "metadata"));
    assert_eq!(lines, fields(bytes(&b, "metadata")));
    assert_eq!(
        lines,
        ["#format=1", "COUNTER=1", "EAPI=8", "RDEPEND=sys-libs/zlib || ( a/b c/d )", "SLOT=2/2.1"]
    );
}
