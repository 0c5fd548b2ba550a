//! One planted fault for each kind of finding, and what must be none.

use hermitage_audit::{
    Answer, Audit, Class, Ebuild, Finding, Kind, Linked, Outcome, Package, Project, Severity,
    Standing, Trace,
};

use Class::{Bdepend, Depend, Rdepend};

use crate::scene::{COMPILER, LINKER, Machine, SHELL, TOOLS, ids, png, trace, zlib};

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
