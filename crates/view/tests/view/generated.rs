//! The table of generated files.

use hermitage_view::{ErrorKind, GeneratedTable, MemoryHost, NodeKind, Reason};

use crate::support::{of_one, paths};

fn table(rules: &str) -> GeneratedTable {
    GeneratedTable::parse(&format!("schema = 1\n{rules}")).unwrap()
}

#[test]
fn the_shipped_table_is_valid_and_each_rule_has_a_reason() {
    let table = GeneratedTable::shipped();
    assert!(table.rules().iter().all(|rule| !rule.reason.is_empty() && !rule.made_by.is_empty()));
    let decide = |path: &str| table.rule_for(path.as_bytes()).map(|rule| &rule.treatment);
    for path in
        ["/etc/passwd", "/etc/ld.so.cache", "/usr/share/info/dir", "/usr/share/mime/mime.cache"]
    {
        assert!(decide(path).is_some(), "{path}");
    }
}

#[test]
fn byte_code_shows_if_its_module_does() {
    let host = MemoryHost::new()
        .file("/usr/lib/python3.13/os.py", "")
        .file("/usr/lib/python3.13/__pycache__/os.cpython-313.pyc", "")
        .file("/usr/lib/python3.13/json/tool.py", "")
        .file("/usr/lib/python3.13/json/__pycache__/tool.cpython-313.opt-1.pyc", "")
        .file("/usr/lib/python3.13/json/__pycache__/hidden.cpython-313.pyc", "")
        .file("/usr/lib/python3.13/hidden/__pycache__/x.cpython-313.pyc", "");
    let recorded = ["/usr/lib/python3.13/os.py", "/usr/lib/python3.13/json/tool.py"];
    let view = of_one(&host, &recorded).generated(GeneratedTable::shipped()).build().unwrap();
    let shown: Vec<String> =
        paths(&view).into_iter().filter(|path| path.contains("__pycache__/")).collect();
    assert_eq!(
        shown,
        [
            "/usr/lib/python3.13/__pycache__/os.cpython-313.pyc",
            "/usr/lib/python3.13/json/__pycache__/tool.cpython-313.opt-1.pyc"
        ]
    );
    assert!(matches!(view.lookup(&shown[0]).unwrap().reason(), Reason::Generated(_)));
}

#[test]
fn the_first_rule_that_matches_decides_even_if_its_condition_fails() {
    let host = MemoryHost::new().file("/etc/x", "").file("/etc/y", "").file("/bin/tool", "");
    let rules = r#"
        [[rule]]
        paths = ["/etc/x"]
        treatment = "expose-if-owner"
        if-visible = ["/bin/tool"]
        reason = "r"
        [[rule]]
        paths = ["/etc/*"]
        treatment = "expose"
        reason = "r"
    "#;
    let view = of_one(&host, &[]).generated(table(rules)).build().unwrap();
    assert_eq!(paths(&view), ["/", "/etc", "/etc/y"]);
    let view = of_one(&host, &["/bin/tool"]).generated(table(rules)).build().unwrap();
    assert_eq!(paths(&view), ["/", "/bin", "/bin/tool", "/etc", "/etc/x", "/etc/y"]);
}

#[test]
fn an_owner_is_named_with_or_without_its_version() {
    let host = MemoryHost::new().file("/etc/x", "").file("/bin/tool", "");
    let rule = |owner: &str| {
        table(&format!(
            "[[rule]]\npaths = [\"/etc/x\"]\ntreatment = \"expose-if-owner\"\nif-owner = [\"{owner}\"]\nreason = \"r\""
        ))
    };
    let shows = |owner: &str| {
        let view = of_one(&host, &["/bin/tool"]).generated(rule(owner)).build().unwrap();
        view.lookup("/etc/x").is_some()
    };
    assert!(shows("cat/pkg") && shows("cat/pkg-1"));
    assert!(!shows("cat/pk") && !shows("cat/pkg-2") && !shows("cat"));
}

