//! Rules for gentoo/sandbox.

use std::collections::BTreeSet;

use hermitage_rules::sandbox::{Bulk, Form, LIMIT, Moment, Options, render};
use hermitage_rules::test_support::SandboxModel;
use hermitage_rules::{ErrorKind, Fidelity, Place, Survey};
use hermitage_view::test_support::case;
use hermitage_view::{MemoryHost, ViewBuilder};
use proptest::prelude::*;

use crate::support::{assert_as_stated, config, view_of};

const FORMS: [Form; 3] = [Form::Deny, Form::Least, Form::Allow];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_form_allows_what_it_states((host, wanted) in case()) {
        let view = wanted.builder(&host).build().unwrap();
        let survey = Survey::new(&view, &host);
        for form in FORMS {
            let rules = render(&survey, &Options { form, ..Options::default() }).unwrap();
            let (read, deny) = (rules.output.read_value(), rules.output.deny_value());
            let model = SandboxModel::new(&host, &read, &deny);
            assert_as_stated(&view, &host, &rules.fidelity, |path| model.reads_real(&host, path));
            prop_assert!(rules.fidelity.wider().is_empty());
            // No name of these hosts has a colon.
            prop_assert!(form != Form::Deny || rules.fidelity.is_exact());
            let again = render(&Survey::new(&view, &host), &Options { form, ..Options::default() });
            prop_assert_eq!(rules.output.bashrc(), again.unwrap().output.bashrc());
        }
    }
}

#[test]
fn the_shortest_form_of_a_small_view_allows() {
    let host = MemoryHost::new().file("/a/1", "").file("/a/2", "").file("/b", "").file("/c", "");
    let view = view_of(&host, &["/a/1", "/a/2"]);
    let rules = render(&Survey::new(&view, &host), &with(Form::Least)).unwrap();
    assert_eq!((rules.output.read_value(), rules.output.deny_value()), (b"/a".to_vec(), vec![]));
    assert_eq!(rules.fidelity, Fidelity::Stricter { paths: vec![b"/".to_vec()] });
}

#[test]
fn a_name_with_a_colon_is_denied_with_its_directory() {
    let host = MemoryHost::new().file("/man/A::B.3", "").file("/man/c.3", "").file("/d", "");
    let view = view_of(&host, &["/man/c.3", "/d"]);
    let rules = render(&Survey::new(&view, &host), &with(Form::Deny)).unwrap();
    assert_eq!(rules.output.deny_value(), b"/man");
    let paths = vec![b"/man".to_vec(), b"/man/c.3".to_vec()];
    assert_eq!(rules.fidelity, Fidelity::Stricter { paths });
}

#[test]
fn lists_that_are_read_at_the_start_name_no_dollar_and_no_line_break() {
    for name in ["/a/x${HOME}", "/a/$x", "/a/x\ny"] {
        let host =
            MemoryHost::new().file(name, "").file("/a/b", "").file("/c/d", "").file("/e", "");
        let view = view_of(&host, &["/a/b", "/e"]);
        let survey = Survey::new(&view, &host);
        let odd = |path: &Vec<u8>| path.iter().any(|byte| b"$\n".contains(byte));
        for form in FORMS {
            let within = render(&survey, &with(form)).unwrap();
            assert!(within.output.deny().iter().any(odd) || form != Form::Deny);
            let options = Options { moment: Moment::Start, ..with(form) };
            let rules = render(&survey, &options).unwrap();
            assert!(!rules.output.deny().iter().chain(rules.output.read()).any(odd));
            let (read, deny) = (rules.output.read_value(), rules.output.deny_value());
            let model = SandboxModel::started(&host, &read, &deny);
            assert_as_stated(&view, &host, &rules.fidelity, |path| model.reads_real(&host, path));
        }
    }
}

#[test]
fn a_hidden_name_with_a_colon_in_the_root_is_refused() {
    let host = MemoryHost::new().file("/a:b", "").file("/c", "");
    let view = view_of(&host, &["/c"]);
    let error = render(&Survey::new(&view, &host), &with(Form::Deny)).unwrap_err();
    assert_eq!(error.place(), &Place::Path(b"/a:b".to_vec()));
    assert!(matches!(error.kind(), ErrorKind::Unspeakable(_)));
}

#[test]
fn a_visible_name_with_a_colon_is_left_out_and_said() {
    let host = MemoryHost::new().file("/a/b:c", "").file("/a/d", "").file("/a/e", "");
    let view = view_of(&host, &["/a/b:c", "/a/d"]);
    let rules = render(&Survey::new(&view, &host), &with(Form::Allow)).unwrap();
    assert_eq!(rules.output.read_value(), b"/a/d");
    assert!(rules.fidelity.stricter().contains(&b"/a/b:c".to_vec()));
}

