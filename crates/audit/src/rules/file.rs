//! Rules as they are written.

use hermitage_view::Pattern;
use serde::Deserialize;

use super::word::Word;
use super::{Alternatives, Names, Quiet, Role, Rules};
use crate::error::Place;
use crate::{Answer, Error, ErrorKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    #[serde(default)]
    role: Vec<RoleTable>,
    #[serde(default)]
    quiet: Vec<QuietTable>,
    #[serde(default)]
    alternatives: Vec<AlternativesTable>,
    #[serde(default)]
    implicit: Vec<ImplicitTable>,
    #[serde(default)]
    companions: Vec<CompanionsTable>,
    #[serde(default)]
    sought: Vec<SoughtTable>,
    #[serde(default)]
    searched: Vec<SearchedTable>,
    #[serde(default)]
    names: Vec<NamesTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleTable {
    role: Role,
    paths: Vec<toml::Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuietTable {
    id: toml::Spanned<String>,
    reason: String,
    #[serde(default)]
    programs: Vec<String>,
    #[serde(default)]
    paths: Vec<toml::Spanned<String>>,
    #[serde(default)]
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AlternativesTable {
    id: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImplicitTable {
    #[serde(rename = "id")]
    _id: String,
    #[serde(rename = "reason")]
    _reason: String,
    packages: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompanionsTable {
    #[serde(rename = "id")]
    _id: String,
    #[serde(rename = "reason")]
    _reason: String,
    programs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SoughtTable {
    #[serde(rename = "id")]
    _id: String,
    #[serde(rename = "reason")]
    _reason: String,
    files: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchedTable {
    role: Role,
    #[serde(rename = "reason")]
    _reason: String,
    directories: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamesTable {
    package: String,
    names: Vec<String>,
}

pub(super) fn parse(text: &str) -> Result<Rules, Error> {
    let file: File = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        at(text, start, error.message())
    })?;
    if file.schema != 1 {
        return Err(Error::new(Place::Nowhere, ErrorKind::Rule("only schema 1 is known".into())));
    }
    let patterns = |paths: Vec<toml::Spanned<String>>| {
        let pattern = |path: toml::Spanned<String>| {
            Pattern::parse(path.get_ref())
                .map_err(|error| at(text, path.span().start, &error.to_string()))
        };
        paths.into_iter().map(pattern).collect::<Result<Vec<_>, _>>()
    };
    let role = |table: RoleTable| Ok((table.role, patterns(table.paths)?));
    let quiet = |table: QuietTable| {
        if table.programs.is_empty() && table.paths.is_empty() {
            return Err(at(
                text,
                table.id.span().start,
                "it has neither programs nor paths, and would silence all",
            ));
        }
        Ok(Quiet {
            id: table.id.into_inner(),
            reason: table.reason,
            programs: words(table.programs),
            paths: patterns(table.paths)?,
            answers: table.answers,
        })
    };
    let alternatives =
        |table: AlternativesTable| Alternatives { id: table.id, names: words(table.names) };
    Ok(Rules {
        roles: file.role.into_iter().map(role).collect::<Result<_, Error>>()?,
        quiet: file.quiet.into_iter().map(quiet).collect::<Result<_, Error>>()?,
        alternatives: file.alternatives.into_iter().map(alternatives).collect(),
        implicit: file.implicit.into_iter().flat_map(|table| words(table.packages)).collect(),
        companions: file.companions.into_iter().flat_map(|table| words(table.programs)).collect(),
        sought: file.sought.into_iter().flat_map(|table| words(table.files)).collect(),
        searched: file.searched.into_iter().map(|table| (table.role, table.directories)).collect(),
        names: file
            .names
            .into_iter()
            .map(|table| Names { package: table.package, names: table.names })
            .collect(),
    })
}

fn words(texts: Vec<String>) -> Vec<Word> {
    texts.into_iter().map(Word::new).collect()
}

fn at(text: &str, start: usize, what: &str) -> Error {
    let line = text[..start.min(text.len())].matches('\n').count() + 1;
    Error::new(Place::Line(line), ErrorKind::Rule(what.into()))
}
