//! Strategies that build the files of a database from structured values, and almost valid ones.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::metadata::render;

/// A CONTENTS entry that owns its parts, and prints itself without any help from the parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnedEntry {
    /// `dir`, `dev` or `fif`.
    Named(&'static str, Vec<u8>),
    /// Path, sum, time.
    Obj(Vec<u8>, String, String),
    /// Path, target, time.
    Sym(Vec<u8>, Vec<u8>, String),
}

impl OwnedEntry {
    /// The line, with its line break.
    pub fn to_line(&self) -> Vec<u8> {
        match self {
            Self::Named(kind, path) => [kind.as_bytes(), b" ", path, b"\n"].concat(),
            Self::Obj(path, md5, mtime) => {
                [b"obj ", &path[..], b" ", md5.as_bytes(), b" ", mtime.as_bytes(), b"\n"].concat()
            }
            Self::Sym(path, target, mtime) => {
                let parts = [b"sym ", &path[..], b" -> ", target, b" ", mtime.as_bytes(), b"\n"];
                parts.concat()
            }
        }
    }

    /// The path.
    pub fn path(&self) -> &[u8] {
        match self {
            Self::Named(_, path) | Self::Obj(path, ..) | Self::Sym(path, ..) => path,
        }
    }
}

/// One path component. Never empty, and without `/`, NUL and line break, but with all else that file names hold.
pub fn component() -> impl Strategy<Value = Vec<u8>> {
    let odd = prop_oneof![
        // Spaces at both ends: nothing may be trimmed.
        Just(b" a ".to_vec()),
        // What separates the parts of a line.
        Just(b"a -> b".to_vec()),
        Just(b"->".to_vec()),
        // Two arrows that share a space.
        Just(b" -> -> ".to_vec()),
        // What an obj line ends in.
        Just(b"x d41d8cd98f00b204e9800998ecf8427e 1500000000".to_vec()),
        // What old sym lines end in.
        Just(b"(1, 2L)".to_vec()),
        Just(b"tab\there\r".to_vec()),
        Just("löve \u{1f496}".as_bytes().to_vec()),
        // Not UTF-8.
        Just(vec![0xff, b'a', 0xfe]),
        Just(b".".to_vec()),
        Just(b"..".to_vec()),
    ];
    let any = vec(any::<u8>().prop_filter("in no name", |b| !b"/\n\0".contains(b)), 1..6);
    let plain = "[a-z][a-z0-9._+-]{0,8}".prop_map(String::into_bytes);
    prop_oneof![5 => plain, 2 => odd, 1 => any]
}

/// An absolute path of some components, now and then with a doubled slash.
pub fn path() -> impl Strategy<Value = Vec<u8>> {
    let slash = prop_oneof![9 => Just(&b"/"[..]), 1 => Just(&b"//"[..])];
    vec((slash, component()), 1..5).prop_map(|parts| {
        parts.iter().flat_map(|(slash, name)| [slash, &name[..]].concat()).collect()
    })
}

fn mtime() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (0_u32..).prop_map(|seconds| seconds.to_string()),
        // Before 1970, with zeros in front, and too large for any integer: all are kept as they are.
        1 => Just("-1".to_owned()),
        1 => Just("0001".to_owned()),
        1 => Just("99999999999999999999999".to_owned()),
    ]
}

/// One valid entry.
pub fn entry() -> impl Strategy<Value = OwnedEntry> {
    let named = (prop_oneof![4 => Just("dir"), 1 => Just("dev"), 1 => Just("fif")], path());
    // 40 digits are a sum of another algorithm.
    let md5 = prop_oneof![8 => "[0-9a-f]{32}", 1 => "[0-9a-f]{40}", 1 => Just("-".to_owned())];
    let target = prop_oneof![path(), component()];
    let tuple = "(41471, 12L, 2052L, 1, 0, 0, 11L, 1099, 1234567, 1234)".to_owned();
    let link_time = prop_oneof![4 => mtime(), 1 => Just(tuple)];
    prop_oneof![
        2 => named.prop_map(|(kind, path)| OwnedEntry::Named(kind, path)),
        4 => (path(), md5, mtime()).prop_map(|(p, m, t)| OwnedEntry::Obj(p, m, t)),
        2 => (path(), target, link_time).prop_map(|(p, g, t)| OwnedEntry::Sym(p, g, t)),
    ]
}

/// The entries of a valid CONTENTS file; none now and then, as virtuals have it.
pub fn entries() -> impl Strategy<Value = Vec<OwnedEntry>> {
    vec(entry(), 0..12)
}

/// A valid CONTENTS file.
pub fn contents() -> impl Strategy<Value = Vec<u8>> {
    entries().prop_map(|entries| entries.iter().flat_map(OwnedEntry::to_line).collect())
}

/// A CONTENTS file that was valid before something happened to it.
pub fn almost_contents() -> impl Strategy<Value = Vec<u8>> {
    contents().prop_flat_map(damaged)
}

