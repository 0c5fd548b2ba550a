//! Profiles for syd.

use hermitage_rules::syd::{LIMIT, render};
use hermitage_rules::test_support::SydModel;
use hermitage_rules::{ErrorKind, Survey};
use hermitage_view::test_support::case;
use hermitage_view::{MemoryHost, ViewBuilder};
use proptest::prelude::*;

use crate::support::{assert_as_stated, config, made, view_of};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_allowed_is_as_stated((host, wanted) in case()) {
        let view = wanted.builder(&host).build().unwrap();
        let rules = render(&Survey::new(&view, &host)).unwrap();
        prop_assert!(rules.output.is_ascii());
        let model = SydModel::new(&rules.output);
        assert_as_stated(&view, &host, &rules.fidelity, |path| model.reads(&host, path));
        prop_assert!(rules.fidelity.wider().is_empty());
        let again = render(&Survey::new(&view, &host)).unwrap();
        prop_assert_eq!(rules.output, again.output);
    }
}

#[test]
fn any_byte_of_a_name_can_be_written() {
    let names = ["a b", "c:d", "e\nf", "g\"h'", "i\\j", "k*l", "m?[n]\\", "$HOME", "o#"];
    let mut host = MemoryHost::new().file("/x", "").file("/h/hidden", "").file(b"/h/\xff\x01", "");
    for name in names {
        host = host.file(format!("/h/{name}"), "").file(format!("/{name}/v"), "");
    }
    let mut builder = ViewBuilder::new(&host);
    for name in names {
        builder.extra(format!("/h/{name}")).extra(format!("/{name}/v"));
    }
    let view = builder.extra(b"/h/\xff\x01").build().unwrap();
    let rules = render(&Survey::new(&view, &host)).unwrap();
    let model = SydModel::new(&rules.output);
    assert_as_stated(&view, &host, &rules.fidelity, |path| model.reads(&host, path));
    assert!(rules.fidelity.stricter().iter().all(|path| [&b"/"[..], b"/h"].contains(&&path[..])));
}

#[test]
fn what_is_provided_is_the_hosts_and_made_files_are_refused() {
    let host = made::host();
    let view = made::view(&host);
    let survey = Survey::new(&view, &host).with_writable([b"/src".to_vec()]);
    let rules = render(&survey).unwrap();
    let model = SydModel::new(&rules.output);
    assert!(!model.reads(&host, b"/hosts") && model.reads(&host, b"/src/a"));
    assert!(rules.output.ends_with("symlink,truncate,mkdir,rmdir+/src/***\n"), "{}", rules.output);
    assert!(rules.fidelity.wider().contains(&b"/proc".to_vec()));
}

#[test]
fn more_rules_than_syd_takes_are_refused() {
    let mut host = MemoryHost::new().file("/x", "");
    let paths: Vec<String> = (0..LIMIT).map(|number| format!("/a/{number}")).collect();
    for path in &paths {
        host = host.file(path, "").file(format!("{path}.hidden"), "");
    }
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    // One rule denies everything first.
    let view = view_of(&host, &paths[1..]);
    render(&Survey::new(&view, &host)).unwrap();
    let view = view_of(&host, &paths);
    let error = render(&Survey::new(&view, &host)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooMany { count: 4096, limit: 4095, .. }), "{error}");
}
