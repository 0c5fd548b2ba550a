//! A small machine, and what was looked for on it.

use hermitage_audit::{
    Access, Answer, Audit, Class, MemoryInventory, Package, PackageIdx, Process, Report, Severity,
    Standing, Trace,
};

use Class::Bdepend;

/// A machine with a compiler, make, a shell, and two libraries of which one needs the other.
pub(crate) struct Machine {
    pub(crate) inventory: MemoryInventory,
    pub(crate) png: PackageIdx,
    pub(crate) zlib: PackageIdx,
    pub(crate) cc: PackageIdx,
}

impl Machine {
    /// `png` and `zlib` as given; the tools are declared.
    pub(crate) fn new(png: Package, zlib: Package) -> Self {
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

    pub(crate) fn report(&self, trace: Trace) -> Report {
        Audit::new("app/viewer", &self.inventory)
            .report(trace)
            .expect("an inventory in memory answers")
    }

    pub(crate) fn findings(&self, trace: Trace) -> Vec<(String, Severity)> {
        ids(&self.report(trace))
    }
}

pub(crate) fn png() -> Package {
    Package::new("media-libs/libpng", "1.6")
}

pub(crate) fn zlib() -> Package {
    Package::new("sys-libs/zlib", "1.3")
}

pub(crate) fn ids(report: &Report) -> Vec<(String, Severity)> {
    report.findings.iter().map(|finding| (finding.id.clone(), finding.severity)).collect()
}

/// Looks of a shell, the compiler it runs, and the linker.
pub(crate) fn trace(looks: &[(&str, Answer, usize)]) -> Trace {
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

pub(crate) const SHELL: usize = 0;
pub(crate) const COMPILER: usize = 1;
pub(crate) const LINKER: usize = 2;

/// Every declared tool was used.
pub(crate) const TOOLS: (&str, Answer, usize) = ("/usr/bin/tcc", Answer::Found, SHELL);
