//! What a caller can ask for by path, and what is refused.

use hermitage_view::{
    Absence, ErrorKind, Explanation, HiddenBy, Host as _, Kind, MemoryHost, NodeKind, Reason,
    Resolution, ViewBuilder,
};

use crate::support::{of_one, paths};

fn merged_usr() -> MemoryHost {
    MemoryHost::new()
        .symlink("/bin", "usr/bin")
        .symlink("/lib64", "usr/lib64")
        .file("/usr/bin/gcc-13", "ELF")
        .symlink("/usr/bin/gcc", "gcc-13")
        .symlink("/usr/bin/cc", "/etc/alternatives/cc")
        .symlink("/etc/alternatives/cc", "/usr/bin/gcc")
        .symlink("/etc/alternatives/vi", "/usr/bin/vim")
        .file("/usr/bin/vim", "ELF")
        .symlink("/usr/bin/loop", "/usr/bin/loop")
        .file("/usr/lib64/libz.so.1", "ELF")
        .file("/home/u/src/main.c", "int main;")
        .file("/home/u/secret", "s")
}

#[test]
fn a_link_no_package_owns_shows_with_all_it_leads_through() {
    let host = merged_usr();
    let view = of_one(&host, &["/bin/gcc-13"]).unowned_symlinks(|_| false).build().unwrap();
    let expected = [
        "/",
        "/bin",
        "/etc",
        "/etc/alternatives",
        "/etc/alternatives/cc",
        "/usr",
        "/usr/bin",
        "/usr/bin/cc",
        "/usr/bin/gcc",
        "/usr/bin/gcc-13",
    ];
    assert_eq!(paths(&view), expected);
    assert_eq!(view.lookup("/usr/bin/cc").unwrap().reason(), Reason::Unowned);
    let Resolution::Node { node, through } = view.resolve("/bin/cc") else { panic!("not found") };
    assert_eq!((&node.path()[..], through.len()), (&b"/usr/bin/gcc-13"[..], 4));
}

#[test]
fn the_link_of_a_hidden_package_stays_hidden_and_so_does_what_leads_through_it() {
    let host = merged_usr();
    let owned = |path: &[u8]| path == b"/usr/bin/gcc";
    let view = of_one(&host, &["/usr/bin/gcc-13"]).unowned_symlinks(owned).build().unwrap();
    assert_eq!(paths(&view), ["/", "/bin", "/usr", "/usr/bin", "/usr/bin/gcc-13"]);
}

#[test]
fn a_directory_recorded_where_the_host_has_a_link_shows_both() {
    let host = merged_usr();
    let mut builder = ViewBuilder::new(&host);
    let owner = builder.owner("sys-apps/baselayout-2");
    builder.add_dir("/lib64", owner).add_dir("/usr/bin/gcc-13", owner);
    let view = builder.build().unwrap();
    assert_eq!(paths(&view), ["/", "/lib64", "/usr", "/usr/bin", "/usr/bin/gcc-13", "/usr/lib64"]);
    assert_eq!(view.lookup("/usr/lib64").unwrap().owners(), [owner]);
    assert_eq!(view.conflicts().len(), 1);
    assert_eq!(view.conflicts()[0].found, Kind::File);
}

#[test]
fn missing_paths_are_listed_with_what_the_host_says() {
    let host = merged_usr();
    let recorded = ["/usr/bin/none", "/usr/bin/gcc-13/x", "/usr/bin/loop/x", "/no/x"];
    let view = of_one(&host, &recorded).build().unwrap();
    let missing: Vec<_> = view.missing().iter().map(|missing| missing.absence).collect();
    let expected = [Absence::NotFound, Absence::NotADirectory, Absence::Loop, Absence::NotFound];
    assert_eq!(missing, expected);
    assert_eq!(view.missing()[1].path, b"/usr/bin/gcc-13/x");
}

#[test]
fn two_owners_of_one_path_are_both_kept_by_label() {
    let host = merged_usr();
    let mut builder = ViewBuilder::new(&host);
    let (late, early) = (builder.owner("z/z-1"), builder.owner("a/a-1"));
    builder.add("/lib64/libz.so.1", late).add("/usr//lib64/./libz.so.1", early);
    let view = builder.build().unwrap();
    let node = view.lookup("/usr/lib64/libz.so.1").unwrap();
    assert_eq!(node.owner_labels().collect::<Vec<_>>(), ["a/a-1", "z/z-1"]);
}

#[test]
fn an_extra_path_shows_with_its_links_and_what_it_points_to() {
    let host = merged_usr();
    let mut builder = ViewBuilder::new(&host);
    builder.extra("/bin/cc").extra_tree("/home/u/src");
    let view = builder.build().unwrap();
    let expected = [
        "/",
        "/bin",
        "/etc",
        "/etc/alternatives",
        "/etc/alternatives/cc",
        "/home",
        "/home/u",
        "/home/u/src",
        "/usr",
        "/usr/bin",
        "/usr/bin/cc",
        "/usr/bin/gcc",
        "/usr/bin/gcc-13",
    ];
    assert_eq!(paths(&view), expected);
    assert!(matches!(view.lookup("/home/u/src").unwrap().kind(), NodeKind::Tree { .. }));
    let inside = view.resolve("/home/u/src/main.c");
    assert!(matches!(inside, Resolution::Beyond { rest, .. } if rest == b"main.c"));
    assert_eq!(view.resolve("/home/u/secret"), Resolution::Nowhere(Absence::NotFound));
}

