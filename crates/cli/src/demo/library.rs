//! Libraries that a configure script may pick up.

use std::path::{Path, PathBuf};

/// A C library, and how to use it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Library {
    pub(super) name: &'static str,
    pub(super) header: &'static str,
    pub(super) link: &'static str,
    /// A C expression that is the library's version.
    pub(super) version: &'static str,
}

const fn library(
    name: &'static str,
    header: &'static str,
    link: &'static str,
    version: &'static str,
) -> Library {
    Library { name, header, link, version }
}

/// The best known first.
pub(super) const KNOWN: &[Library] = &[
    library("zlib", "zlib.h", "-lz", "zlibVersion()"),
    library("bzip2", "bzlib.h", "-lbz2", "BZ2_bzlibVersion()"),
    library("lzma", "lzma.h", "-llzma", "lzma_version_string()"),
    library("zstd", "zstd.h", "-lzstd", "ZSTD_versionString()"),
    library("lz4", "lz4.h", "-llz4", "LZ4_versionString()"),
    library("ncurses", "curses.h", "-lncurses", "curses_version()"),
    library("openssl", "openssl/crypto.h", "-lcrypto", "OpenSSL_version(0)"),
    library("sqlite", "sqlite3.h", "-lsqlite3", "sqlite3_libversion()"),
    library("expat", "expat.h", "-lexpat", "XML_ExpatVersion()"),
    library("libpng", "png.h", "-lpng", "png_get_libpng_ver(0)"),
    library("curl", "curl/curl.h", "-lcurl", "curl_version()"),
    library("readline", "readline/readline.h", "-lreadline", "rl_library_version"),
    library("libusb", "libusb-1.0/libusb.h", "-lusb-1.0", "libusb_get_version()->describe"),
    library("gmp", "gmp.h", "-lgmp", "gmp_version"),
];

/// The one the demonstration makes itself where no other can be hidden.
pub(super) const OWN: Library = library("greet", "greet.h", "-lgreet", "greet_version()");

impl Library {
    /// Where its header is, in the compiler's usual directories.
    pub(super) fn header_path(&self) -> Option<PathBuf> {
        let architecture = format!("/usr/include/{}-linux-gnu", std::env::consts::ARCH);
        let directories = [Path::new("/usr/include"), Path::new(&architecture)];
        directories.into_iter().map(|dir| dir.join(self.header)).find(|path| path.is_file())
    }

    /// Whether a file is one that only building against the library needs.
    pub(super) fn is_for_building(&self, path: &Path) -> bool {
        let base = self.link.trim_start_matches("-l");
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let library = ["so", "a", "la"].iter().any(|end| name == format!("lib{base}.{end}"));
        let header = ["/usr/include", "/usr/local/include"]
            .iter()
            .any(|dir| path == Path::new(dir).join(self.header));
        header || library
    }
}
