use hermitage_atom::Cpv;
use hermitage_depgraph::{
    DepClass, ErrorKind, Holding, Policy, Query, Roots, Source as _, Target, VdbSource,
};
use hermitage_vdb::Database;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use tempfile::TempDir;

const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e 1500000000";

/// Writes an installed package; `NAME=VALUE` fields, `\n` kept.
fn install(root: &Path, cpv: &str, fields: &[(&str, &str)]) {
    let directory = root.join("var/db/pkg").join(cpv);
    fs::create_dir_all(&directory).unwrap();
    for (name, value) in fields {
        fs::write(directory.join(name), format!("{value}\n")).unwrap();
    }
}

fn program(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn system() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    let script = format!("obj /usr/bin/script {MD5}");
    install(at, "a/script-1", &[("EAPI", "8"), ("SLOT", "2/3"), ("CONTENTS", &script)]);
    let python = format!("sym /usr/bin/python -> python3 1500000000\nobj /usr/bin/python3 {MD5}");
    install(at, "a/python-3", &[("EAPI", "8"), ("CONTENTS", &python)]);
    install(at, "a/links-1", &[("CONTENTS", "dir /usr\nsym /usr/x -> y 1500000000")]);
    install(at, "a/injected-1", &[("EAPI", "8")]);
    install(at, "a/broken-1", &[("EAPI", "8"), ("RDEPEND", "a/b )"), ("CONTENTS", &script)]);
    install(at, "a/future-1", &[("EAPI", "99"), ("RDEPEND", "a/b"), ("CONTENTS", &script)]);
    let metadata = "#format=1\nEAPI=8\nRDEPEND=a/script\nSLOT=5\n#dir_mtime=1";
    install(at, "a/consolidated-1", &[("metadata", metadata)]);
    program(at, "usr/bin/script", "#!/usr/bin/env python\n");
    program(at, "usr/bin/python3", "no program");
    symlink("python3", at.join("usr/bin/python")).unwrap();
    root
}

fn load(root: &TempDir) -> VdbSource {
    VdbSource::load(&Database::under(root.path(), "").unwrap()).unwrap()
}

fn needs(depend: &str) -> Query {
    Query::new(Target::given("target").with_dependencies(DepClass::Depend, depend).unwrap())
}

#[test]
fn fields_are_read_from_their_files_or_from_the_consolidated_one() {
    let root = system();
    let source = load(&root);
    let find = |cpv: &str| source.packages().find(&Cpv::parse(cpv).unwrap()).unwrap();
    let script = source.packages().get(find("a/script-1"));
    assert_eq!((script.slot(), script.subslot()), ("2", "3"));
    let consolidated = find("a/consolidated-1");
    assert_eq!(source.packages().get(consolidated).slot(), "5");
    let rdepend = source.dependencies(consolidated, DepClass::Rdepend).unwrap();
    assert_eq!(rdepend.to_string(), "a/script");
    let holding =
        ["a/script-1", "a/links-1", "a/injected-1"].map(|cpv| source.holding(find(cpv)).unwrap());
    assert_eq!(holding, [Holding::Files, Holding::Links, Holding::Nothing]);
}

#[test]
fn dependencies_that_can_not_be_read_are_reported_and_the_rest_is_there() {
    let root = system();
    let source = load(&root);
    let closure = needs("a/broken a/future a/script").resolve(&Roots::one(&source)).unwrap();
    assert_eq!(closure.packages().len(), 3);
    let malformed: Vec<_> = closure.malformed().iter().map(|m| (m.cpv.as_str(), m.class)).collect();
    assert_eq!(malformed, [("a/broken-1", DepClass::Rdepend), ("a/future-1", DepClass::Rdepend)]);
}

/// A directory in the place of a field can't be read, whoever runs the test.
fn damage(root: &TempDir, cpv: &str, field: &str) {
    let place = root.path().join("var/db/pkg").join(cpv).join(field);
    let _ = fs::remove_file(&place);
    fs::create_dir(&place).unwrap();
}

#[test]
fn what_can_not_be_read_fails_the_queries_that_need_it_and_no_others() {
    let cases = [("SLOT", "a/script:2"), ("USE", "a/script[x(-)]"), ("CONTENTS", "a/script")];
    for ((field, depend), ahead) in cases.into_iter().flat_map(|case| [(case, false), (case, true)])
    {
        let root = system();
        damage(&root, "a/script-1", field);
        let source = load(&root);
        if ahead {
            source.read_ahead();
        }
        assert!(needs("a/links").resolve(&Roots::one(&source)).is_ok(), "{field} is not needed");
        let error = needs(depend).resolve(&Roots::one(&source)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Source), "{field}: {error}");
        assert!(error.to_string().contains("a/script-1"), "{field}: {error}");
    }
}

#[test]
fn a_target_that_can_not_be_read_is_an_error() {
    let root = system();
    damage(&root, "a/script-1", "USE");
    let source = load(&root);
    let script = source.packages().find(&Cpv::parse("a/script-1").unwrap()).unwrap();
    assert!(matches!(Target::package(&source, script).unwrap_err().kind(), ErrorKind::Source));
}

#[test]
fn many_packages_are_read_ahead_with_the_same_result() {
    let root = tempfile::tempdir().unwrap();
    let names: Vec<_> = (0..200).map(|n| format!("a/p{n}")).collect();
    for name in &names {
        install(root.path(), &format!("{name}-1"), &[("EAPI", "8"), ("SLOT", "3")]);
    }
    install(root.path(), "a/all-1", &[("EAPI", "8"), ("RDEPEND", &names.join(" "))]);
    let source = load(&root);
    let closure = needs("a/all").resolve(&Roots::one(&source)).unwrap();
    assert_eq!(closure.packages().len(), 201);
    assert!(closure.unsatisfied().is_empty() && closure.malformed().is_empty());
}

#[test]
fn what_was_read_ahead_is_not_read_again() {
    let root = tempfile::tempdir().unwrap();
    let fields = [("EAPI", "8"), ("SLOT", "3"), ("IUSE", "x"), ("USE", "x")];
    install(root.path(), "a/library-1", &fields);
    install(root.path(), "a/all-1", &[("EAPI", "8"), ("RDEPEND", "a/library:3[x]")]);
    let source = load(&root);
    source.read_ahead();
    fs::remove_dir_all(root.path().join("var")).unwrap();
    let closure = needs("a/all").resolve(&Roots::one(&source)).unwrap();
    assert_eq!(closure.packages().len(), 2);
}

#[test]
fn the_interpreter_of_a_script_on_disk_is_found_through_env_and_a_link() {
    let root = system();
    let source = load(&root);
    let query = needs("a/script").policy(Policy::DirectLoadable);
    let closure = query.resolve(&Roots::one(&source)).unwrap();
    let files: Vec<_> =
        closure.loadable_files().iter().map(|file| (file.cpv.as_str(), &*file.path)).collect();
    assert_eq!(
        files,
        [("a/python-3", &b"/usr/bin/python"[..]), ("a/python-3", b"/usr/bin/python3")]
    );
}