#[test]
fn hidden_wins_over_owned_extra_and_unowned() {
    let host = merged_usr();
    let mut builder = of_one(&host, &["/usr/bin/gcc-13", "/lib64/libz.so.1"]);
    builder.extra("/bin/vim").hide("/bin/vim").hide("/lib64/libz.so.1").hide("/etc");
    let view = builder.unowned_symlinks(|_| false).build().unwrap();
    assert_eq!(paths(&view), ["/", "/bin", "/usr", "/usr/bin", "/usr/bin/gcc", "/usr/bin/gcc-13"]);
    assert_eq!(view.hidden(), [&b"/etc"[..], b"/usr/bin/vim", b"/usr/lib64/libz.so.1"]);
}

#[test]
fn a_synthetic_file_takes_the_place_of_a_link() {
    let host = merged_usr();
    let mut builder = of_one(&host, &["/usr/bin/cc"]);
    builder.synthesise("/bin/cc", 0o755, "#!/bin/sh\n");
    let view = builder.build().unwrap();
    let node = view.lookup("/usr/bin/cc").unwrap();
    assert_eq!(node.kind(), NodeKind::Synthetic { mode: 0o755, content: b"#!/bin/sh\n" });
    assert_eq!(node.owners().len(), 1);
}

#[test]
fn nothing_in_a_provided_directory_is_the_hosts() {
    let host = MemoryHost::new()
        .symlink("/etc/mtab", "/proc/self/mounts")
        .symlink("/proc/self", "4711")
        .file("/proc/4711/mounts", "")
        .file("/tmp/old", "")
        .file("/tmp/work/in", "");
    let mut builder = of_one(&host, &["/etc", "/tmp/old", "/proc/self"]);
    builder.provided("/proc").provided("/tmp").provided("/run").extra_tree("/tmp/work");
    let view = builder.unowned_symlinks(|_| false).build().unwrap();
    assert_eq!(paths(&view), ["/", "/etc", "/etc/mtab", "/proc", "/run", "/tmp", "/tmp/work"]);
    assert!(
        matches!(view.resolve("/etc/mtab"), Resolution::Beyond { rest, .. } if rest == b"self/mounts")
    );
    assert!(view.missing().iter().all(|missing| missing.absence == Absence::Provided));
}

#[test]
fn an_explanation_tells_visible_hidden_and_absent_apart() {
    let host = merged_usr();
    let mut builder = of_one(&host, &["/usr/bin/gcc-13"]);
    builder.hide("/home");
    let view = builder.build().unwrap();
    let of = |path: &str| view.explain(path, &host).unwrap();
    assert!(matches!(of("/usr/bin/gcc-13"), Explanation::Visible { .. }));
    assert!(
        matches!(of("/bin/vim"), Explanation::Hidden { path, by: HiddenBy::Default, .. } if path == b"/usr/bin/vim")
    );
    let by_request = HiddenBy::Request(b"/home".to_vec());
    assert!(matches!(of("/home/u/secret"), Explanation::Hidden { by, .. } if by == by_request));
    assert_eq!(of("/usr/bin/emacs"), Explanation::Absent(Absence::NotFound));
}

#[test]
fn wishes_that_cannot_be_met_are_errors() {
    let host = merged_usr();
    let error = |ask: fn(&mut ViewBuilder<'_>)| {
        let mut builder = ViewBuilder::new(&host);
        ask(&mut builder);
        builder.build().unwrap_err()
    };
    let absent = error(|b| _ = b.extra("/usr/bin/emacs"));
    assert_eq!(absent.to_string(), "\"/usr/bin/emacs\": requested, but not found on the host");
    assert!(matches!(error(|b| _ = b.extra("usr")).kind(), ErrorKind::NotAbsolute));
    assert!(matches!(error(|b| _ = b.hide("/a\0b")).kind(), ErrorKind::Nul));
    assert!(matches!(error(|b| _ = b.hide("/")).kind(), ErrorKind::Conflict(_)));
    assert!(matches!(error(|b| _ = b.hide("/usr/..")).kind(), ErrorKind::NoLastComponent));
    assert!(matches!(
        error(|b| _ = b.synthesise("/usr/bin", 0o644, "")).kind(),
        ErrorKind::Conflict(_)
    ));
    let in_tree = error(|b| _ = b.extra_tree("/home").hide("/home/u/secret"));
    assert!(matches!(in_tree.kind(), ErrorKind::Conflict(_)));
    assert_eq!(in_tree.path(), b"/home/u/secret");
}

#[test]
fn parents_of_a_path_are_taken_to_where_they_are_even_through_dot_dot() {
    let host = merged_usr();
    let view = of_one(&host, &["/bin/../lib64/libz.so.1"]).build().unwrap();
    assert_eq!(
        paths(&view),
        ["/", "/bin", "/usr", "/usr/bin", "/usr/lib64", "/usr/lib64/libz.so.1"]
    );
    assert!(host.lstat(b"/usr/lib64").unwrap().is_some());
}

#[test]
fn a_recorded_path_that_no_system_can_have_is_not_there_and_takes_no_time() {
    let host = merged_usr();
    let endless = "/usr".repeat(200_000);
    let begun = std::time::Instant::now();
    let view = of_one(&host, &[&endless, "/usr/bin/vim"]).build().unwrap();
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    assert_eq!(paths(&view), ["/", "/usr", "/usr/bin", "/usr/bin/vim"]);
    assert_eq!(view.missing().len(), 1);
}
