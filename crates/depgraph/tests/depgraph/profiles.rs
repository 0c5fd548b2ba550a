use hermitage_depgraph::profile::{MemoryFiles, ProfileStack, Repositories};
use hermitage_depgraph::{ErrorKind, Place};
use std::path::{Path, PathBuf};

fn load(
    files: &MemoryFiles,
    repositories: &Repositories,
) -> Result<ProfileStack, hermitage_depgraph::Error> {
    ProfileStack::load(files, Path::new("/ours/profiles/top"), repositories)
}

fn system(stack: &ProfileStack) -> Vec<String> {
    stack.system_set().atoms().map(ToString::to_string).collect()
}

#[test]
fn parents_in_other_repositories_are_found_where_the_layout_allows_them() {
    let files = MemoryFiles::new()
        .with("/gentoo/profiles/base/packages", "*a/base\n")
        .with("/ours/metadata/layout.conf", "profile-formats = portage-2 profile-set\n")
        .with("/ours/profiles/own/packages", "*a/own\na/in-profile-set\n")
        .with("/ours/profiles/top/parent", "gentoo:base\n:own\n");
    let repositories = Repositories::new().with("gentoo", "/gentoo");
    let stack = load(&files, &repositories).unwrap();
    assert_eq!(system(&stack), ["a/base", "a/own"]);
    let profile: Vec<_> = stack.profile_set().atoms().map(ToString::to_string).collect();
    assert_eq!(profile, ["a/in-profile-set"]);

    let error = load(&files, &Repositories::new()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::UnknownRepository);
    let parent = PathBuf::from("/ours/profiles/top/parent");
    assert_eq!(*error.place(), Place::Path(parent, Some(1)));
}

#[test]
fn without_the_layout_a_colon_is_part_of_a_path() {
    let files = MemoryFiles::new()
        .with("/gentoo/profiles/base/packages", "*a/base\n")
        .with("/ours/profiles/top/parent", "gentoo:base\n");
    let error = load(&files, &Repositories::new().with("gentoo", "/gentoo")).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NoProfile);
}

#[test]
fn a_profile_that_inherits_itself_is_refused() {
    let files = MemoryFiles::new()
        .with("/ours/profiles/top/parent", "../other\n")
        .with("/ours/profiles/other/parent", "../top\n");
    let error = load(&files, &Repositories::new()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::ProfileCycle);
}

#[test]
fn an_atom_that_is_not_of_the_nodes_eapi_is_left_out_and_reported() {
    let packages = "*a/plain # why\n*a/slotted:2\n*not an atom\n";
    let files = MemoryFiles::new().with("/ours/profiles/top/packages", packages);
    let stack = load(&files, &Repositories::new()).unwrap();
    assert_eq!(system(&stack), ["a/plain"]);
    let rejected: Vec<_> = stack.system_set().rejected().iter().map(|r| r.line).collect();
    assert_eq!(rejected, [2, 3]);
    let files = files.with("/ours/profiles/top/eapi", "5\n");
    assert_eq!(system(&load(&files, &Repositories::new()).unwrap()), ["a/plain", "a/slotted:2"]);
}

#[test]
fn the_users_own_node_comes_last_and_may_use_all_syntax() {
    let files = MemoryFiles::new()
        .with("/ours/profiles/top/packages", "*a/a\n*a/b\n")
        .with("/etc/portage/profile/packages", "-*a/a\n*a/c:2::ours\n")
        .with("/etc/portage/profile/package.provided", "# ours\na/d-1\n>=a/e-1\na/f\n");
    let mut stack = load(&files, &Repositories::new()).unwrap();
    stack.push_user(&files, Path::new("/etc/portage/profile")).unwrap();
    assert_eq!(system(&stack), ["a/b", "a/c:2::ours"]);
    let provided: Vec<_> = stack.provided().map(ToString::to_string).collect();
    assert_eq!(provided, ["a/d-1"]);
    let left_out: Vec<_> =
        stack.not_provided().map(|line| (line.path.as_path(), line.line)).collect();
    let file = Path::new("/etc/portage/profile/package.provided");
    assert_eq!(left_out, [(file, 3), (file, 4)]);
}

#[test]
fn the_profile_of_a_root_is_found_and_read_with_its_repositories() {
    let root = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &str| {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    let error = ProfileStack::under(root.path()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NoProfile);

    let repository = root.path().join("repo");
    let conf =
        format!("[DEFAULT]\nmain-repo = ours\n[ours]\nlocation = {}\n", repository.display());
    write("etc/portage/repos.conf/ours.conf", &conf);
    write("repo/profiles/base/packages", "*a/base\n");
    write("etc/portage/make.profile/parent", "ours:base\n");
    write("etc/portage/profile/packages", "*a/mine\n");
    let stack = ProfileStack::under(root.path()).unwrap();
    assert_eq!(system(&stack), ["a/base", "a/mine"]);
}

#[test]
fn a_lone_minus_star_clears_what_came_before_it_and_nothing_else() {
    let files = MemoryFiles::new()
        .with("/ours/profiles/base/packages", "*a/one\n*a/two\n")
        .with("/ours/profiles/top/parent", "../base\n")
        .with("/ours/profiles/top/packages", "*a/three\n-*\n*a/four\n");
    let stack = load(&files, &Repositories::new()).unwrap();
    assert_eq!(system(&stack), ["a/four"]);
}

#[test]
fn only_the_same_text_with_a_star_takes_an_atom_out_of_system() {
    let files = MemoryFiles::new()
        .with("/ours/profiles/base/packages", "*a/one\n*>=a/two-1\n*a/three\n*a/four\n")
        .with("/ours/profiles/top/parent", "../base\n")
        .with("/ours/profiles/top/packages", "-*a/one\n-*a/two\n-a/three\n");
    let stack = load(&files, &Repositories::new()).unwrap();
    assert_eq!(system(&stack), ["a/four", "a/three", ">=a/two-1"]);
}

#[test]
fn parents_are_applied_in_the_order_in_which_they_are_named_and_before_their_child() {
    let with = |order| {
        MemoryFiles::new()
            .with("/ours/profiles/adds/packages", "*a/one\n")
            .with("/ours/profiles/takes/packages", "-*a/one\n*a/two\n")
            .with("/ours/profiles/top/parent", order)
            .with("/ours/profiles/top/packages", "-*a/two\n")
    };
    let load = |order| load(&with(order), &Repositories::new()).unwrap();
    assert_eq!(system(&load("../adds\n../takes\n")), [""; 0]);
    assert_eq!(system(&load("../takes\n../adds\n")), ["a/one"]);
}
