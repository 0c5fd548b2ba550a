//! Rules for Landlock.

use hermitage_rules::landlock::{Grant, render};
use hermitage_rules::test_support::{LandlockModel, shows};
use hermitage_rules::{Fidelity, Survey};
use hermitage_view::test_support::case;
use hermitage_view::{Host as _, Kind, MemoryHost, ViewBuilder};
use proptest::prelude::*;

use crate::support::{assert_as_stated, config, made, real_paths};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_allowed_is_as_stated((host, wanted) in case()) {
        let view = wanted.builder(&host).build().unwrap();
        let mut rules = render(&Survey::new(&view, &host)).unwrap();
        let model = LandlockModel::new(rules.output.rules());
        assert_as_stated(&view, &host, &rules.fidelity, |path| model.reads(&host, path));
        prop_assert!(rules.fidelity.wider().is_empty());
        let is_dir = |path: &[u8]| host.lstat(path).unwrap().unwrap().kind == Kind::Dir;
        // Only lists are refused of what shows.
        prop_assert!(rules.fidelity.stricter().iter().all(|path| is_dir(path)));
        prop_assert!(rules.output.rules().is_sorted());
        let again = render(&Survey::new(&view, &host)).unwrap();
        prop_assert_eq!(rules.output.to_text(), again.output.to_text());

        rules.output.allow_listing();
        let model = LandlockModel::new(rules.output.rules());
        for path in real_paths(&host) {
            prop_assert_eq!(model.reads(&host, &path), is_dir(&path) || shows(&view, &path));
        }
    }
}

#[test]
fn what_the_host_does_not_have_is_refused_and_what_is_provided_is_the_hosts() {
    let host = made::host();
    let view = made::view(&host);
    let rules = render(&Survey::new(&view, &host)).unwrap();
    let model = LandlockModel::new(rules.output.rules());
    for path in [&b"/hosts"[..], b"/hidden"] {
        assert!(!model.reads(&host, path), "{}", path.escape_ascii());
    }
    for path in [&b"/proc/1"[..], b"/src/a", b"/etc/motd"] {
        assert!(model.reads(&host, path), "{}", path.escape_ascii());
    }
    assert!(rules.fidelity.stricter().contains(&b"/hosts".to_vec()));
    assert!(rules.fidelity.wider().contains(&b"/proc".to_vec()));
}

#[test]
fn a_device_can_be_written_and_odd_names_are_escaped() {
    let mut host = MemoryHost::new().file(b"/a\xff\t\\b", "").file("/c", "");
    host.insert("/null", Kind::CharDev, 0o666, "");
    let mut builder = ViewBuilder::new(&host);
    let view = builder.extra("/null").extra(b"/a\xff\t\\b").build().unwrap();
    let mut rules = render(&Survey::new(&view, &host)).unwrap();
    assert_eq!(rules.fidelity, Fidelity::Stricter { paths: vec![b"/".to_vec()] });
    rules.output.allow_writing("/c").allow_writing("/c");
    let text = "read-file\t/a\\377\\011\\134b\nwrite-tree\t/c\nuse-device\t/null\n";
    assert_eq!(rules.output.to_text(), text);
    assert_eq!(rules.output.rules()[1].grant, Grant::WriteTree);
}
