//! One planted fault for each kind of finding, and what must be none.

use hermitage_audit::{
    Access, Answer, Audit, Class, Ebuild, Finding, Kind, Linked, MemoryInventory, Outcome, Package,
    PackageIdx, Process, Project, Report, Severity, Standing, Trace,
};

use Class::{Bdepend, Depend, Rdepend};

/// A machine with a compiler, make, a shell, and two libraries of which one needs the other.
pub(crate) struct Machine {
    pub(crate) inventory: MemoryInventory,
    png: PackageIdx,
    zlib: PackageIdx,
    cc: PackageIdx,
}

impl Machine {
    /// `png` and `zlib` as given; the tools are declared.
    fn new(png: Package, zlib: Package) -> Self {
        let mut inventory = MemoryInventory::default();
        let cc = inventory.package(Package::new("dev-lang/tcc", "1").declared_in(&[Bdepend]));
        let shell = inventory.package(Package {
            standing: Standing::System,
            ..Package::new("app-shells/dash", "1")
        });
        let png = inventory.package(png);
        let zlib = inventory.package(zlib);
        inventory.file("/usr/bin/tcc", &[cc]);
        inventory.file("/bin/sh", &[shell]);
        inventory.directory("/usr/include", &[cc, png, zlib]);
        inventory.file("/usr/include/png.h", &[png]);
        inventory.link("/usr/lib/libpng.so", "/usr/lib/libpng.so.1", &[png]);
        inventory.file("/usr/lib/libpng.so.1", &[png]);
        inventory.file("/usr/bin/pngcrush", &[png]);
        inventory.file("/usr/bin/libpng-config", &[png]);
        inventory.file("/usr/include/zlib.h", &[zlib]);
        inventory.link("/usr/lib/libz.so", "/usr/lib/libz.so.1", &[zlib]);
        inventory.file("/usr/lib/libz.so.1", &[zlib]);
        inventory.need(png, zlib);
        Self { inventory, png, zlib, cc }
    }

    fn report(&self, trace: Trace) -> Report {
        Audit::new("app/viewer", &self.inventory)
            .report(trace)
            .expect("an inventory in memory answers")
    }

    fn findings(&self, trace: Trace) -> Vec<(String, Severity)> {
        ids(&self.report(trace))
    }
}

fn png() -> Package {
    Package::new("media-libs/libpng", "1.6")
}

fn zlib() -> Package {
    Package::new("sys-libs/zlib", "1.3")
}

fn ids(report: &Report) -> Vec<(String, Severity)> {
    report.findings.iter().map(|finding| (finding.id.clone(), finding.severity)).collect()
}

/// Looks of a shell, the compiler it runs, and the linker.
fn trace(looks: &[(&str, Answer, usize)]) -> Trace {
    let process = |pid, parent, program: &str, words: &[&str]| Process {
        pid,
        parent,
        program: Some(program.into()),
        command: words.iter().map(|word| (*word).into()).collect(),
    };
    let access = |&(path, answer, process): &(&str, Answer, usize)| Access {
        asked: path.into(),
        path: path.into(),
        answer,
        process: Some(process),
    };
    Trace {
        phase: None,
        outcome: None,
        observer: None,
        warnings: Vec::new(),
        accesses: looks.iter().map(access).collect(),
        processes: vec![
            process(2, 1, "/bin/sh", &["/bin/sh", "./configure"]),
            process(3, 2, "/usr/bin/tcc", &["tcc", "-c", "x.c"]),
            process(4, 2, "/usr/bin/tcc", &["tcc", "x.o", "-lz"]),
        ],
    }
}

const SHELL: usize = 0;
const COMPILER: usize = 1;
const LINKER: usize = 2;

/// Every declared tool was used.
const TOOLS: (&str, Answer, usize) = ("/usr/bin/tcc", Answer::Found, SHELL);

#[test]
fn a_hidden_header_is_undeclared_and_its_package_is_named_once() {
    let machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let report = machine.report(trace(&[
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/include/zlib.h", Answer::Missing, COMPILER),
        ("/usr/lib/libz.so", Answer::Missing, LINKER),
    ]));
    assert_eq!(ids(&report), [("undeclared:sys-libs/zlib".into(), Severity::Error)]);
    let finding = &report.findings[0];
    assert_eq!((finding.looks, finding.evidence.len()), (2, 2));
    assert_eq!(
        finding.message,
        "tcc, run by configure, looked for /usr/include/zlib.h of sys-libs/zlib-1.3, which is not declared"
    );
    let suggestion = finding.suggestion.as_ref().unwrap();
    assert_eq!(suggestion.classes, [Depend, Rdepend]);
    assert_eq!(suggestion.text, "add \"sys-libs/zlib:=\" to DEPEND and RDEPEND");
}