#[test]
fn what_a_rule_hides_is_hidden_from_owners_and_links_but_not_from_the_caller() {
    let host = MemoryHost::new()
        .file("/usr/share/info/dir", "")
        .file("/usr/share/info/sed.info", "")
        .symlink("/usr/share/info/link", "dir");
    let recorded = ["/usr/share/info/dir", "/usr/share/info/sed.info"];
    let shipped = GeneratedTable::shipped;
    let mut builder = of_one(&host, &recorded);
    builder.generated(shipped()).unowned_symlinks(|_| false);
    let hidden = builder.build().unwrap();
    assert_eq!(
        paths(&hidden),
        ["/", "/usr", "/usr/share", "/usr/share/info", "/usr/share/info/sed.info"]
    );
    let asked = builder.extra("/usr/share/info/dir").build().unwrap();
    assert!(asked.lookup("/usr/share/info/dir").is_some());
    assert!(asked.lookup("/usr/share/info/link").is_some());
}

#[test]
fn a_directory_that_only_held_a_hidden_file_does_not_show() {
    let host = MemoryHost::new().file("/usr/share/info/dir", "").file("/usr/bin/sed", "");
    let view = of_one(&host, &["/usr/share/info/dir", "/usr/bin/sed"])
        .generated(GeneratedTable::shipped())
        .build()
        .unwrap();
    assert_eq!(paths(&view), ["/", "/usr", "/usr/bin", "/usr/bin/sed"]);
}

#[test]
fn an_exposed_link_shows_what_it_points_to_and_a_dangling_one_does_not_show() {
    let host = MemoryHost::new()
        .symlink("/etc/resolv.conf", "../run/resolve/stub.conf")
        .file("/run/resolve/stub.conf", "nameserver ::1")
        .symlink("/etc/mtab", "/proc/mounts");
    let view = of_one(&host, &[]).generated(GeneratedTable::shipped()).build().unwrap();
    let expected = [
        "/",
        "/etc",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/run",
        "/run/resolve",
        "/run/resolve/stub.conf",
    ];
    assert_eq!(paths(&view), expected);
    let hosts = view.lookup("/etc/hosts").unwrap().kind();
    assert!(
        matches!(hosts, NodeKind::Synthetic { content, .. } if content.starts_with(b"127.0.0.1 "))
    );
}

#[test]
fn a_hidden_packages_file_shows_only_where_the_rule_says_even_if_owned() {
    let host = MemoryHost::new().file("/etc/ld.so.conf.d/nvidia.conf", "").file("/etc/passwd", "");
    let mut builder = of_one(&host, &[]);
    builder.generated(GeneratedTable::shipped()).owned_by_any(|_| true);
    let view = builder.build().unwrap();
    assert_eq!(paths(&view), ["/", "/etc", "/etc/hosts", "/etc/passwd"]);
}

#[test]
fn a_table_that_makes_no_sense_is_refused() {
    let rule = |body: &str| {
        GeneratedTable::parse(&format!("schema = 1\n[[rule]]\nreason = \"r\"\n{body}")).unwrap_err()
    };
    assert!(matches!(GeneratedTable::parse("schema = 2").unwrap_err().kind(), ErrorKind::Rule(_)));
    assert!(matches!(GeneratedTable::parse("rule = 1").unwrap_err().kind(), ErrorKind::Table(_)));
    for (body, place) in [
        ("paths = []\ntreatment = \"hide\"", ""),
        ("paths = [\"/a\"]\ntreatment = \"synthesise\"", "/a"),
        ("paths = [\"/a\"]\ntreatment = \"expose-if-owner\"", "/a"),
        ("paths = [\"/a\"]\ntreatment = \"hide\"\nif-owner = [\"x\"]", "/a"),
        ("paths = [\"/a/../b\"]\ntreatment = \"hide\"", "/a/../b"),
    ] {
        let error = rule(body);
        assert!(matches!(error.kind(), ErrorKind::Rule(_)), "{body}: {error}");
        assert_eq!(error.path(), place.as_bytes());
    }
}
