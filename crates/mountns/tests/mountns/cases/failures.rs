use std::time::{Duration, SystemTime};

use hermitage_mountns::{BackendChoice, Command, ErrorKind, PlanOptions, run};

use crate::fixture::Fixture;

pub(crate) fn commands(fixture: &Fixture) {
    fixture.file("/bin/data", b"not a program");
    fixture.file("/bin/script", b"#!/no/such/shell\n");
    fixture.file("/bin/garbage", b"\x7fnothing");
    fixture.file("/bin/hidden", b"#!/bin/inside\n");
    for path in ["/bin/script", "/bin/garbage", "/bin/hidden"] {
        fixture.mode(path, 0o755);
    }
    let paths = ["/bin/data", "/bin/script", "/bin/garbage"];
    let plan = fixture.plan(&paths, &fixture.options());
    let kind = |program: &str| {
        let error = fixture.run(&plan, &Command::new(program)).unwrap_err();
        format!("{:?}", error.kind())
    };
    for program in ["absent", "/bin/absent", "hidden", "/bin/hidden", "/bin/data/x", ""] {
        assert_eq!(kind(program), "CommandNotFound", "{program}");
    }
    assert_eq!(kind("data"), "CommandNotExecutable { errno: 13 }");
    assert_eq!(kind("/bin"), "CommandNotExecutable { errno: 13 }");
    assert_eq!(kind("garbage"), "CommandNotExecutable { errno: 8 }");
    assert_eq!(kind("script"), "InterpreterNotFound");
}

pub(crate) fn changed_files(fixture: &Fixture) {
    let changes: [(&str, &dyn Fn()); 4] = [
        ("size", &|| fixture.file("/data/file", b"longer than before")),
        ("time of modification", &|| {
            let file = std::fs::File::options().write(true).open(fixture.real("/data/file"));
            file.unwrap().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(77)).unwrap();
        }),
        ("mode", &|| fixture.mode("/data/file", 0o755)),
        ("type", &|| {
            std::fs::remove_file(fixture.real("/data/file")).unwrap();
            std::fs::create_dir(fixture.real("/data/file")).unwrap();
        }),
    ];
    for (what, change) in changes {
        let _ = std::fs::remove_dir(fixture.real("/data/file"));
        fixture.file("/data/file", b"before");
        fixture.mode("/data/file", 0o644);
        let plan = fixture.plan(&["/data/file"], &fixture.options());
        change();
        let error = fixture.run(&plan, &Command::new("inside")).unwrap_err();
        assert_eq!(error.place(), Some(&b"/data/file"[..]), "{error}");
        assert!(
            matches!(error.kind(), ErrorKind::Changed { what: found, .. } if found == what),
            "{error}"
        );
    }
}

pub(crate) fn linked_directory(fixture: &Fixture) {
    fixture.file("/data/inner/file", b"same");
    let plan = fixture.plan(&["/data/inner/file"], &fixture.options());
    std::fs::rename(fixture.real("/data/inner"), fixture.real("/data/moved")).unwrap();
    std::os::unix::fs::symlink("moved", fixture.real("/data/inner")).unwrap();
    let error = fixture.run(&plan, &Command::new("inside")).unwrap_err();
    assert_eq!(error.place(), Some(&b"/data/inner"[..]), "{error}");
    assert!(error.to_string().contains("type was Directory, is Symlink"), "{error}");
}

pub(crate) fn vanished_file(fixture: &Fixture) {
    fixture.file("/data/file", b"here");
    let plan = fixture.plan(&["/data/file"], &fixture.options());
    std::fs::remove_file(fixture.real("/data/file")).unwrap();
    let error = fixture.run(&plan, &Command::new("inside")).unwrap_err();
    let text = error.to_string();
    let says_so = text.ends_with("): ENOENT") || text.ends_with(": does not exist");
    assert!(text.contains("\"/data/file\"") && says_so, "{text}");
}

pub(crate) fn missing_write_path(fixture: &Fixture) {
    let write = vec!["/no/such/path".into()];
    let options = PlanOptions { write, ..fixture.options() };
    let error = fixture.try_plan(&[], &options).unwrap_err();
    assert_eq!(error.to_string(), "\"/no\": does not exist");
    std::fs::create_dir(fixture.real("/vanishing")).unwrap();
    let options = PlanOptions { write: vec!["/vanishing".into()], ..fixture.options() };
    let plan = fixture.plan(&[], &options);
    std::fs::remove_dir(fixture.real("/vanishing")).unwrap();
    let error = fixture.run(&plan, &Command::new("inside")).unwrap_err();
    assert_eq!(error.to_string(), "\"/vanishing\": does not exist");
}

pub(crate) fn refused_backend(fixture: &Fixture) {
    let plan = fixture.plan(&[], &fixture.options());
    let support = fixture.support.clone().without(fixture.backend);
    let choice = BackendChoice::Only(fixture.backend);
    let error = run(&plan, &support, choice, &Command::new("inside")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }), "{error}");
}
