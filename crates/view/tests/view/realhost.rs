//! The host that is a real directory tree.

use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use hermitage_view::{
    Absence, DirEntry, Host, Kind, Meta, NodeKind, PathList, RealHost, ViewBuilder,
};

fn tree() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let at = |path: &str| dir.path().join(path);
    std::fs::create_dir_all(at("usr/lib")).unwrap();
    std::fs::create_dir_all(at("etc")).unwrap();
    symlink("usr/lib", at("lib")).unwrap();
    std::fs::write(at("usr/lib/libz.so"), b"ELF").unwrap();
    std::fs::set_permissions(at("usr/lib/libz.so"), PermissionsExt::from_mode(0o751)).unwrap();
    symlink("/usr/lib/libz.so", at("etc/libz")).unwrap();
    dir
}

#[test]
fn absolute_links_start_at_the_hosts_root() {
    let dir = tree();
    let host = RealHost::new(dir.path());
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("sys-libs/zlib-1");
    builder.add("/lib/libz.so", owner).add("/lib/gone.so", owner).extra("/etc/libz");
    let view = builder.build().unwrap();
    let paths: Vec<_> = view.iter().map(|node| node.path()).collect();
    assert_eq!(
        paths,
        [&b"/"[..], b"/etc", b"/etc/libz", b"/lib", b"/usr", b"/usr/lib", b"/usr/lib/libz.so"]
    );
    let NodeKind::File { mode, size, mtime } = view.lookup("/usr/lib/libz.so").unwrap().kind()
    else {
        panic!("not a file")
    };
    let meta = std::fs::metadata(dir.path().join("usr/lib/libz.so")).unwrap();
    let modified = meta.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!((mode, size), (0o751, 3));
    assert_eq!(
        (mtime.sec.cast_unsigned(), mtime.nsec),
        (modified.as_secs(), modified.subsec_nanos())
    );
    assert_eq!(view.missing().len(), 1);
}

#[test]
fn many_names_of_one_directory_are_answered_like_one_by_one() {
    let dir = tree();
    let host = RealHost::new(dir.path());
    let names: [&[u8]; 3] = [b"libz.so", b"none", b"x\0y"];
    let mut dir = host.open_dir(b"/usr/lib").unwrap();
    let mut answers = names.map(|name| dir.lstat(name)).into_iter();
    assert_eq!(answers.next().unwrap().unwrap(), host.lstat(b"/usr/lib/libz.so").unwrap());
    assert!(answers.next().unwrap().unwrap().is_none());
    assert!(answers.next().unwrap().is_err());
    assert!(host.open_dir(b"/usr/none").is_err());
    // A link is not a directory, even if it leads to one.
    assert!(host.open_dir(b"/lib").is_err());
    assert_eq!(host.open_dir(b"/").unwrap().read_link(b"lib").unwrap(), b"usr/lib");
}

#[test]
fn a_directory_is_listed_with_types_and_a_file_is_read() {
    let dir = tree();
    let host = RealHost::new(dir.path());
    let mut entries = host.read_dir(b"/").unwrap();
    entries.sort();
    let names: Vec<_> = entries.iter().map(|entry| (&entry.name[..], entry.kind)).collect();
    assert_eq!(
        names,
        [(&b"etc"[..], Some(Kind::Dir)), (b"lib", Some(Kind::Symlink)), (b"usr", Some(Kind::Dir))]
    );
    assert_eq!(host.read_file(b"/usr/lib/libz.so").unwrap(), b"ELF");
    assert!(host.read_file(b"/etc/libz").is_err(), "links are never followed");
    assert_eq!(host.root(), dir.path());
}

#[test]
fn this_machines_shell_is_found_where_it_really_is() {
    let host = RealHost::new("/");
    let mut builder = ViewBuilder::new(&host);
    builder.extra("/bin/sh").provided("/proc");
    let view = builder.build().unwrap();
    for node in &view {
        let path = node.path();
        let on_disk =
            std::fs::symlink_metadata(Path::new(std::str::from_utf8(&path).unwrap())).unwrap();
        assert_eq!(matches!(node.kind(), NodeKind::Symlink { .. }), on_disk.is_symlink());
    }
    let explained = view.explain("/nowhere/at/all", &host).unwrap();
    assert_eq!(explained, hermitage_view::Explanation::Absent(Absence::NotFound));
}

