//! With this machine's own `ldconfig` and the cache that it wrote: they are the judges of the format.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "a test panics to fail, and reports on stderr"
)]

use std::path::Path;
use std::process::{Command, ExitCode};

use hermitage_testing::Case;
use hermitage_view::LdCache;

/// The cache that the program wrote.
const CACHE: &str = "/etc/ld.so.cache";

struct Ldconfig(&'static str);

const CASES: &[Case<Ldconfig>] =
    &[("ldconfig_reads_the_cache_that_was_written", ldconfig_reads_the_cache_that_was_written)];

fn main() -> ExitCode {
    hermitage_testing::run(Ldconfig::of_this_machine(), CASES)
}

impl Ldconfig {
    fn of_this_machine() -> Result<Self, String> {
        let program = ["/sbin/ldconfig", "/usr/sbin/ldconfig"]
            .into_iter()
            .find(|path| Path::new(path).exists() && Path::new(CACHE).exists());
        program.map(Self).ok_or("this machine has no glibc ldconfig with a cache".to_owned())
    }

    fn list(&self, cache: &Path) -> String {
        let output = Command::new(self.0).arg("-p").arg("-C").arg(cache).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn ldconfig_reads_the_cache_that_was_written(ldconfig: &Ldconfig) {
    let dir = tempfile::tempdir().unwrap();
    let ours = dir.path().join("ld.so.cache");
    let mut cache = LdCache::parse(&std::fs::read(CACHE).unwrap()).unwrap();
    std::fs::write(&ours, cache.to_bytes().unwrap()).unwrap();
    assert_eq!(
        ldconfig.list(&ours),
        ldconfig.list(CACHE.as_ref()).replace(CACHE, &ours.display().to_string())
    );

    let libc = |path: &[u8]| path.ends_with(b"/libc.so.6");
    cache.retain(libc);
    std::fs::write(&ours, cache.to_bytes().unwrap()).unwrap();
    let left = ldconfig.list(&ours);
    assert_eq!(left.matches(" => ").count(), cache.paths().count());
    assert!(left.contains("libc.so.6 ("), "{left}");
}