#[test]
fn what_is_not_on_the_host_or_found_is_no_finding() {
    let machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let looks = [
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/include/nowhere.h", Answer::Missing, COMPILER),
        ("/usr/include", Answer::Listed, COMPILER),
    ];
    assert_eq!(machine.findings(trace(&looks)), []);
}

#[test]
fn a_use_flag_of_the_same_name_makes_the_suggestion_conditional_and_an_option_leaves_it_out() {
    let machine = Machine::new(png(), zlib());
    let ebuild = Ebuild {
        iuse: vec!["doc".into(), "png".into()],
        options: vec!["--without-png".into(), "--without-x".into()],
        ..Ebuild::default()
    };
    let looks = trace(&[TOOLS, ("/usr/include/png.h", Answer::Missing, COMPILER)]);
    let report = Audit::new("app/viewer", &machine.inventory).ebuild(ebuild).report(looks).unwrap();
    let suggestion = report.findings[0].suggestion.as_ref().unwrap();
    assert_eq!(suggestion.dependency(), "png? ( media-libs/libpng:= )");
    assert_eq!(suggestion.option.as_deref(), Some("--without-png"));
}

#[test]
fn a_program_is_suggested_for_bdepend_with_its_slot_where_there_are_several() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let slot = |slot: &str| Package { slot: slot.into(), ..Package::new("dev-lang/lua", slot) };
    let lua = machine.inventory.package(slot("5.3"));
    machine.inventory.package(slot("5.4"));
    machine.inventory.file("/usr/bin/lua", &[lua]);
    let report = machine.report(trace(&[
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/bin/lua", Answer::Missing, SHELL),
    ]));
    let suggestion = report.findings[0].suggestion.as_ref().unwrap();
    assert_eq!(
        (&suggestion.classes[..], &suggestion.atom[..]),
        (&[Bdepend][..], "dev-lang/lua:5.3")
    );
}

#[test]
fn a_directory_that_undeclared_packages_share_counts_for_the_one_that_is_known() {
    let mut machine = Machine::new(png(), zlib());
    machine.inventory.directory("/usr/lib/cmake", &[machine.png, machine.zlib]);
    let shared = ("/usr/lib/cmake", Answer::Missing, SHELL);
    let report = machine.report(trace(&[TOOLS, shared]));
    assert_eq!(ids(&report), [("undeclared:/usr/lib/cmake".into(), Severity::Note)]);
    assert_eq!(report.findings[0].candidates, ["media-libs/libpng-1.6", "sys-libs/zlib-1.3"]);
    let known = ("/usr/include/zlib.h", Answer::Missing, COMPILER);
    let report = machine.report(trace(&[TOOLS, shared, known]));
    assert_eq!(ids(&report), [("undeclared:sys-libs/zlib".into(), Severity::Error)]);
    assert_eq!(report.findings[0].looks, 2);
}

fn indirect() -> Machine {
    let zlib = Package {
        standing: Standing::Indirect,
        chain: "app/viewer -> media-libs/libpng -> sys-libs/zlib".into(),
        ..zlib()
    };
    Machine::new(png().declared_in(&[Depend]), zlib)
}

fn sources(text: &str) -> Project {
    let mut project = Project::default();
    project.text(b"x.c", text.as_bytes());
    project
}

#[test]
fn a_header_the_project_includes_of_a_package_it_does_not_declare_is_indirect() {
    let machine = indirect();
    let looks = [
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/include/zlib.h", Answer::Found, COMPILER),
    ];
    let report = |project: &Project| {
        let audit = Audit::new("app/viewer", &machine.inventory).project(project);
        audit.report(trace(&looks)).unwrap()
    };
    let found = report(&sources("#include <png.h>\n#include <zlib.h>\n"));
    assert_eq!(ids(&found), [("indirect:sys-libs/zlib".into(), Severity::Warning)]);
    assert_eq!(found.findings[0].chain, "app/viewer -> media-libs/libpng -> sys-libs/zlib");
    // png.h includes it, and that is libpng's own business.
    assert_eq!(ids(&report(&sources("#include <png.h>\n"))), []);
}