/// A host that overrides nothing.
struct Plain<'h>(&'h RealHost);

impl Host for Plain<'_> {
    fn lstat(&self, path: &[u8]) -> io::Result<Option<Meta>> {
        self.0.lstat(path)
    }

    fn read_link(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        self.0.read_link(path)
    }

    fn read_dir(&self, path: &[u8]) -> io::Result<Vec<DirEntry>> {
        self.0.read_dir(path)
    }

    fn read_file(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        self.0.read_file(path)
    }
}

#[test]
fn a_directory_is_opened_by_its_path_unless_a_link_is_on_the_way() {
    let dir = tree();
    std::fs::create_dir(dir.path().join("usr/lib/deep")).unwrap();
    let real = RealHost::new(dir.path());
    let hosts: [&dyn Host; 2] = [&real, &Plain(&real)];
    for host in hosts {
        for path in [&b"/"[..], b"/usr", b"/usr/lib", b"/usr/lib/deep"] {
            let (meta, mut opened) = host.open_without_links(path).unwrap();
            assert_eq!(Some(meta), host.lstat(path).unwrap());
            let mut names = Vec::new();
            opened.list(&mut |name, _| names.push(name.to_vec())).unwrap();
            names.sort();
            let mut listed: Vec<_> =
                host.read_dir(path).unwrap().into_iter().map(|entry| entry.name).collect();
            listed.sort();
            assert_eq!(names, listed);
        }
        for path in [&b"/lib"[..], b"/lib/deep", b"/usr/none", b"/usr/lib/libz.so", b"/etc/libz"] {
            assert!(host.open_without_links(path).is_none(), "{}", path.escape_ascii());
        }
    }
    // The root itself may be reached through one.
    let outside = tempfile::tempdir().unwrap();
    symlink(dir.path(), outside.path().join("root")).unwrap();
    let host = RealHost::new(outside.path().join("root"));
    assert!(host.open_without_links(b"/usr/lib").is_some());
}

#[test]
fn a_directory_that_may_not_be_searched_says_so() {
    let dir = tree();
    let closed = dir.path().join("usr/lib");
    std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o644)).unwrap();
    let host = RealHost::new(dir.path());
    let may = closed.join("libz.so").symlink_metadata().is_ok();
    let (_, mut opened) = host.open_without_links(b"/usr/lib").unwrap();
    assert_eq!(opened.may_be_searched(b"libz.so"), may);
    assert_eq!(host.open_dir(b"/usr/lib").unwrap().may_be_searched(b"libz.so"), may);
    std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn a_list_of_paths_shows_what_its_paths_show_one_by_one() {
    let dir = tree();
    let host = RealHost::new(dir.path());
    let build = |paths: &[&str], as_list: bool| {
        let mut builder = ViewBuilder::new(&host);
        let owner = builder.owner("sys-libs/zlib-1");
        let mut list = PathList::new();
        for path in paths {
            if as_list {
                list.add(path).add_dir(path);
            } else {
                builder.add(path, owner).add_dir(path, owner);
            }
        }
        builder.add_list(list, owner).build()
    };
    let paths =
        ["/lib/libz.so", "//usr/./lib/libz.so/", "/", "/etc/../lib/none", "/etc", "/usr/x/y"];
    assert_eq!(build(&paths, true).unwrap(), build(&paths, false).unwrap());
    for malformed in ["relative", "/a\0b", "/usr/.."] {
        let [listed, single] =
            [true, false].map(|as_list| build(&["/etc", malformed, "/x/.."], as_list).unwrap_err());
        assert_eq!(listed.path(), malformed.as_bytes());
        assert_eq!(listed.to_string(), single.to_string());
    }
}
