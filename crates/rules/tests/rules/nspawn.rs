//! Settings for systemd-nspawn.

use hermitage_rules::nspawn::render;
use hermitage_rules::test_support::{Shown, Tree, run_nspawn};
use hermitage_rules::{Fidelity, Survey};
use hermitage_view::test_support::case;
use hermitage_view::{MemoryHost, View, ViewBuilder};
use proptest::prelude::*;

use crate::support::{config, made};

/// What should show: the view without what is refused, and what is nspawn's own.
fn expected(view: &View, host: &MemoryHost, fidelity: &Fidelity) -> Tree {
    let mut tree = Tree::of(view, host);
    for path in fidelity.stricter() {
        assert!(tree.paths.remove(path).is_some());
    }
    for path in fidelity.wider() {
        let shown = match &path[..] {
            b"/etc" | b"/root" | b"/usr" | b"/var" => Shown::Dir,
            b"/bin" | b"/lib" | b"/sbin" => Shown::Link([b"usr", &path[..]].concat()),
            _ => Shown::Fresh,
        };
        tree.paths.insert(path.clone(), shown);
    }
    tree
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn inside_is_the_view_but_for_what_is_stated((host, wanted) in case()) {
        let view = wanted.builder(&host).build().unwrap();
        let rules = render(&Survey::new(&view, &host)).unwrap();
        let odd = |path: &Vec<u8>| std::str::from_utf8(path).is_err() || path.contains(&b'\n');
        prop_assert!(rules.fidelity.stricter().iter().all(odd));
        let shown = run_nspawn(&host, &rules.output);
        prop_assert_eq!(shown, expected(&view, &host, &rules.fidelity));
        let again = render(&Survey::new(&view, &host)).unwrap();
        prop_assert_eq!(rules.output, again.output);
    }
}

#[test]
fn what_the_host_does_not_have_is_in_the_root_directory() {
    let host = made::host();
    let view = made::view(&host);
    let rules = render(&Survey::new(&view, &host)).unwrap();
    let tree = run_nspawn(&host, &rules.output);
    assert_eq!(tree, expected(&view, &host, &rules.fidelity));
    assert_eq!(tree.paths[&b"/hosts"[..]], Shown::Data(b"ours, too".to_vec()));
    // It is asked for, so it is not wider; what it holds is nspawn's.
    assert!(!rules.fidelity.wider().contains(&b"/proc".to_vec()));
}

#[test]
fn colons_backslashes_and_spaces_at_the_end_are_written_and_line_breaks_are_refused_and_said() {
    let odd = ["/a/b:c", "/a/d\\", "/a/e ", "/a/\"f'", "/a/%g#"];
    let mut host = MemoryHost::new().file("/a/hidden", "").file("/a/line\nbreak", "");
    for path in odd {
        host = host.file(path, "");
    }
    let mut builder = ViewBuilder::new(&host);
    for path in odd {
        builder.extra(path);
    }
    let view = builder.extra("/a/line\nbreak").build().unwrap();
    let rules = render(&Survey::new(&view, &host)).unwrap();
    assert_eq!(rules.fidelity.stricter(), [b"/a/line\nbreak".to_vec()]);
    assert!(rules.output.text.contains("BindReadOnly=/a/b\\:c:/a/b\\:c:rbind\n"));
    let shown = run_nspawn(&host, &rules.output);
    assert!(odd.iter().all(|path| shown.paths.get(path.as_bytes()) == Some(&Shown::Host)));
}

#[test]
fn what_may_be_written_is_bound_so_even_within_a_tree() {
    let host = MemoryHost::new().file("/src/a/b", "").file("/out/c", "");
    let mut builder = ViewBuilder::new(&host);
    let view = builder.extra_tree("/src").extra_tree("/out").build().unwrap();
    let survey = Survey::new(&view, &host).with_writable([b"/src/a".to_vec(), b"/out".to_vec()]);
    let text = render(&survey).unwrap().output.text;
    let mounts: Vec<&str> = text.lines().filter(|line| line.starts_with("Bind")).collect();
    let expected =
        ["Bind=/out:/out:rbind", "BindReadOnly=/src:/src:rbind", "Bind=/src/a:/src/a:rbind"];
    assert_eq!(mounts, expected);
}

#[test]
fn links_where_nspawn_mounts_are_not_shown_and_said() {
    let host = MemoryHost::new()
        .file("/tmp/a/b", "")
        .symlink("/tmp/a/c", "b")
        .file("/tmp/a/x", "")
        .dir("/tmp/d");
    let mut builder = ViewBuilder::new(&host);
    let view = builder.extra("/tmp/a/b").extra("/tmp/a/c").extra("/tmp/d").build().unwrap();
    let rules = render(&Survey::new(&view, &host)).unwrap();
    assert_eq!(rules.fidelity.stricter(), [b"/tmp/a/c".to_vec()]);
    assert!(rules.output.text.contains("TemporaryFileSystem=/tmp/d:mode=755,ro\n"));
    assert_eq!(run_nspawn(&host, &rules.output), expected(&view, &host, &rules.fidelity));
}
