//! Arguments for bubblewrap.

use hermitage_rules::bwrap::{Options, render};
use hermitage_rules::test_support::{Shown, Tree, run_bwrap};
use hermitage_rules::{ErrorKind, Survey};
use hermitage_view::test_support::case;
use hermitage_view::{MemoryHost, ViewBuilder};
use proptest::prelude::*;

use crate::support::{config, made, view_of};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn inside_is_exactly_the_view((host, wanted) in case()) {
        let view = wanted.builder(&host).build().unwrap();
        let rules = render(&Survey::new(&view, &host), &Options::default()).unwrap();
        prop_assert!(rules.fidelity.is_exact());
        prop_assert_eq!(run_bwrap(&host, &rules.output), Tree::of(&view, &host));
        let again = render(&Survey::new(&view, &host), &Options::default()).unwrap();
        prop_assert_eq!(rules.output.to_bytes(), again.output.to_bytes());
    }
}

#[test]
fn what_the_host_does_not_have_is_made_even_in_a_whole_directory() {
    let host = made::host();
    let view = made::view(&host);
    let rules = render(&Survey::new(&view, &host), &Options::default()).unwrap();
    let tree = run_bwrap(&host, &rules.output);
    assert_eq!(tree, Tree::of(&view, &host));
    assert_eq!(tree.paths[&b"/etc/new"[..]], Shown::Data(b"ours".to_vec()));
    assert_eq!(tree.paths[&b"/proc"[..]], Shown::Fresh);
}

#[test]
fn permission_bits_of_directories_are_given() {
    let mut host = MemoryHost::new().file("/a/b", "").file("/a/c", "").dir("/d");
    host.insert("/a", hermitage_view::Kind::Dir, 0o711, "");
    let mut builder = ViewBuilder::new(&host);
    let view = builder.extra("/a/b").extra("/d").build().unwrap();
    let rules = render(&Survey::new(&view, &host), &Options::default()).unwrap();
    let text = rules.output.to_bytes();
    let expected: &[u8] =
        b"--perms\x000711\0--dir\0/a\0--ro-bind\0/a/b\0/a/b\0--perms\x000755\0--dir\0/d\0--remount-ro\0/\0";
    assert_eq!(text.escape_ascii().to_string(), expected.escape_ascii().to_string());
}

#[test]
fn more_than_nine_thousand_arguments_are_refused() {
    let mut host = MemoryHost::new();
    for number in 0..3001 {
        host = host.file(format!("/a/{number}"), "").file(format!("/a/{number}.hidden"), "");
    }
    // Three each, and two at the end.
    let paths: Vec<String> = (0..3001).map(|number| format!("/a/{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let options = Options { reserved: 1, ..Options::default() };
    let view = view_of(&host, &paths[..2999]);
    assert_eq!(render(&Survey::new(&view, &host), &options).unwrap().output.arguments.len(), 8999);
    let view = view_of(&host, &paths[..3000]);
    let error = render(&Survey::new(&view, &host), &options).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooMany { count: 9003, limit: 9000, .. }), "{error}");
}
