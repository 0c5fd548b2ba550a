//! Suppressions as they are written.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{Date, Ids, Suppression};
use crate::rules::Word;
use crate::{Error, ErrorKind, Place};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: Spanned<u32>,
    #[serde(default)]
    suppress: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    id: Spanned<String>,
    target: Option<String>,
    package: Option<String>,
    reason: Spanned<String>,
    until: Option<Spanned<Datetime>>,
}

pub(super) fn parse(text: &str) -> Result<Vec<Suppression>, Error> {
    let file: File = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        at(text, start, error.message())
    })?;
    if *file.schema.get_ref() != 1 {
        return Err(at(text, file.schema.span().start, "only schema 1 is known"));
    }
    file.suppress.into_iter().map(|table| suppression(text, table)).collect()
}

fn suppression(text: &str, table: Table) -> Result<Suppression, Error> {
    if table.reason.get_ref().trim().is_empty() {
        return Err(at(text, table.reason.span().start, "the reason is empty"));
    }
    let day = |until: Spanned<Datetime>| {
        date(until.get_ref())
            .ok_or_else(|| at(text, until.span().start, "until is a day, such as 2027-03-31"))
    };
    Ok(Suppression {
        line: Some(line(text, table.id.span().start)),
        ids: Ids::Like(Word::new(table.id.into_inner())),
        target: table.target.map(Word::new),
        package: table.package.map(Word::new),
        reason: table.reason.into_inner(),
        until: table.until.map(day).transpose()?,
    })
}

/// A day, where no time of day is given with it.
fn date(given: &Datetime) -> Option<Date> {
    let date = given.date.filter(|_| given.time.is_none())?;
    Some(Date { year: date.year, month: date.month, day: date.day })
}

fn at(text: &str, start: usize, what: &str) -> Error {
    Error::new(Place::Line(line(text, start)), ErrorKind::Suppression(what.into()))
}

fn line(text: &str, start: usize) -> usize {
    text[..start.min(text.len())].matches('\n').count() + 1
}
