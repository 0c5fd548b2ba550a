//! Configurations for nsjail.

use hermitage_rules::Survey;
use hermitage_rules::nsjail::render;
use hermitage_rules::test_support::{Tree, run_nsjail};
use hermitage_view::test_support::case;
use hermitage_view::{MemoryHost, ViewBuilder};
use proptest::prelude::*;

use crate::support::{config, made};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn inside_is_exactly_the_view((host, wanted) in case()) {
        let view = wanted.builder(&host).build().unwrap();
        let rules = render(&Survey::new(&view, &host)).unwrap();
        prop_assert!(rules.fidelity.is_exact());
        prop_assert!(rules.output.is_ascii());
        prop_assert_eq!(run_nsjail(&host, &rules.output), Tree::of(&view, &host));
        let again = render(&Survey::new(&view, &host)).unwrap();
        prop_assert_eq!(rules.output, again.output);
    }
}

#[test]
fn what_the_host_does_not_have_is_in_the_configuration() {
    let host = made::host();
    let view = made::view(&host);
    let rules = render(&Survey::new(&view, &host)).unwrap();
    assert_eq!(run_nsjail(&host, &rules.output), Tree::of(&view, &host));
    assert!(rules.output.contains("src_content: \"ours\" dst: \"/etc/new\" is_dir: false"));
}

#[test]
fn odd_bytes_are_escaped_in_octal() {
    let host = MemoryHost::new().file(b"/a/\"\\\n\xff1", "").file("/a/b", "");
    let mut builder = ViewBuilder::new(&host);
    let view = builder.extra(b"/a/\"\\\n\xff1").build().unwrap();
    let text = render(&Survey::new(&view, &host)).unwrap().output;
    assert!(text.contains(r#"dst: "/a/\042\134\012\3771""#), "{text}");
}
