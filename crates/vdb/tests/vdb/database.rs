//! The database and its packages.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use hermitage_atom::{Cpv, Eapi};
use hermitage_vdb::test_support::Fixture;
use hermitage_vdb::write::{NewPackage, Writer};
use hermitage_vdb::{ContentsBuilder, Database, ErrorKind, FieldReader, FieldSource, ReadLock};

const ONE: &str = "
    == sys-libs/zlib-1.3-r1
    SLOT=0/1
    EAPI=8
    USE=abi_x86_64   amd64
    IUSE=+abi_x86_64 -static minizip
    REPOSITORY=paludis-repo
    BUILD_TIME=12
";

#[test]
fn typed_fields_mean_what_portage_says() {
    let fixture = Fixture::new(ONE).unwrap();
    let package = &fixture.database().unwrap().packages().unwrap().into_packages()[0];
    assert_eq!((package.slot().unwrap(), package.subslot().unwrap()), ("0".into(), "1".into()));
    assert_eq!(package.eapi().unwrap(), Eapi::V8);
    assert_eq!(
        package.use_flags().unwrap().into_iter().collect::<Vec<_>>(),
        ["abi_x86_64", "amd64"]
    );
    assert_eq!(package.iuse().unwrap(), ["+abi_x86_64", "-static", "minizip"]);
    let effective = package.iuse_effective().unwrap();
    assert_eq!(effective.into_iter().collect::<Vec<_>>(), ["abi_x86_64", "minizip", "static"]);
    assert_eq!(package.repository().unwrap().as_deref(), Some("paludis-repo"));
    assert_eq!(package.build_time().unwrap(), Some(12));
    assert_eq!(package.counter().unwrap(), None);
    assert_eq!(package.field("SLOT").unwrap().unwrap(), b"0/1\n", "bytes as they are");
    assert_eq!(package.field("NOTHING").unwrap(), None);
}

#[test]
fn invalid_and_absent_fields_have_their_defaults_and_are_reported() {
    let fixture = Fixture::new(
        "
        == a/absent-1
        == a/bad-1
        SLOT=-no slot-
        EAPI=paludis-1
        PF=another-2
        COUNTER=many
        -- CONTENTS
        dir /usr
        nonsense
        ",
    )
    .unwrap();
    let packages = fixture.database().unwrap().packages().unwrap();
    let [absent, bad] = packages.as_slice() else { panic!("two packages") };
    assert_eq!((absent.slot().unwrap(), absent.eapi().unwrap()), ("0".into(), Eapi::V0));
    assert!(absent.contents().unwrap().is_none(), "injected");
    assert_eq!(bad.slot().unwrap(), "0");
    assert_eq!(bad.eapi().unwrap_err().kind(), &ErrorKind::Eapi("paludis-1".into()));
    let kinds: Vec<_> = bad.examine().unwrap().iter().map(|odd| odd.kind().clone()).collect();
    assert_eq!(
        kinds,
        [
            ErrorKind::EntryType,
            ErrorKind::Slot("-no slot-".into()),
            ErrorKind::Eapi("paludis-1".into()),
            ErrorKind::Number("many".into()),
            ErrorKind::Misnamed("another-2".into()),
        ]
    );
    assert!(absent.examine().unwrap().iter().any(|odd| odd.kind() == &ErrorKind::Injected));
}

#[test]
fn whatever_is_no_package_is_reported_and_what_portage_skips_is_skipped() {
    let fixture = Fixture::new(
        "
        == app-misc/good-1
        == app-misc/-MERGING-half-1
        == app-misc/noversion
        == app-misc/prefix-1-r00.1
        == app-misc/.tmp.pkgcore-1
        == app-misc/CVS
        == lost+found/x-1
        == not a category/x-1
        ",
    )
    .unwrap();
    let db = fixture.database().unwrap().dir().to_owned();
    std::fs::write(db.join("app-misc/.good-1.portage_lockfile"), "").unwrap();
    std::fs::write(db.join("app-misc/good-1.lockfile"), "").unwrap();
    std::fs::write(db.join("stray"), "").unwrap();
    let packages = fixture.database().unwrap().packages().unwrap();
    assert_eq!(packages.iter().map(|p| p.cpv().as_str()).collect::<Vec<_>>(), ["app-misc/good-1"]);
    let leftovers: Vec<_> = packages.leftovers().iter().map(|dir| dir.dir().file_name()).collect();
    assert_eq!(leftovers.len(), 3);
    let odd = packages.oddities().iter().map(|odd| {
        let name = odd.path().file_name().unwrap().to_str().unwrap();
        (name, odd.kind().clone())
    });
    let odd: Vec<_> = odd.collect();
    assert_eq!(odd[0], ("-MERGING-half-1", ErrorKind::Merging));
    assert!(matches!(odd[1], ("noversion", ErrorKind::Name(_))));
    assert!(matches!(odd[2], ("prefix-1-r00.1", ErrorKind::Name(_))));
    assert_eq!(odd[3], ("not a category", ErrorKind::Category));
    assert_eq!(odd[4], ("stray", ErrorKind::Stray));
    assert_eq!(odd.len(), 5);
}