#[test]
fn a_library_is_indirect_when_the_linker_is_told_its_name() {
    let machine = indirect();
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let told = trace(&[TOOLS, png, ("/usr/lib/libz.so", Answer::Found, LINKER)]);
    assert_eq!(machine.findings(told), [("indirect:sys-libs/zlib".into(), Severity::Note)]);
    let not_told = trace(&[TOOLS, png, ("/usr/lib/libz.so", Answer::Found, COMPILER)]);
    assert_eq!(machine.findings(not_told), []);
    // A library that is loaded is needed by whoever loads it.
    let loaded = trace(&[TOOLS, png, ("/usr/lib/libz.so.1", Answer::Found, COMPILER)]);
    assert_eq!(machine.findings(loaded), []);
}

#[test]
fn what_is_subtracted_from_system_is_told_apart_from_what_is_undeclared() {
    let zlib = Package { standing: Standing::Subtracted, ..zlib() };
    let machine = Machine::new(png().declared_in(&[Depend]), zlib);
    let looks = [
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/include/zlib.h", Answer::Missing, COMPILER),
    ];
    assert_eq!(
        machine.findings(trace(&looks)),
        [("system:sys-libs/zlib".into(), Severity::Warning)]
    );
}

#[test]
fn a_declared_package_that_is_not_touched_is_unused() {
    let machine = Machine::new(png().declared_in(&[Depend]), zlib().declared_in(&[Rdepend]));
    let report = machine.report(trace(&[TOOLS]));
    assert_eq!(ids(&report), [("unused:media-libs/libpng".into(), Severity::Note)]);
    assert_eq!(
        report.findings[0].suggestion.as_ref().unwrap().text,
        "remove \"media-libs/libpng\" from DEPEND if no other configuration needs it"
    );
}

#[test]
fn that_a_declared_tool_loads_a_library_is_no_use_of_the_library() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib().declared_in(&[Depend]));
    machine.inventory.need(machine.cc, machine.zlib);
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let loaded = trace(&[TOOLS, png, ("/usr/lib/libz.so.1", Answer::Found, COMPILER)]);
    assert_eq!(machine.findings(loaded), [("unused:sys-libs/zlib".into(), Severity::Note)]);
    let included = trace(&[TOOLS, png, ("/usr/include/zlib.h", Answer::Found, COMPILER)]);
    assert_eq!(machine.findings(included), []);
}

#[test]
fn a_tool_of_depend_and_a_header_of_bdepend_are_misplaced() {
    let machine = Machine::new(png().declared_in(&[Depend]), zlib().declared_in(&[Bdepend]));
    let looks = [
        TOOLS,
        ("/usr/bin/pngcrush", Answer::Found, SHELL),
        ("/usr/include/zlib.h", Answer::Found, COMPILER),
    ];
    let misplaced = [
        ("misplaced:media-libs/libpng:BDEPEND".to_owned(), Severity::Warning),
        ("misplaced:sys-libs/zlib:DEPEND".to_owned(), Severity::Warning),
    ];
    assert_eq!(machine.findings(trace(&looks)), misplaced);
    // Before EAPI 7 one variable is both.
    let ebuild = Ebuild { has_bdepend: false, ..Ebuild::default() };
    let audit = Audit::new("app/viewer", &machine.inventory).ebuild(ebuild);
    assert_eq!(ids(&audit.report(trace(&looks)).unwrap()), []);
}

#[test]
fn what_whoever_starts_the_command_looks_for_is_used_but_not_misplaced() {
    let machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let mut looks = trace(&[TOOLS, ("/usr/bin/pngcrush", Answer::Found, SHELL)]);
    looks.accesses[1].process = None;
    assert_eq!(machine.findings(looks), []);
}

#[test]
fn a_librarys_own_config_script_is_where_the_library_is() {
    let machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let looks = [TOOLS, ("/usr/bin/libpng-config", Answer::Found, SHELL)];
    assert_eq!(machine.findings(trace(&looks)), []);
}