#[test]
fn a_hidden_link_does_not_deny_what_it_leads_to() {
    let host = MemoryHost::new().file("/bin/gcc-15", "").symlink("/bin/gcc", "gcc-15");
    let view = view_of(&host, &["/bin/gcc-15"]);
    let rules = render(&Survey::new(&view, &host), &with(Form::Deny)).unwrap();
    let model = SandboxModel::new(&host, &rules.output.read_value(), &rules.output.deny_value());
    assert!(model.reads(&host, b"/bin/gcc-15"));
}

#[test]
fn provided_directories_are_the_hosts_and_synthetic_files_are_not_there() {
    let host = MemoryHost::new().file("/etc/hosts", "real").file("/tmp/x", "").file("/y", "");
    let mut builder = ViewBuilder::new(&host);
    builder.synthesise("/etc/hosts", 0o644, "ours").provided("/tmp").extra("/y");
    let view = builder.build().unwrap();
    for form in FORMS {
        let rules = render(&Survey::new(&view, &host), &with(form)).unwrap();
        assert!(rules.fidelity.stricter().contains(&b"/etc/hosts".to_vec()), "{form:?}");
        assert_eq!(rules.fidelity.wider(), [b"/tmp".to_vec()], "{form:?}");
        let output = rules.output;
        let model = SandboxModel::new(&host, &output.read_value(), &output.deny_value());
        assert_as_stated(&view, &host, &rules.fidelity, |path| model.reads_real(&host, path));
    }
}

/// Many hidden manual pages with long names, and some other files.
fn large(pages: usize) -> MemoryHost {
    let mut host = MemoryHost::new().file("/usr/bin/gcc", "").file("/usr/bin/other", "");
    for number in 0..pages {
        host = host.file(format!("/usr/share/man/man3/{number:0100}.3"), "");
        host = host.file(format!("/usr/share/man/man3/{number:0100}.hidden"), "");
    }
    host
}

fn visible_pages(pages: usize) -> Vec<String> {
    let page = |number| format!("/usr/share/man/man3/{number:0100}.3");
    (0..pages).map(page).chain(["/usr/bin/gcc".to_owned()]).collect()
}

#[test]
fn what_does_not_fit_is_refused_with_what_would() {
    let (host, paths) = (large(1200), visible_pages(1200));
    let view = view_of(&host, &paths.iter().map(String::as_str).collect::<Vec<_>>());
    let survey = Survey::new(&view, &host);
    let error = render(&survey, &Options::default()).unwrap_err();
    assert_eq!(error.place(), &Place::Output("SANDBOX_DENY"));
    let ErrorKind::TooLong { bytes, limit, attempts } = error.kind() else {
        unreachable!("{error}")
    };
    assert!(bytes > limit && *limit == LIMIT);
    assert_eq!(attempts.len(), 3 * 16);
    let message = error.to_string();
    assert!(message.contains("the deny form without man takes"), "{message}");

    let options = Options { leave_out: BTreeSet::from([Bulk::Man]), ..Options::default() };
    let rules = render(&survey, &options).unwrap();
    assert_eq!(rules.output.deny_value(), b"/usr/bin/other:/usr/share/man");
    // The directory, man3 in it, and the pages.
    assert_eq!(rules.fidelity.stricter().len(), 1202);
}

#[test]
fn the_limit_counts_the_name_the_separators_and_the_end() {
    let name = |len: usize| format!("/{}", "x".repeat(len - 1));
    // SANDBOX_DENY= is 13 bytes, the end 1.
    for (len, fits) in [(LIMIT - 14, true), (LIMIT - 13, false)] {
        let host = MemoryHost::new().file(name(len), "").file("/a", "");
        let view = view_of(&host, &["/a"]);
        let rendered = render(&Survey::new(&view, &host), &with(Form::Deny));
        assert_eq!(rendered.is_ok(), fits, "{len}");
        let inherited = Options { inherited: 1, ..with(Form::Deny) };
        assert!(render(&Survey::new(&view, &host), &inherited).is_err());
    }
}

#[test]
fn a_form_that_fits_is_found() {
    // Few visible files among many hidden ones: too many to deny, few to allow.
    let mut host = MemoryHost::new().file("/usr/bin/gcc", "");
    for number in 0..1500 {
        host = host.file(format!("/usr/bin/{number:0100}"), "");
    }
    let view = view_of(&host, &["/usr/bin/gcc"]);
    let rules = render(&Survey::new(&view, &host), &Options::default()).unwrap();
    assert_eq!(rules.output.form(), Form::Least);
    assert_eq!(rules.output.read_value(), b"/usr/bin/gcc");
}

fn with(form: Form) -> Options {
    Options { form, ..Options::default() }
}
