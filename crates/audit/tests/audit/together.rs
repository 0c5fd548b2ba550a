//! Packages that come with others, by links, parts, scripts and needs.

use hermitage_audit::{Answer, Class, Package, Severity, Standing};

use Class::{Bdepend, Depend};

use crate::scene::{COMPILER, Machine, SHELL, TOOLS, png, trace, zlib};

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