#[test]
fn a_compiler_of_bdepend_reads_headers_of_its_own() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    machine.inventory.file("/usr/include/tcc/float.h", &[machine.cc]);
    let looks = [
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/include/tcc/float.h", Answer::Found, COMPILER),
    ];
    assert_eq!(machine.findings(trace(&looks)), []);
}

#[test]
fn a_library_the_result_needs_must_be_in_rdepend() {
    let machine =
        Machine::new(png().declared_in(&[Depend, Rdepend]), zlib().declared_in(&[Depend]));
    let linked = [Linked {
        file: "/usr/bin/viewer".into(),
        libraries: vec!["/usr/lib/libpng.so.1".into(), "/usr/lib/libz.so.1".into()],
    }];
    let looks = trace(&[
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/include/zlib.h", Answer::Found, COMPILER),
    ]);
    let report = |knows_rdepend| {
        let ebuild = Ebuild { knows_rdepend, ..Ebuild::default() };
        let audit = Audit::new("app/viewer", &machine.inventory).linked(&linked).ebuild(ebuild);
        ids(&audit.report(looks.clone()).unwrap())
    };
    assert_eq!(report(true), [("misplaced:sys-libs/zlib:RDEPEND".into(), Severity::Error)]);
    // Where nobody said what RDEPEND is, nothing is wrong with it; but that it was not judged is told.
    assert_eq!(report(false), []);
    let audit = Audit::new("app/viewer", &machine.inventory).linked(&linked);
    let warnings = audit.report(looks).unwrap().warnings;
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].ends_with("libraries the result needs: sys-libs/zlib"), "{warnings:?}");
}

#[test]
fn a_file_of_nobodys_is_told_by_its_path() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    machine.inventory.file("/usr/local/include/extra.h", &[]);
    machine.inventory.directory("/usr/local/include", &[]);
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let looks = [TOOLS, png, ("/usr/local/include/extra.h", Answer::Missing, COMPILER)];
    let unowned = [("unowned:/usr/local/include/extra.h".into(), Severity::Warning)];
    assert_eq!(machine.findings(trace(&looks)), unowned);
    // Every compiler tries this directory.
    let report =
        machine.report(trace(&[TOOLS, png, ("/usr/local/include", Answer::Missing, COMPILER)]));
    assert_eq!(ids(&report), []);
    assert_eq!(report.quieted[0].rule, "search-directories");
}

#[test]
fn a_use_of_what_is_there_for_the_package_manager_is_told_unless_it_is_the_managers() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let manager = Package { standing: Standing::Manager, ..Package::new("sys-apps/portage", "3") };
    let manager = machine.inventory.package(manager);
    machine.inventory.file("/usr/bin/ebuild-helper", &[manager]);
    machine.inventory.file("/usr/lib/portage/data", &[manager]);
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let mut own = trace(&[TOOLS, png, ("/usr/bin/ebuild-helper", Answer::Found, SHELL)]);
    let id = "package-manager:sys-apps/portage".to_owned();
    assert_eq!(machine.findings(own.clone()), [(id, Severity::Warning)]);
    own.processes[SHELL].program = Some("/usr/bin/ebuild-helper".into());
    assert_eq!(machine.findings(own), []);
}

#[test]
fn one_of_several_programs_that_do_the_same_is_enough() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let gawk = machine.inventory.package(Package::new("sys-apps/gawk", "5"));
    let mawk = machine
        .inventory
        .package(Package { standing: Standing::System, ..Package::new("sys-apps/mawk", "1") });
    machine.inventory.file("/usr/bin/gawk", &[gawk]);
    machine.inventory.file("/usr/bin/mawk", &[mawk]);
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let gawk = ("/usr/bin/gawk", Answer::Missing, SHELL);
    let found = trace(&[TOOLS, png, gawk, ("/usr/bin/mawk", Answer::Found, SHELL)]);
    assert_eq!(machine.findings(found), []);
    let id = "undeclared:sys-apps/gawk".to_owned();
    assert_eq!(machine.findings(trace(&[TOOLS, png, gawk])), [(id, Severity::Error)]);
}

#[test]
fn a_link_of_nobodys_belongs_to_whom_it_leads_to() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    machine.inventory.link("/usr/include/z.h", "/usr/include/zlib.h", &[]);
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let looks = [TOOLS, png, ("/usr/include/z.h", Answer::Missing, COMPILER)];
    assert_eq!(
        machine.findings(trace(&looks)),
        [("undeclared:sys-libs/zlib".into(), Severity::Error)]
    );
}