#[test]
fn a_fresh_metadata_file_serves_what_no_file_has() {
    let fixture = Fixture::new(ONE).unwrap();
    let dir = fixture.database().unwrap().dir().join("sys-libs/zlib-1.3-r1");
    std::fs::write(dir.join("metadata"), "").unwrap();
    let mtime = |dir: &Path| {
        let modified = std::fs::metadata(dir).unwrap().modified().unwrap();
        modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos()
    };
    let text = format!("#format=1\nRDEPEND=x/y\nSLOT=9\n#dir_mtime={}\n", mtime(&dir));
    std::fs::write(dir.join("metadata"), text).unwrap();
    let package = fixture.database().unwrap().packages().unwrap().into_packages().remove(0);
    assert!(package.metadata_is_fresh().unwrap());
    assert_eq!(package.slot().unwrap(), "0", "the file counts before metadata");
    let field = package.field_with_source("RDEPEND").unwrap().unwrap();
    assert_eq!((field.bytes, field.source), (b"x/y".to_vec(), FieldSource::Metadata));

    std::fs::write(dir.join("NEW"), "x").unwrap();
    let package = fixture.database().unwrap().packages().unwrap().into_packages().remove(0);
    let field = package.field_with_source("RDEPEND").unwrap().unwrap();
    assert_eq!(field.source, FieldSource::StaleMetadata, "used all the same");
    let odd = package.examine().unwrap();
    let stale = |odd: &&hermitage_vdb::Error| matches!(odd.kind(), ErrorKind::MetadataStale(_));
    assert_eq!(
        odd.iter().find(stale).unwrap().kind(),
        &ErrorKind::MetadataStale("RDEPEND".into()),
        "and said so"
    );
}

#[test]
fn a_damaged_metadata_file_is_reported_by_line() {
    let fixture = Fixture::new(
        "
        == a/b-1
        -- CONTENTS
        dir /usr
        -- metadata
        #format=2
        SLOT=0
        no field
        SLOT=1
        #dir_mtime=soon
        ",
    )
    .unwrap();
    let package = fixture.database().unwrap().packages().unwrap().into_packages().remove(0);
    assert_eq!(package.slot().unwrap(), "0", "the first value counts");
    let odd = package.examine().unwrap();
    let odd: Vec<_> = odd.iter().map(|odd| (odd.line(), odd.kind().clone())).collect();
    assert_eq!(
        odd,
        [
            (Some(1), ErrorKind::MetadataFormat("#format=2".into())),
            (Some(3), ErrorKind::MetadataLine),
            (Some(4), ErrorKind::MetadataTwice("SLOT".into())),
            (Some(5), ErrorKind::Number("soon".into())),
            (None, ErrorKind::MetadataStale("SLOT".into())),
        ]
    );
}

#[test]
fn a_database_is_found_under_any_root_and_eprefix() {
    let fixture = Fixture::with_eprefix(ONE, "/home/me/gentoo").unwrap();
    let database = Database::under(fixture.root(), "/home/me/gentoo").unwrap();
    assert_eq!(database.packages().unwrap().len(), 1);
    assert_eq!(database.root(), fixture.root());
    assert_eq!(database.eprefix(), Path::new("/home/me/gentoo"));
    let opened = Database::open(database.dir()).unwrap();
    assert_eq!(opened.root(), fixture.root().join("home/me/gentoo"));
    assert_eq!(Database::under(fixture.root(), "").unwrap_err().kind(), &ErrorKind::NoDatabase);
}

