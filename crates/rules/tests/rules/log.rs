//! The log of gentoo/sandbox.

use hermitage_rules::Place;
use hermitage_rules::sandbox::log::{Status, parse};
use proptest::prelude::*;

use crate::support::config;

const HEAD: &str = "VERSION 1.0\nFORMAT: F - Function called\nFORMAT: S - Access Status\n\
    FORMAT: P - Path as passed to function\nFORMAT: A - Absolute Path (not canonical)\n\
    FORMAT: R - Canonical Path\nFORMAT: C - Command Line\n";

fn entry(path: &str, command: &str) -> String {
    format!("\nF: open_rd\nS: deny\nP: {path}\nA: /w/{path}\nR: /real/{path}\nC: {command}\n")
}

#[test]
fn a_command_may_have_many_lines() {
    let script = "sh -c \nF: not a record\n\nif true; then\n\tcat x\nfi \n";
    let text = [HEAD, &entry("x", script), &entry("y", "cat y ")].concat();
    let records: Vec<_> = parse(text.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].command, script.as_bytes());
    assert_eq!(records[0].line, 9);
    assert_eq!(records[1].line, 9 + 13);
    assert_eq!((records[1].path, records[1].absolute), (&b"y"[..], &b"/w/y"[..]));
    assert_eq!((records[1].canonical, records[1].command), (&b"/real/y"[..], &b"cat y "[..]));
    assert_eq!((records[1].function, records[1].status), (&b"open_rd"[..], Status::Deny));
}

#[test]
fn owners_are_asked_for_by_the_canonical_path() {
    let text = [HEAD, &entry("x", "cat x ")].concat();
    let record = parse(text.as_bytes()).next().unwrap().unwrap();
    let access = record.with_owners(|path| {
        assert_eq!(path, b"/real/x");
        vec!["cat/pkg-1"]
    });
    assert_eq!(access.owners, ["cat/pkg-1"]);
    assert_eq!((&access.path[..], &access.absolute[..]), (&b"x"[..], &b"/w/x"[..]));
    assert_eq!((&access.function[..], access.status), (&b"open_rd"[..], Status::Deny));
    assert_eq!(access.command, b"cat x ");
}

#[test]
fn a_path_may_have_many_lines() {
    let text = [HEAD, &entry("a\nb", "c")].concat();
    let records: Vec<_> = parse(text.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(records[0].canonical, b"/real/a\nb");
}

#[test]
fn a_head_alone_and_nothing_have_no_records() {
    assert_eq!(parse(HEAD.as_bytes()).count(), 0);
    assert_eq!(parse(b"").count(), 0);
}

#[test]
fn what_is_no_record_is_reported_by_line_and_the_rest_is_read() {
    let text = ["VERSION 1.0\nwhat is this\n", &entry("x", "c")].concat();
    let results: Vec<_> = parse(text.as_bytes()).collect();
    assert_eq!(results[0].as_ref().unwrap_err().place(), &Place::Line(2));
    assert_eq!(results[1].as_ref().unwrap().path, b"x");

    let cut = [HEAD, "\nF: open_rd\nS: deny\nP: x\nA: /x\n", &entry("y", "c")].concat();
    let results: Vec<_> = parse(cut.as_bytes()).collect();
    assert_eq!(results[0].as_ref().unwrap_err().place(), &Place::Line(9));
    assert_eq!(results[1].as_ref().unwrap().path, b"y");
    assert_eq!(results.len(), 2);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn records_are_read_as_they_were_written(entries in prop::collection::vec(("[a-z/ \n]{1,12}", "[a-zFSPA: \n]{0,30}"), 0..6)) {
        let text: String = entries.iter().map(|(path, command)| entry(path, command)).collect();
        let text = [HEAD, &text].concat();
        let records: Vec<_> = parse(text.as_bytes()).map(Result::unwrap).collect();
        prop_assert_eq!(records.len(), entries.len());
        for (record, (path, command)) in records.iter().zip(&entries) {
            prop_assert_eq!(record.path, path.as_bytes());
            prop_assert_eq!(record.command, command.as_bytes());
        }
    }

    #[test]
    fn arbitrary_bytes_are_read_to_their_end(text in prop::collection::vec(any::<u8>(), 0..200), cut in 0..400_usize) {
        let _ = parse(&text).count();
        let whole = [HEAD, &entry("x", "c"), &entry("y", "c")].concat();
        let _ = parse(&whole.as_bytes()[..cut.min(whole.len())]).count();
    }
}
