//! What was missed without being asked for.

use hermitage_audit::{Answer, Audit, Class, Package, Project, Rules, Severity, Standing, Text};

use Class::Depend;

use crate::scene::{COMPILER, Machine, SHELL, TOOLS, ids, png, trace, zlib};

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
fn what_was_asked_for_below_a_hidden_directory_is_meant_if_it_is_there() {
    let mut machine = Machine::new(png(), zlib());
    let tool = machine.inventory.package(Package::new("dev-util/tool", "1"));
    machine.inventory.directory("/opt", &[]);
    machine.inventory.file("/opt/tool/bin/tool", &[tool]);
    let findings = |asked: &str, environment: &[Text]| {
        let mut looks = trace(&[TOOLS, ("/opt/tool", Answer::Missing, SHELL)]);
        looks.accesses[1].path = "/opt".into();
        looks.accesses[1].asked = asked.into();
        let audit = Audit::new("app/viewer", &machine.inventory).environment(environment);
        ids(&audit.report(looks).unwrap())
    };
    let missed = [("undeclared:dev-util/tool".into(), Severity::Error)];
    assert_eq!(findings("/opt/tool/bin/tool", &[]), missed);
    assert_eq!(findings("/opt/tool/bin/other", &[]), []);
    // A file that was taken for a directory, in a search of all of PATH for a header, is not what was looked for.
    let mut through = trace(&[TOOLS, ("/usr/bin/pngcrush", Answer::Missing, SHELL)]);
    assert_eq!(machine.findings(through.clone())[0].0, "undeclared:media-libs/libpng");
    through.accesses[1].asked = "/usr/bin/pngcrush/png.h".into();
    let note = [("undeclared:media-libs/libpng".into(), Severity::Note)];
    assert_eq!(machine.findings(through.clone()), note);
    // That the file itself is not looked for later is known only to who is told of repeats.
    through.observer = Some(hermitage_audit::Observer::Calls);
    assert_eq!(machine.findings(through), []);
}

#[test]
fn a_hidden_directory_of_nobody_means_nothing_where_the_environment_names_it() {
    let mut machine = Machine::new(png(), zlib());
    machine.inventory.directory("/tools", &[]);
    machine.inventory.directory("/tools/bin", &[]);
    machine.inventory.file("/tools/bin/own", &[]);
    let findings = |asked: &str, environment: &[Text]| {
        let mut looks = trace(&[TOOLS, ("/tools", Answer::Missing, SHELL)]);
        looks.accesses[1].asked = asked.into();
        let audit = Audit::new("app/viewer", &machine.inventory).environment(environment);
        ids(&audit.report(looks).unwrap())
    };
    let note = [("unowned:/tools".to_owned(), Severity::Note)];
    let own = [("unowned:/tools/bin/own".to_owned(), Severity::Warning)];
    let searched = ["/usr/bin".into(), "/tools/bin".into()];
    assert_eq!(findings("/tools/bin/cc", &[]), note);
    assert_eq!(findings("/tools/bin/cc", &searched), []);
    assert_eq!(findings("/tools/bin", &searched), []);
    assert_eq!(findings("/tools/bin/cc", &["/tools-of-mine".into()]), note);
    assert_eq!(findings("/tools/bin/own", &searched), own);
}

#[test]
fn who_walks_trees_does_not_meet_what_is_hidden() {
    let machine = Machine::new(png(), zlib());
    let findings = |answer: Answer| {
        let tools = ("/usr/bin/tcc", Answer::Found, COMPILER);
        let mut looks = trace(&[tools, ("/usr/include/zlib.h", answer, SHELL)]);
        looks.processes[SHELL].program = Some("/bin/ls".into());
        machine.findings(looks)
    };
    assert_eq!(findings(Answer::Missing), [("undeclared:sys-libs/zlib".into(), Severity::Error)]);
    assert_eq!(findings(Answer::Denied), []);
}

#[test]
fn a_program_of_nobodys_is_not_missed_where_another_of_its_name_ran() {
    let mut machine = Machine::new(png(), zlib());
    for name in ["/home/me/bin/tcc", "/home/me/bin/other"] {
        machine.inventory.file(name, &[]);
    }
    let rules = "schema = 1\n[[role]]\nrole = \"program\"\npaths = [\"/home/*/bin/*\"]\n";
    let findings = |path: &str| {
        let rules = Rules::shipped().preceded_by(Rules::parse(rules).unwrap());
        let looks = trace(&[TOOLS, (path, Answer::Missing, SHELL)]);
        ids(&Audit::new("app/viewer", &machine.inventory).rules(rules).report(looks).unwrap())
    };
    assert_eq!(findings("/home/me/bin/tcc"), []);
    let other = [("unowned:/home/me/bin/other".to_owned(), Severity::Warning)];
    assert_eq!(findings("/home/me/bin/other"), other);
}
