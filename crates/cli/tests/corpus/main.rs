//! The program on recorded data, when `HERMITAGE_CORPUS` names it.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Output};

use hermitage_testing::Corpus;
use hermitage_vdb::test_support::Fixture;

fn main() -> ExitCode {
    hermitage_testing::run(
        Corpus::from_environment(),
        &[(
            "every_ebuild_of_a_real_category_is_a_target",
            every_ebuild_of_a_real_category_is_a_target,
        )],
    )
}

/// What the program says of an ebuild of a repository, on a machine with one package.
fn deps(machine: &Fixture, repository: &Path, target: &str, format: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermitage"));
    command.env("XDG_CONFIG_HOME", "/nonexistent").arg("deps").arg(target);
    command.arg("--repository").arg(repository).arg("--root").arg(machine.root());
    command.args(["--system", "none", "--allow-unsatisfied", "--format", format]).output().unwrap()
}

/// Whether a cache entry has the plain atom in its dependencies, whatever the flags are.
fn asks_for_zlib(entry: &Path) -> bool {
    let entry = fs::read_to_string(entry).unwrap();
    let depend = entry.lines().find_map(|line| line.strip_prefix("DEPEND=")).unwrap_or_default();
    // What stands before the first group stands under no condition, but for the group's own flag.
    let outside = depend.split(['(', '?', '|']).next().unwrap_or_default();
    outside.split(' ').any(|word| word == "sys-libs/zlib")
}

/// One category is as good as all of them, and does not take minutes.
fn every_ebuild_of_a_real_category_is_a_target(corpus: &Corpus) {
    let repository = tempfile::tempdir().unwrap();
    let category = repository.path().join("metadata/md5-cache/app-arch");
    fs::create_dir_all(&category).unwrap();
    let mut names = Vec::new();
    corpus.members("repo/md5-cache-2014.tar.xz", |path, entry| {
        if path.parent().is_some_and(|parent| parent.ends_with("app-arch")) {
            let name = path.file_name().unwrap();
            fs::write(category.join(name), entry).unwrap();
            names.push(name.to_str().unwrap().to_owned());
        }
    });
    assert!(names.len() > 100, "{} ebuilds", names.len());
    let machine = Fixture::new("== sys-libs/zlib-1.2.8\nSLOT=0\nEAPI=5\n").unwrap();
    let mut with_zlib = 0;
    for name in &names {
        let output = deps(&machine, repository.path(), &format!("=app-arch/{name}"), "tsv");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {errors}");
        let answer = String::from_utf8(output.stdout).unwrap();
        if asks_for_zlib(&category.join(name)) {
            let row = format!("sys-libs/zlib-1.2.8\tapp-arch/{name}\tDEPEND\tsys-libs/zlib");
            assert!(answer.lines().any(|line| line == row), "{name}: {answer}");
            with_zlib += 1;
        }
    }
    assert!(with_zlib >= 10, "{with_zlib} ebuilds ask for sys-libs/zlib");
    // Of 10.1_p5, 9.1_p14 and 9.1_p16 the first is the highest.
    let highest = deps(&machine, repository.path(), "app-arch/ppmd", "text");
    assert!(highest.stdout.starts_with(b"app-arch/ppmd-10.1_p5\n"), "{highest:?}");
}