#[test]
fn findings_are_ordered_by_severity_and_then_by_id() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    machine.inventory.file("/usr/include/a.h", &[]);
    let report = machine.report(trace(&[
        ("/usr/include/a.h", Answer::Missing, COMPILER),
        ("/usr/include/zlib.h", Answer::Missing, COMPILER),
    ]));
    let kinds: Vec<_> = report.findings.iter().map(|finding: &Finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::Undeclared, Kind::Unowned, Kind::Unused, Kind::Unused]);
}

#[test]
fn a_description_that_is_tried_elsewhere_means_the_one_in_a_hidden_or_listed_directory() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    machine.inventory.file("/usr/lib/pkgconfig/zlib.pc", &[machine.zlib]);
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let elsewhere = ("/usr/share/pkgconfig/zlib.pc", Answer::Missing, SHELL);
    let report = machine.report(trace(&[TOOLS, png, elsewhere]));
    assert_eq!(ids(&report), [("undeclared:sys-libs/zlib".into(), Severity::Error)]);
    assert_eq!(report.findings[0].evidence[0].path, "/usr/share/pkgconfig/zlib.pc".into());
    // A file of another name is not looked for wherever it is.
    machine.inventory.file("/usr/share/zlib/data", &[machine.zlib]);
    let data = ("/usr/share/other/data", Answer::Missing, SHELL);
    assert_eq!(machine.findings(trace(&[TOOLS, png, data])), []);
}

#[test]
fn nothing_is_unused_in_a_build_that_ended_early() {
    let unused = Machine::new(png().declared_in(&[Depend]), zlib());
    let findings = |outcome| unused.findings(Trace { outcome, ..trace(&[]) });
    let whole = findings(Some(Outcome::Exited(0)));
    assert!(whole.iter().any(|(id, _)| id == "unused:media-libs/libpng"), "{whole:?}");
    assert_eq!(findings(None), whole);
    assert_eq!(findings(Some(Outcome::Exited(1))), []);
    assert_eq!(findings(Some(Outcome::Signaled(2))), []);
}

#[test]
fn a_module_that_python_did_not_see_in_a_list_is_missed_when_the_project_imports_it() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let yaml = machine.inventory.package(Package::new("dev-python/pyyaml", "6"));
    machine.inventory.directory("/usr/lib/python3.13/site-packages", &[yaml]);
    machine.inventory.directory("/usr/lib/python3.13/site-packages/yaml", &[yaml]);
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let mut looks =
        trace(&[TOOLS, png, ("/usr/lib/python3.13/site-packages", Answer::Listed, SHELL)]);
    looks.processes[SHELL].program = Some("/usr/bin/python3.13".into());
    let report = |source: &str| {
        let mut project = Project::default();
        project.text(b"setup.py", source.as_bytes());
        let audit = Audit::new("app/viewer", &machine.inventory).project(&project);
        ids(&audit.report(looks.clone()).unwrap())
    };
    let missed = [("undeclared:dev-python/pyyaml".into(), Severity::Error)];
    assert_eq!(report("import os, yaml\n"), missed);
    assert_eq!(report("    from yaml.loader import Loader\n"), missed);
    assert_eq!(report("import os\nyaml = 1\n"), []);
}

#[test]
fn a_module_that_a_command_line_names_is_imported() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let yaml = machine.inventory.package(Package::new("dev-python/pyyaml", "6"));
    machine.inventory.directory("/usr/lib/python3", &[yaml]);
    machine.inventory.file("/usr/lib/python3/yaml.py", &[yaml]);
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let mut looks = trace(&[TOOLS, png, ("/usr/lib/python3", Answer::Listed, SHELL)]);
    looks.processes[SHELL].program = Some("/usr/bin/python3.13".into());
    let mut findings = |words: &[&str]| {
        looks.processes[SHELL].command = words.iter().map(|word| (*word).into()).collect();
        machine.findings(looks.clone())
    };
    let missed = [("undeclared:dev-python/pyyaml".into(), Severity::Error)];
    assert_eq!(findings(&["python3", "-c", "import sys; import yaml"]), missed);
    assert_eq!(findings(&["python3", "-m", "yaml"]), missed);
    assert_eq!(findings(&["python3", "setup.py", "yaml"]), []);
}