#[test]
fn a_package_is_found_by_name_and_by_an_equal_version() {
    let fixture = Fixture::new("== a/b-1.0-r0\n== a/b-2\n").unwrap();
    let database = fixture.database().unwrap();
    let find = |cpv: &str| database.find(&Cpv::parse(cpv).unwrap()).unwrap();
    assert_eq!(find("a/b-2").unwrap().cpv().as_str(), "a/b-2");
    assert_eq!(find("a/b-1.0").unwrap().cpv().as_str(), "a/b-1.0-r0");
    assert!(find("a/b-3").is_none() && find("x/y-1").is_none());
}

#[test]
fn a_package_that_vanished_is_told_from_a_field_that_is_absent() {
    let fixture = Fixture::new(ONE).unwrap();
    let database = fixture.database().unwrap();
    let package = database.packages().unwrap().into_packages().remove(0);
    assert_eq!(package.contents().unwrap(), None);
    std::fs::remove_dir_all(package.dir()).unwrap();
    let error = package.contents().unwrap_err();
    assert_eq!((error.kind(), error.path()), (&ErrorKind::Vanished, package.dir()));
    assert!(database.packages().unwrap().is_empty());
}

#[test]
fn a_package_that_is_being_replaced_is_always_read() {
    let fixture = Fixture::new("").unwrap();
    let db = fixture.root().join("var/db/pkg");
    let mut package = NewPackage::new(Cpv::parse("a/b-1").unwrap());
    package.field("SLOT", "7").unwrap().contents(ContentsBuilder::new());
    let done = AtomicBool::new(false);
    let place = Writer::create(&db).unwrap().write(&package).unwrap();
    let hidden = db.join("a/-MERGING-b-1");
    let read = Database::open(&db).unwrap().find(package.cpv()).unwrap().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Only the gap between removing and renaming, over and over: the entry is never half empty.
            while !done.load(Ordering::Relaxed) {
                std::fs::rename(&place, &hidden).unwrap();
                std::fs::rename(&hidden, &place).unwrap();
                std::thread::sleep(std::time::Duration::from_micros(200));
            }
        });
        for _ in 0..300 {
            assert_eq!(read.slot().unwrap(), "7");
            assert!(read.contents().unwrap().is_some());
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_not_an_absence() {
    let fixture = Fixture::new(ONE).unwrap();
    let package = fixture.database().unwrap().packages().unwrap().into_packages().remove(0);
    std::fs::create_dir(package.dir().join("CONTENTS")).unwrap();
    let error = package.contents().unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Read);
    assert!(error.to_string().ends_with("zlib-1.3-r1/CONTENTS: cannot be read"), "{error}");
    assert!(std::error::Error::source(&error).is_some(), "the system's word is the source");
}

#[test]
fn names_that_lead_elsewhere_are_no_fields() {
    let fixture = Fixture::new(ONE).unwrap();
    let package = fixture.database().unwrap().packages().unwrap().into_packages().remove(0);
    for name in ["../x", "", ".", ".."] {
        assert!(matches!(package.field(name).unwrap_err().kind(), ErrorKind::FieldName(_)));
    }
}

#[test]
fn the_lock_is_taken_only_where_there_is_one() {
    let fixture = Fixture::new(ONE).unwrap();
    let database = fixture.database().unwrap();
    assert!(matches!(database.read_lock().unwrap(), ReadLock::NoLockFile));
    let lock = fixture.root().join("var/db/.pkg.portage_lockfile");
    std::fs::write(&lock, "").unwrap();
    assert!(database.read_lock().unwrap().is_held());
}

#[test]
fn a_file_that_is_no_regular_file_is_an_error_and_nobody_waits_for_it() {
    let fixture = Fixture::new("== a/b-1\nSLOT=0\n").unwrap();
    let dir = fixture.root().join("var/db/pkg/a/b-1");
    assert!(
        std::process::Command::new("mkfifo").arg(dir.join("CONTENTS")).status().unwrap().success()
    );
    std::os::unix::fs::symlink("/dev/zero", dir.join("DEPEND")).unwrap();
    let packages = fixture.database().unwrap().packages().unwrap();
    let package = &packages.as_slice()[0];
    let error = package.contents().unwrap_err();
    assert!(error.to_string().contains("CONTENTS"), "{error}");
    assert!(package.field("DEPEND").is_err());
    let mut reader = FieldReader::default();
    assert!(reader.open(package).unwrap().text("DEPEND").is_err());
}
