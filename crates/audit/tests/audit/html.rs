use std::collections::BTreeSet;

use hermitage_audit::{Report, Summary, fixture, format, strategy};
use proptest::prelude::*;
use roxmltree::{Document, Node};

use crate::support::{places, small, xml};

/// All that pages are made of; whatever else is there came in through a name.
const ELEMENTS: &str = "a b body br button code details div form g h1 h2 head header html input label li main meta output p path rect \
                        script small span style summary svg table tbody td text th thead title tr ul";
const ATTRIBUTES: &str = "aria-label checked charset class content d data-kind data-severity data-sort data-subject height href \
                          http-equiv id lang name open placeholder role rx scope tabindex title type viewBox width x y";

#[track_caller]
fn check_parts(document: &Document<'_>) {
    let elements: BTreeSet<_> = ELEMENTS.split(' ').collect();
    let attributes: BTreeSet<_> = ATTRIBUTES.split(' ').collect();
    for node in document.descendants().filter(Node::is_element) {
        assert!(elements.contains(node.tag_name().name()), "{node:?}");
        for attribute in node.attributes() {
            assert!(attributes.contains(attribute.name()), "{attribute:?} of {node:?}");
        }
    }
    for name in ["script", "style"] {
        let all = document
            .descendants()
            .filter(|node| node.has_tag_name(("http://www.w3.org/1999/xhtml", name)));
        assert_eq!(all.count(), 1, "{name}");
    }
}

fn rows<'a>(document: &'a Document<'a>) -> Vec<Node<'a, 'a>> {
    document
        .descendants()
        .filter(|node| node.attribute("data-kind").is_some() && node.tag_name().name() == "tr")
        .collect()
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
}

proptest! {
    #[test]
    fn whatever_names_hold_the_page_has_the_parts_it_should_have(
        reports in proptest::collection::vec(strategy::report(3), 0..3),
    ) {
        let page = format::html(&reports);
        let document = xml(&page);
        check_parts(&document);
        let rows = rows(&document);
        let places: Vec<_> = reports.iter().flat_map(places).collect();
        prop_assert_eq!(rows.len(), places.len());
        for (row, place) in rows.iter().zip(places) {
            prop_assert!(text(*row).contains(&place), "{place}");
        }
    }

    #[test]
    fn the_summary_has_the_parts_it_should_have(
        reports in proptest::collection::vec(strategy::report(3), 0..4),
        page in strategy::text(),
    ) {
        let mut summary = Summary::of(&reports);
        for row in &mut summary.packages {
            row.page = Some(page.clone());
        }
        let html = summary.html();
        let document = xml(&html);
        check_parts(&document);
        prop_assert_eq!(rows(&document).len(), summary.packages.len());
        for link in document.descendants().filter_map(|node| node.attribute("href")) {
            prop_assert!(link.starts_with("./") && !link.contains(':'), "{link}");
        }
    }
}

#[test]
fn the_page_loads_nothing() {
    let page = format::html(&[small()]);
    for sign in ["src=", "url(", "@import", "<link", "fetch(", "XMLHttpRequest"] {
        assert!(!page.contains(sign), "{sign}");
    }
    let addresses = page.matches("http").count();
    let namespaces = page.matches("xmlns=\"http").count() + page.matches("http-equiv").count();
    assert_eq!(addresses, namespaces);
    assert!(page.contains("content=\"default-src 'none';"), "no policy forbids it");
}

#[test]
fn a_name_that_is_a_script_is_text() {
    let mut report = small();
    report.findings[0].message = "<script>alert(1)</script>".to_owned();
    let page = format::html(&[report]);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    check_parts(&xml(&page));
}

fn picture(report: &Report) -> Vec<(String, String)> {
    let page = format::html(std::slice::from_ref(report));
    let document = xml(&page);
    let chips = document.descendants().filter(|node| {
        node.attribute("class").is_some_and(|class| class.split(' ').any(|name| name == "chip"))
    });
    chips
        .map(|chip| {
            let name = chip.children().find(|node| node.tag_name().name() == "title").unwrap();
            let lane = chip.parent().unwrap().attribute("class").unwrap_or("").to_owned();
            (lane, name.text().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn the_picture_shows_packages_by_kind_and_the_way_to_them() {
    let expected = [
        ("undeclared", "sys-libs/zlib-1.3"),
        ("indirect", "dev-libs/a-1 by DEPEND dev-libs/a"),
        ("indirect", "dev-libs/b-2 by RDEPEND dev-libs/b"),
        ("unused", "dev-util/flex-2.6"),
        ("", "app-misc/viewer-1.2"),
    ];
    let expected = expected.map(|(lane, name)| (lane.to_owned(), name.to_owned()));
    assert_eq!(picture(&small()), expected);
}

#[test]
fn every_package_of_a_large_report_is_in_the_picture() {
    let report = fixture::report(500);
    let names: BTreeSet<_> = picture(&report)
        .into_iter()
        .map(|(_, title)| title.split(" by ").next().unwrap().to_owned())
        .collect();
    for package in report.findings.iter().filter_map(|finding| finding.package.as_ref()) {
        assert!(names.contains(&package.cpv), "{}", package.cpv);
    }
}

proptest! {
    #[test]
    fn whatever_the_ways_are_every_row_has_its_place_in_the_picture(report in strategy::report(6)) {
        let page = format::html(std::slice::from_ref(&report));
        let document = xml(&page);
        let subjects = |name: &str| -> BTreeSet<String> {
            let nodes = document.descendants().filter(|node| node.tag_name().name() == name);
            nodes.filter_map(|node| node.attribute("data-subject")).map(str::to_owned).collect()
        };
        prop_assert_eq!(subjects("tr"), subjects("g"));
    }
}