#[test]
fn a_library_that_cmake_did_not_see_in_a_list_is_missed_when_the_project_looks_for_it_in_vain() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let looks = trace(&[
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/lib", Answer::Listed, SHELL),
    ]);
    machine.inventory.directory("/usr/lib", &[machine.png, machine.zlib]);
    let build = tempfile::tempdir().unwrap();
    let cache = build.path().join("CMakeCache.txt");
    let script = b"find_library(Z NAMES nosuch z PATHS /usr/lib)\n";
    let report = |machine: &Machine, value: &str| {
        std::fs::write(&cache, format!("Z:FILEPATH={value}\n")).unwrap();
        let mut project = Project::default();
        project.text(b"CMakeLists.txt", script);
        project.configured(build.path()).unwrap();
        let audit = Audit::new("app/viewer", &machine.inventory).project(&project);
        audit.report(looks.clone()).unwrap()
    };
    let missed = report(&machine, "Z-NOTFOUND");
    assert_eq!(ids(&missed), [("undeclared:sys-libs/zlib".into(), Severity::Error)]);
    assert_eq!(missed.findings[0].evidence[0].path, "/usr/lib/libz.so".into());
    // It was found elsewhere, or never looked for.
    assert_eq!(ids(&report(&machine, "/usr/lib64/libz.so")), []);
    std::fs::remove_file(&cache).unwrap();
    // A file of nobody's is called by its own name, and not by that of its directory.
    machine.inventory.file("/usr/lib/libnosuch.a", &[]);
    let found = ids(&report(&machine, "Z-NOTFOUND"));
    assert_eq!(found[1], ("unowned:/usr/lib/libnosuch.a".into(), Severity::Warning));
}

#[test]
fn what_tests_and_documents_import_says_nothing_about_the_build() {
    let sources = tempfile::tempdir().unwrap();
    for (file, module) in
        [("setup.py", "yaml"), ("tests/run.py", "numpy"), ("src/latest.py", "six")]
    {
        let file = sources.path().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, format!("import {module}\n")).unwrap();
    }
    let project = Project::scan([sources.path()]).unwrap();
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    machine.inventory.directory("/usr/lib/python3", &[]);
    for module in ["yaml", "numpy", "six"] {
        let package = machine.inventory.package(Package::new(&format!("dev-python/{module}"), "1"));
        machine.inventory.file(&format!("/usr/lib/python3/{module}.py"), &[package]);
    }
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let mut looks = trace(&[TOOLS, png, ("/usr/lib/python3", Answer::Listed, SHELL)]);
    looks.processes[SHELL].program = Some("/usr/bin/python3.13".into());
    let report = Audit::new("app/viewer", &machine.inventory).project(&project).report(looks);
    let ids: Vec<_> = report.unwrap().findings.into_iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["undeclared:dev-python/six", "undeclared:dev-python/yaml"]);
}

/// A use of a program of a package that is there because a declared one needs it.
fn used_by_way_of(whole: &str, part: &str, link: Option<&str>) -> Vec<(String, Severity)> {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let whole = machine.inventory.package(Package::new(whole, "1").declared_in(&[Bdepend]));
    let part = Package { standing: Standing::Indirect, ..Package::new(part, "1") };
    let part = machine.inventory.package(part);
    machine.inventory.need(whole, part);
    machine.inventory.file("/usr/bin/part", &[part]);
    let mut looks = vec![TOOLS, ("/usr/include/png.h", Answer::Found, COMPILER)];
    if let Some(link) = link {
        machine.inventory.link(link, "/usr/bin/part", &[whole]);
        looks.push((link, Answer::Found, SHELL));
    }
    looks.push(("/usr/bin/part", Answer::Found, SHELL));
    machine.findings(trace(&looks))
}

#[test]
fn what_a_declared_packages_link_leads_to_is_declared_with_it() {
    let indirect = |name: &str| (format!("indirect:{name}"), Severity::Note);
    let unused = |name: &str| (format!("unused:{name}"), Severity::Note);
    assert_eq!(used_by_way_of("dev-util/conf", "dev-util/other", Some("/usr/bin/conf")), []);
    assert_eq!(
        used_by_way_of("dev-util/conf", "dev-util/other", None),
        [indirect("dev-util/other"), unused("dev-util/conf")]
    );
}

