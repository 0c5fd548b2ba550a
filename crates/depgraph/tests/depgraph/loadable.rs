use hermitage_depgraph::{
    Closure, DepClass, ElfFile, LoadReason, MemoryPackage, MemorySource, Policy, Query, Roots,
    Target,
};

fn elf(abi: &str, path: &str, soname: &str, rpath: &str, needed: &[&str]) -> ElfFile {
    let bytes = |text: &str| text.as_bytes().to_vec();
    ElfFile {
        abi: abi.to_owned(),
        path: bytes(path),
        soname: bytes(soname),
        rpath: rpath.split(':').filter(|dir| !dir.is_empty()).map(bytes).collect(),
        needed: needed.iter().map(|name| bytes(name)).collect(),
    }
}

fn package(cpv: &str, rdepend: &str) -> MemoryPackage {
    let package = MemoryPackage::parse(cpv).unwrap();
    package.with_dependencies(DepClass::Rdepend, rdepend).unwrap()
}

fn ask(source: &MemorySource, depend: &str) -> Closure {
    let target = Target::given("target").with_dependencies(DepClass::Depend, depend).unwrap();
    Query::new(target).policy(Policy::DirectLoadable).resolve(&Roots::one(source)).unwrap()
}

fn files(closure: &Closure) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let files = closure.loadable_files().iter();
    let mut rows: Vec<_> = files.map(|file| (file.cpv.to_string(), text(&file.path))).collect();
    rows.dedup();
    rows
}

fn row(cpv: &str, path: &str) -> (String, String) {
    (cpv.to_owned(), path.to_owned())
}

#[test]
fn only_the_libraries_that_declared_programs_load_come_in_and_what_those_load() {
    let source = MemorySource::new([
        package("a/gcc-1", "a/mpc").with_elf(elf(
            "x86_64",
            "/usr/bin/cc1",
            "",
            "",
            &["libmpc.so.3"],
        )),
        package("a/mpc-1", "a/gmp").with_file("/usr/share/doc/mpc").with_elf(elf(
            "x86_64",
            "/usr/lib64/libmpc.so.3.1",
            "libmpc.so.3",
            "",
            &["libgmp.so.10"],
        )),
        package("a/gmp-6", "")
            .with_elf(elf("x86_64", "/usr/lib64/libgmp.so.10", "libgmp.so.10", "", &[]))
            .with_elf(elf("x86_32", "/usr/lib32/libgmp.so.10", "libgmp.so.10", "", &[]))
            .with_elf(elf("x86_64", "/usr/lib64/libgmpxx.so.4", "libgmpxx.so.4", "", &[])),
    ]);
    let closure = ask(&source, "a/gcc");
    assert_eq!(closure.packages().len(), 1);
    assert_eq!(
        files(&closure),
        [
            row("a/gmp-6", "/usr/lib64/libgmp.so.10"),
            row("a/mpc-1", "/usr/lib64/libmpc.so.3"),
            row("a/mpc-1", "/usr/lib64/libmpc.so.3.1"),
        ]
    );
    let gmp = &closure.loadable_files()[0];
    assert_eq!(gmp.needed_by, b"/usr/lib64/libmpc.so.3.1");
    assert_eq!(gmp.reason, LoadReason::Soname(b"libgmp.so.10".to_vec()));
}

#[test]
fn an_interpreter_comes_in_with_its_links_and_its_libraries() {
    let source = MemorySource::new([
        package("a/script-1", "a/python").with_interpreted("/usr/bin/script", "/usr/bin/python"),
        package("a/python-3", "")
            .with_link("/usr/bin/python", "/usr/bin/python3")
            .with_elf(elf("x86_64", "/usr/bin/python3", "", "", &["libz.so.1"]))
            .with_interpreted("/usr/bin/python3", "/lib64/ld.so"),
        package("a/zlib-1", "").with_elf(elf("x86_64", "/lib64/libz.so.1", "libz.so.1", "", &[])),
        package("a/glibc-2", "").with_file("/lib64/ld.so"),
    ]);
    assert_eq!(
        files(&ask(&source, "a/script")),
        [
            row("a/glibc-2", "/lib64/ld.so"),
            row("a/python-3", "/usr/bin/python"),
            row("a/python-3", "/usr/bin/python3"),
            row("a/zlib-1", "/lib64/libz.so.1"),
        ]
    );
}

#[test]
fn a_library_in_the_search_path_is_preferred_and_a_declared_one_to_any_other() {
    let lib = |path: &str| elf("x86_64", path, "libx.so.1", "", &[]);
    let source = MemorySource::new([
        package("a/near-1", "").with_elf(elf(
            "x86_64",
            "/opt/bin/p",
            "",
            "$ORIGIN/../lib",
            &["libx.so.1"],
        )),
        package("a/far-1", "").with_elf(elf("x86_64", "/usr/bin/q", "", "", &["libx.so.1"])),
        package("a/opt-1", "").with_elf(lib("/opt/lib/libx.so.1")),
        package("a/usr-1", "").with_elf(lib("/usr/lib64/libx.so.1")),
    ]);
    assert_eq!(files(&ask(&source, "a/near")), [row("a/opt-1", "/opt/lib/libx.so.1")]);
    assert_eq!(files(&ask(&source, "a/far a/usr")), []);
    assert_eq!(files(&ask(&source, "a/far")).len(), 2);
}

#[test]
fn a_program_may_need_several_libraries_and_those_of_its_own_package_come_first() {
    let lib = |path: &str, soname: &str| elf("x86_64", path, soname, "", &[]);
    let source = MemorySource::new([
        package("a/program-1", "")
            .with_elf(elf("x86_64", "/opt/p", "", "", &["libx.so.1", "liby.so.1"]))
            .with_elf(lib("/opt/libx.so.1", "libx.so.1")),
        package("a/x-1", "").with_elf(lib("/usr/lib64/libx.so.1", "libx.so.1")),
        package("a/y-1", "").with_elf(lib("/usr/lib64/liby.so.1", "liby.so.1")),
    ]);
    assert_eq!(files(&ask(&source, "a/program")), [row("a/y-1", "/usr/lib64/liby.so.1")]);

    let needs_x = elf("x86_64", "/usr/lib64/libz.so.1", "libz.so.1", "", &["libx.so.1"]);
    let source = MemorySource::new([
        package("a/program-1", "").with_elf(elf("x86_64", "/opt/p", "", "", &["libz.so.1"])),
        package("a/x-1", "").with_elf(lib("/usr/lib64/libx.so.1", "libx.so.1")),
        package("a/z-1", "").with_elf(needs_x).with_elf(lib("/opt/libx.so.1", "libx.so.1")),
    ]);
    assert_eq!(
        files(&ask(&source, "a/program a/x")),
        [row("a/z-1", "/opt/libx.so.1"), row("a/z-1", "/usr/lib64/libz.so.1")]
    );
}

#[test]
fn a_preserved_library_is_known_by_its_file_name() {
    let source = MemorySource::new([
        package("a/program-1", "").with_elf(elf("x86_64", "/usr/bin/p", "", "", &["libx.so.1"])),
        package("a/lib-2", "").with_preserved("/usr/lib64/libx.so.1"),
    ]);
    assert_eq!(files(&ask(&source, "a/program")), [row("a/lib-2", "/usr/lib64/libx.so.1")]);
}
