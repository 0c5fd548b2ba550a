//! A page that needs nothing but itself.

use std::fmt::{self, Display};

use super::Xml;
use crate::{Kind, Severity};

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// A page of HTML that is well-formed XML too, so that a plain XML parser can tell that nothing in it is left open.
///
/// Its policy forbids it to load anything. Without scripts everything on it can be read.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    /// The line below the title, as HTML.
    pub(crate) lead: String,
    /// What severities can be filtered by.
    pub(crate) severities: &'a [Severity],
    /// What kinds can be filtered by.
    pub(crate) kinds: &'a [Kind],
    /// The rest, as HTML.
    pub(crate) body: String,
}

impl Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = Xml(self.title);
        writeln!(f, "<!DOCTYPE html>")?;
        writeln!(f, "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">")?;
        writeln!(f, "<head>")?;
        writeln!(f, "<meta charset=\"utf-8\"/>")?;
        writeln!(f, "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"/>")?;
        writeln!(f, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")?;
        writeln!(f, "<meta name=\"color-scheme\" content=\"light dark\"/>")?;
        writeln!(f, "<title>{title}</title>")?;
        writeln!(f, "<style>\n{STYLE}</style>")?;
        writeln!(f, "</head>\n<body>")?;
        writeln!(f, "<header>\n<h1>{title}</h1>\n<p>{}</p>\n</header>", self.lead)?;
        self.filters(f)?;
        writeln!(f, "<main>\n{}</main>", self.body)?;
        // The markers hide the script from XML, and are comments to the script.
        writeln!(f, "<script>//<![CDATA[\n{SCRIPT}//]]></script>")?;
        writeln!(f, "</body>\n</html>")
    }
}

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'";

impl Page<'_> {
    fn filters(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "<form class=\"filters\" role=\"search\">")?;
        writeln!(
            f,
            "<input id=\"words\" type=\"search\" placeholder=\"filter: words that must all occur\" aria-label=\"filter\"/>"
        )?;
        for severity in self.severities {
            checkbox(f, "severity", severity.as_str(), "")?;
        }
        for kind in self.kinds {
            checkbox(f, "kind", kind.as_str(), kind.meaning())?;
        }
        writeln!(f, "<output id=\"count\"></output>\n</form>")
    }
}

fn checkbox(f: &mut fmt::Formatter<'_>, what: &str, name: &str, meaning: &str) -> fmt::Result {
    let meaning = Xml(meaning);
    writeln!(
        f,
        "<label class=\"{what} {name}\" title=\"{meaning}\">\
         <input type=\"checkbox\" checked=\"\" data-{what}=\"{name}\"/>{name}</label>"
    )
}

/// How a column of a table is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// By its text.
    Text,
    /// By the number that is shown, the largest first.
    Number,
    /// By a number that is not shown, the largest first.
    Rank,
}

/// The head of a table that can be sorted.
pub(crate) fn head(columns: &[(&str, By)]) -> String {
    let cell = |(name, by): &(&str, By)| {
        let class = match by {
            By::Text => "",
            By::Number => " class=\"number\"",
            By::Rank => " class=\"rank\"",
        };
        format!("<th scope=\"col\"{class}><button type=\"button\">{}</button></th>", Xml(name))
    };
    let cells: String = columns.iter().map(cell).collect();
    format!("<thead><tr>{cells}</tr></thead>\n")
}