#[test]
fn a_part_of_a_declared_package_is_declared_and_used_with_it() {
    assert_eq!(used_by_way_of("dev-lang/python3", "dev-lang/python3-minimal", None), []);
    let other = used_by_way_of("dev-lang/python3", "dev-lang/python3x", None);
    assert_eq!(other.len(), 2, "{other:?}");
}

#[test]
fn what_a_declared_script_runs_is_its_own_business_by_way_of_a_shell_too() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let autoconf =
        machine.inventory.package(Package::new("dev-build/autoconf", "2").declared_in(&[Bdepend]));
    let m4 = Package { standing: Standing::Indirect, ..Package::new("sys-devel/m4", "1") };
    let m4 = machine.inventory.package(m4);
    machine.inventory.need(autoconf, m4);
    machine.inventory.file("/usr/bin/autom4te", &[autoconf]);
    machine.inventory.file("/usr/bin/m4", &[m4]);
    let mut looks = trace(&[
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/bin/autom4te", Answer::Found, SHELL),
        ("/usr/bin/m4", Answer::Found, COMPILER),
    ]);
    let words = |words: &[&str]| words.iter().map(|word| (*word).into()).collect();
    looks.processes[COMPILER].program = Some("/bin/sh".into());
    looks.processes[COMPILER].command = words(&["sh", "-c", "m4 x"]);
    let mut findings = |script: &[&str]| {
        looks.processes[SHELL].program = Some("/usr/bin/perl".into());
        looks.processes[SHELL].command = words(script);
        machine.findings(looks.clone())
    };
    assert_eq!(findings(&["/usr/bin/perl", "-w", "/usr/bin/autom4te", "x"]), []);
    let indirect = [("indirect:sys-devel/m4".into(), Severity::Note)];
    assert_eq!(findings(&["/usr/bin/perl", "own.pl"]), indirect);
}

#[test]
fn a_directory_of_modules_that_is_found_elsewhere_is_not_missed() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let lock = machine.inventory.package(Package::new("dev-perl/File-FcntlLock", "1"));
    let perl = Package { standing: Standing::System, ..Package::new("dev-lang/perl", "5") };
    let perl = machine.inventory.package(perl);
    machine.inventory.directory("/usr/lib/perl5/File", &[lock]);
    machine.inventory.file("/usr/share/perl/File/Copy.pm", &[perl]);
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let hidden = ("/usr/lib/perl5/File", Answer::Missing, SHELL);
    let found = ("/usr/share/perl/File/Copy.pm", Answer::Found, SHELL);
    assert_eq!(machine.findings(trace(&[TOOLS, png, hidden, found])), []);
    let missed = machine.findings(trace(&[TOOLS, png, hidden]));
    assert_eq!(missed, [("undeclared:dev-perl/File-FcntlLock".into(), Severity::Error)]);
}

#[test]
fn of_two_names_of_one_program_the_package_is_told_that_brings_in_both() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let conf = machine.inventory.package(Package::new("dev-util/pkgconf", "1"));
    let bin = machine.inventory.package(Package::new("dev-util/pkgconf-bin", "1"));
    machine.inventory.link("/usr/bin/pkg-config", "/usr/bin/pkgconf", &[conf]);
    machine.inventory.file("/usr/bin/pkgconf", &[bin]);
    let looks = trace(&[
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/bin/pkg-config", Answer::Missing, SHELL),
        ("/usr/bin/pkgconf", Answer::Missing, SHELL),
    ]);
    let error = |name: &str| (format!("undeclared:dev-util/{name}"), Severity::Error);
    assert_eq!(machine.findings(looks.clone()), [error("pkgconf"), error("pkgconf-bin")]);
    machine.inventory.need(conf, bin);
    assert_eq!(machine.findings(looks), [error("pkgconf")]);
}

#[test]
fn a_program_that_system_needs_is_there_with_it() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    let files = Package { standing: Standing::System, ..Package::new("sys-apps/base-files", "1") };
    let files = machine.inventory.package(files);
    let gawk = Package { standing: Standing::Indirect, ..Package::new("sys-apps/gawk", "5") };
    let gawk = machine.inventory.package(gawk);
    machine.inventory.file("/usr/bin/gawk", &[gawk]);
    machine.inventory.link("/usr/bin/awk", "/usr/bin/gawk", &[]);
    let looks = trace(&[
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/bin/awk", Answer::Found, SHELL),
        ("/usr/bin/gawk", Answer::Found, SHELL),
    ]);
    let indirect = [("indirect:sys-apps/gawk".into(), Severity::Note)];
    assert_eq!(machine.findings(looks.clone()), indirect);
    machine.inventory.need(files, gawk);
    assert_eq!(machine.findings(looks), []);
}

