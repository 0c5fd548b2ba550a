//! Configurations for runtimes of the Open Container Initiative.

use hermitage_rules::oci::{Options, render};
use hermitage_rules::test_support::{Shown, Tree, run_oci};
use hermitage_rules::{Fidelity, Survey};
use hermitage_view::MemoryHost;
use hermitage_view::test_support::case;
use proptest::prelude::*;

use crate::support::{config, made, view_of};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn inside_is_the_view_without_what_is_stated((host, wanted) in case()) {
        let view = wanted.builder(&host).build().unwrap();
        let rules = render(&Survey::new(&view, &host), &Options::default()).unwrap();
        let mut expected = Tree::of(&view, &host);
        for path in rules.fidelity.stricter() {
            prop_assert!(expected.paths.remove(path).is_some());
            prop_assert!(std::str::from_utf8(path).is_err());
        }
        prop_assert_eq!(run_oci(&host, &rules.output), expected);
        prop_assert!(rules.fidelity.wider().is_empty());
        let again = render(&Survey::new(&view, &host), &Options::default()).unwrap();
        prop_assert_eq!(rules.output, again.output);
    }
}

#[test]
fn what_the_host_does_not_have_is_in_the_root_directory() {
    let host = made::host();
    let view = made::view(&host);
    let rules = render(&Survey::new(&view, &host), &Options::default()).unwrap();
    let tree = run_oci(&host, &rules.output);
    assert_eq!(tree, Tree::of(&view, &host));
    assert_eq!(tree.paths[&b"/hosts"[..]], Shown::Data(b"ours, too".to_vec()));
}

#[test]
fn a_path_that_is_not_utf_8_is_left_out_and_said() {
    let mut host = MemoryHost::new().file("/a/b", "").file("/a/c", "");
    host.insert(b"/a/\xff", hermitage_view::Kind::File, 0o644, "");
    let mut builder = hermitage_view::ViewBuilder::new(&host);
    let view = builder.extra("/a/b").extra(b"/a/\xff").build().unwrap();
    let rules = render(&Survey::new(&view, &host), &Options::default()).unwrap();
    assert_eq!(rules.fidelity, Fidelity::Stricter { paths: vec![b"/a/\xff".to_vec()] });
}

#[test]
fn a_user_namespace_is_asked_for_with_its_ids() {
    let host = MemoryHost::new().file("/a", "");
    let options = Options { ids: Some((1000, 100)), ..Options::default() };
    let view = view_of(&host, &["/a"]);
    let config = render(&Survey::new(&view, &host), &options).unwrap().output.config;
    assert!(config.contains(r#"{"type":"user"}"#), "{config}");
    assert!(config.contains(r#""hostID":1000"#), "{config}");
}