/// A valid `metadata` file.
pub fn metadata() -> impl Strategy<Value = Vec<u8>> {
    let key =
        prop_oneof![Just("SLOT"), Just("RDEPEND"), Just("EAPI"), Just("USE"), Just("repository")];
    // Values hold `=` and `#` themselves.
    let value = "[a-z0-9=#/?(]{1,6}( [a-z0-9=#/?)]{1,6}){0,3}";
    let fields = proptest::collection::btree_map(key, value, 0..5);
    (fields, any::<i64>()).prop_map(|(fields, mtime)| {
        let fields = fields.iter().map(|(key, value)| (*key, value.as_bytes()));
        render(fields, i128::from(mtime))
    })
}

/// A `metadata` file that was valid before something happened to it.
pub fn almost_metadata() -> impl Strategy<Value = Vec<u8>> {
    metadata().prop_flat_map(damaged)
}

/// A valid NEEDED.ELF.2 file, with five fields a line or six.
pub fn needed() -> impl Strategy<Value = Vec<u8>> {
    let soname = "(lib[a-z]{1,4}\\.so\\.[0-9])?";
    // scanelf's way to say "none", and a directory relative to the file.
    let rpath =
        prop_oneof![Just("  -  "), Just(""), Just("$ORIGIN/../lib"), Just("/opt/lib:/usr/lib")];
    let needed = vec("lib[a-z]{1,4}\\.so\\.[0-9]", 0..4).prop_map(|names| names.join(","));
    let multilib =
        prop_oneof![Just(""), Just(";x86_64"), Just(";x86_32"), Just(";x86_64;more;to come")];
    let line = (soname, rpath, needed, multilib).prop_map(|(soname, rpath, needed, multilib)| {
        format!("X86_64;/usr/lib/{soname};{soname};{rpath};{needed}{multilib}\n")
    });
    vec(line, 0..5).prop_map(|lines| lines.concat().into_bytes())
}

/// A NEEDED.ELF.2 file that was valid before something happened to it.
pub fn almost_needed() -> impl Strategy<Value = Vec<u8>> {
    needed().prop_flat_map(damaged)
}

/// The directory of a package: names and contents of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageFiles {
    /// `category/pf`, which is valid.
    pub cpv: String,
    /// The files, sorted by name.
    pub files: Vec<(String, Vec<u8>)>,
}

impl PackageFiles {
    /// Writes the directory into a database.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn write(&self, db: &std::path::Path) -> std::io::Result<()> {
        let dir = db.join(&self.cpv);
        std::fs::create_dir_all(&dir)?;
        self.files.iter().try_for_each(|(name, bytes)| std::fs::write(dir.join(name), bytes))
    }
}

/// A package's directory: with and without CONTENTS (injected), with fields as files, in `metadata`, or nowhere.
pub fn package() -> impl Strategy<Value = PackageFiles> {
    let name = "(app-misc|sys-libs|virtual)/[a-z]{1,6}-[0-9]{1,2}(\\.[0-9])?(-r[1-9])?";
    let slot = prop::option::of(prop_oneof![Just("0\n"), Just("2/2.1\n"), Just("not valid!\n")]);
    let eapi = prop::option::of(prop_oneof![Just("8\n"), Just("0\n"), Just("\n")]);
    let files = (
        prop::option::weighted(0.9, contents()),
        prop::option::weighted(0.5, needed()),
        prop::option::weighted(0.5, metadata()),
        slot,
        eapi,
    );
    (name, files).prop_map(|(cpv, (contents, needed, metadata, slot, eapi))| {
        let text = |field: Option<&str>| field.map(|text| text.as_bytes().to_vec());
        let all = [
            ("CONTENTS", contents),
            ("EAPI", text(eapi)),
            ("NEEDED.ELF.2", needed),
            ("SLOT", text(slot)),
            ("metadata", metadata),
        ];
        let files = all.into_iter().filter_map(|(name, b)| Some((name.to_owned(), b?))).collect();
        PackageFiles { cpv, files }
    })
}

/// One to three small accidents: a byte changed, inserted or lost, a NUL, an empty line, the file cut off.
fn damaged(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    vec((any::<prop::sample::Index>(), 0_u8..7, any::<u8>()), 1..4).prop_map(move |accidents| {
        let mut bytes = bytes.clone();
        for (at, what, byte) in accidents {
            let at = at.index(bytes.len() + 1);
            damage(&mut bytes, at, what, byte);
        }
        bytes
    })
}

fn damage(bytes: &mut Vec<u8>, at: usize, what: u8, byte: u8) {
    match what {
        0 => bytes.insert(at, 0),
        1 => bytes.insert(at, b'\n'),
        2 => bytes.insert(at, b' '),
        3 => bytes.insert(at, byte),
        4 => bytes.truncate(at),
        _ if at < bytes.len() => drop(bytes.remove(at)),
        _ => {}
    }
}