#[test]
fn what_lies_in_a_hidden_directory_of_the_usual_searches_is_missed_by_its_name() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    machine.inventory.directory("/usr/local", &[]);
    for file in ["include/sys/extra.h", "bin/extra", "lib/libextra.so", "bin/tcc"] {
        machine.inventory.file(&format!("/usr/local/{file}"), &[]);
    }
    let missing = |path| (path, Answer::Missing, COMPILER);
    let looks = trace(&[
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        missing("/usr/local"),
        missing("/usr/include/sys/extra.h"),
        missing("/usr/bin/extra"),
        missing("/usr/lib/libextra.so"),
        // It is found further on.
        missing("/bin/tcc"),
        missing("/usr/include/nowhere.h"),
    ]);
    let unowned = |file: &str| (format!("unowned:/usr/local/{file}"), Severity::Warning);
    let all = [unowned("bin/extra"), unowned("include/sys/extra.h"), unowned("lib/libextra.so")];
    assert_eq!(machine.findings(looks), all);
}

#[test]
fn a_look_that_ends_at_a_hidden_directory_means_what_the_command_line_names_below() {
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib());
    machine.inventory.directory("/opt", &[]);
    machine.inventory.directory("/opt/x/include", &[]);
    machine.inventory.file("/opt/x/include/x.h", &[]);
    let png = ("/usr/include/png.h", Answer::Found, COMPILER);
    let opt = ("/opt", Answer::Missing, COMPILER);
    let mut looks = trace(&[TOOLS, png, opt]);
    // Without a word about it, it is one of the directories that are tried in any case.
    assert_eq!(machine.findings(looks.clone()), []);
    let note = [("unowned:/opt/x/include".into(), Severity::Note)];
    looks.processes[COMPILER].command.push("/opt/x/include".into());
    assert_eq!(machine.findings(looks.clone()), note);
    // The look may not be seen, but what a compiler is told is; what others are told is none.
    let mut looks = trace(&[TOOLS, png]);
    looks.processes[COMPILER].command.push("--prefix=/opt/x/include".into());
    assert_eq!(machine.findings(looks.clone()), []);
    looks.processes[COMPILER].command.push("-I/opt/x/include".into());
    assert_eq!(machine.findings(looks.clone()), note);
    let header = trace(&[("/usr/include/x.h", Answer::Missing, COMPILER)]).accesses;
    looks.accesses.extend(header);
    let unowned = [("unowned:/opt/x/include/x.h".into(), Severity::Warning)];
    assert_eq!(machine.findings(looks), unowned);
}

#[test]
fn people_read_the_distributions_version() {
    let chain = "viewer --DEPEND png--> media-libs/libpng-1.6 --RDEPEND =sys-libs/zlib-1.3--> sys-libs/zlib-1.3";
    let zlib = Package { standing: Standing::Indirect, chain: chain.into(), ..zlib() };
    let mut machine = Machine::new(png().declared_in(&[Depend]), zlib);
    machine.inventory.call(machine.zlib, "sys-libs/zlib-1:1.3-1+b2");
    let looks = trace(&[
        TOOLS,
        ("/usr/include/png.h", Answer::Found, COMPILER),
        ("/usr/include/zlib.h", Answer::Found, COMPILER),
    ]);
    let report = machine.report(looks);
    let finding = &report.findings[0];
    assert!(finding.message.contains(" of sys-libs/zlib-1:1.3-1+b2, which"), "{}", finding.message);
    assert_eq!(
        finding.chain,
        "viewer --DEPEND png--> media-libs/libpng-1.6 --RDEPEND =sys-libs/zlib-1:1.3-1+b2--> sys-libs/zlib-1:1.3-1+b2"
    );
    let package = finding.package.as_ref().unwrap();
    assert_eq!(
        (&package.cpv[..], package.shown()),
        ("sys-libs/zlib-1.3", "sys-libs/zlib-1:1.3-1+b2")
    );
}
