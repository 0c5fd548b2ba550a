//! A machine with made-up packages at an offset.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::Way;

/// The packages: name, what they need to run, their files.
const PACKAGES: &[(&str, &str, &[&str])] = &[
    ("dev-libs/alpha", "dev-libs/beta", &["library alpha", "/usr/share/alpha/data"]),
    ("dev-libs/beta", "", &["library beta"]),
    ("dev-libs/gamma", "", &["library gamma"]),
    ("dev-libs/unused", "", &["/usr/share/unused/data"]),
    ("dev-libs/listed", "", &["/usr/lib/liblisted.so"]),
    ("dev-util/delta", "", &["program delta"]),
    ("sys-apps/zeta", "", &["program zeta"]),
    ("sys-apps/manager", "", &["program managers-own"]),
    ("dev-util/header", "", &["/usr/include/generated.h"]),
    ("dev-python/alphapy", "", &["/usr/lib/python3/alphapy.py"]),
    ("dev-python/gammapy", "", &["/usr/lib/python3/gammapy.py"]),
];

/// A scratch directory with EPREFIX in it, below `/var/tmp` since `/tmp` is fresh inside.
pub(crate) struct Machine {
    scratch: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let scratch =
            tempfile::Builder::new().prefix("hermitage-projects-").tempdir_in("/var/tmp").unwrap();
        let machine = Self { scratch };
        let system = machine.prefix().join("system");
        fs::create_dir_all(machine.prefix()).unwrap();
        fs::write(system, "sys-apps/zeta\n").unwrap();
        for (name, needs, files) in PACKAGES {
            machine.install(name, needs, files);
        }
        machine.file("/usr/include/nobodys.h", "#define NOBODYS 1\n", 0o644);
        machine
    }

    /// EPREFIX.
    pub(crate) fn prefix(&self) -> PathBuf {
        self.scratch.path().join("prefix")
    }

    pub(crate) fn directory(&self, name: &str) -> PathBuf {
        let dir = self.scratch.path().join(name);
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    /// Runs `hermitage check` on a project; returns the report.
    pub(crate) fn check(
        &self,
        source: &Path,
        image: &Path,
        build: &str,
        declared: [&str; 3],
        way: &Way,
    ) -> serde_json::Value {
        let prefix = self.prefix();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hermitage"));
        command.env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C").stdin(Stdio::null());
        // Meson takes it where it is installed, and it wants a directory of its own to write to.
        command.env("CCACHE_DISABLE", "1");
        // Cargo's own directories, which every program of a build would be seen to search.
        command.env_remove("LD_LIBRARY_PATH");
        command.env("P", prefix.join("usr")).env("D", image).env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("PKG_CONFIG_PATH", prefix.join("usr/lib/pkgconfig"));
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", prefix.join("usr/bin").display()));
        command.arg("check").arg("--eprefix").arg(&prefix);
        command.arg("--system").arg(prefix.join("system"));
        for path in ["/usr", "/bin", "/lib", "/lib64", "/etc"] {
            if Path::new(path).exists() {
                command.args(["--read", path]);
            }
        }
        command.arg("--write").arg(source).arg("--write").arg(image).arg("--chdir").arg(source);
        command.arg("--image").arg(image).arg("--sources").arg(source);
        command.args(["--format", "json", "--package-manager", "sys-apps/manager"]);
        command.args(way.options);
        if way.faulty {
            command.args(["--without", "sys-apps/zeta"]);
        }
        for (class, atoms) in ["--depend", "--bdepend", "--rdepend"].into_iter().zip(declared) {
            command.arg(class).arg(atoms);
        }
        let output = command.args(["--", "sh", "-c", build]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let installed = fs::read_dir(image).unwrap().count();
        assert!(installed > 0, "nothing was installed: {stderr}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"))
    }

    fn install(&self, name: &str, needs: &str, files: &[&str]) {
        let mut paths = Vec::new();
        for file in files {
            match file.split_once(' ') {
                Some(("library", library)) => paths.extend(self.library(library)),
                Some((_, program)) => {
                    let path = format!("/usr/bin/{program}");
                    self.file(&path, "#!/bin/sh\necho \"$0\"\n", 0o755);
                    paths.push(path);
                }
                None => {
                    let text = if file.starts_with("/usr/include/") {
                        "#define HEADER 1\n"
                    } else {
                        "# empty\n"
                    };
                    self.file(file, text, 0o644);
                    paths.push((*file).to_owned());
                }
            }
        }
        self.record(name, needs, &paths);
    }

    /// A library with all that build systems look for.
    fn library(&self, name: &str) -> Vec<String> {
        let prefix = self.prefix();
        let (usr, upper) = (prefix.join("usr"), name.to_uppercase());
        let usr = usr.display();
        let header = format!("int {name}(void);\n#define {upper} 1\n");
        // What alpha includes is alpha's own business.
        let header = if name == "alpha" { format!("#include <beta.h>\n{header}") } else { header };
        self.file(&format!("/usr/include/{name}.h"), &header, 0o644);
        let needs = if name == "alpha" { "Requires.private: beta\n" } else { "" };
        self.file(
            &format!("/usr/lib/pkgconfig/{name}.pc"),
            &format!("Name: {name}\nDescription: {name}\nVersion: 1\n{needs}Libs: -L{usr}/lib -l{name}\nCflags: -I{usr}/include\n"),
            0o644,
        );
        self.file(
            &format!("/usr/lib/cmake/{name}/{name}Config.cmake"),
            &format!("set({name}_LIBRARIES {usr}/lib/lib{name}.so)\n"),
            0o644,
        );
        let source = self.file("/build.c", &format!("int {name}(void) {{ return 1; }}\n"), 0o644);
        let file = format!("lib{name}.so.1");
        fs::create_dir_all(prefix.join("usr/lib")).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-nostdlib"]).arg(format!("-Wl,-soname,{file}"));
        cc.arg("-o").arg(prefix.join("usr/lib").join(&file)).arg(&source);
        assert!(cc.status().unwrap().success());
        fs::remove_file(source).unwrap();
        std::os::unix::fs::symlink(&file, prefix.join(format!("usr/lib/lib{name}.so"))).unwrap();
        vec![
            format!("/usr/include/{name}.h"),
            format!("/usr/lib/pkgconfig/{name}.pc"),
            format!("/usr/lib/cmake/{name}/{name}Config.cmake"),
            format!("/usr/lib/{file}"),
            format!("/usr/lib/lib{name}.so"),
        ]
    }

    fn file(&self, path: &str, content: &str, mode: u32) -> PathBuf {
        let file = self.prefix().join(&path[1..]);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, content).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    fn record(&self, name: &str, needs: &str, paths: &[String]) {
        let prefix = self.prefix();
        let package = format!("var/db/pkg/{name}-1");
        let mut contents = String::new();
        for path in paths {
            let file = prefix.join(&path[1..]);
            let shown = file.display();
            for dir in Path::new(path).ancestors().skip(1) {
                let dir = prefix.join(dir.strip_prefix("/").unwrap());
                writeln!(contents, "dir {}", dir.display()).unwrap();
            }
            match fs::read_link(&file) {
                Ok(target) => writeln!(contents, "sym {shown} -> {} 1", target.display()).unwrap(),
                Err(_) => {
                    writeln!(contents, "obj {shown} d41d8cd98f00b204e9800998ecf8427e 1").unwrap();
                }
            }
        }
        for (field, value) in
            [("SLOT", "0"), ("EAPI", "8"), ("RDEPEND", needs), ("CONTENTS", &contents)]
        {
            self.file(&format!("/{package}/{field}"), &format!("{}\n", value.trim_end()), 0o644);
        }
    }
}
