use std::path::PathBuf;

use hermitage_mountns::ByteString;

use super::{Candidate, Kind, Request, Subject, path, request, text, texts};
use crate::bench::scratch;
use crate::failure::Failure;

/// One of our backends, as users call it.
#[derive(Clone, Debug)]
pub(in crate::bench) struct Own {
    /// What `--backend` calls it.
    pub(in crate::bench) backend: &'static str,
    verb: Verb,
    index: Index,
}

/// From where the view comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bench) enum Verb {
    /// `hermitage run`: the package database.
    Run,
    /// `hermitage exec`: a saved plan.
    Exec,
}

/// What is in the cache when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bench) enum Index {
    /// It keeps nothing there.
    None,
    /// Nothing yet.
    Cold,
    /// What the same call left there before.
    Warm,
}

impl Own {
    pub(in crate::bench) fn new(backend: &'static str, verb: Verb, index: Index) -> Self {
        Self { backend, verb, index }
    }

    /// The same with the cache in another state.
    pub(in crate::bench) fn with(&self, index: Index) -> Self {
        Self { index, ..self.clone() }
    }

    /// Whether it has left anything in its cache.
    pub(in crate::bench) fn keeps_something(&self, subject: &Subject<'_>) -> bool {
        let mut directories = vec![self.cache(subject)];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => directories.push(entry.path()),
                    _ => return true,
                }
            }
        }
        false
    }

    fn cache(&self, subject: &Subject<'_>) -> PathBuf {
        let verb = if self.verb == Verb::Run { "run" } else { "exec" };
        subject.scratch.caches().join(format!("{}-{verb}", self.backend))
    }
}

impl Candidate for Own {
    fn name(&self) -> String {
        let mut name = self.backend.to_owned();
        if self.verb == Verb::Exec {
            name.push_str(", saved plan");
        }
        name.push_str(match self.index {
            Index::None => "",
            Index::Cold => ", cold index",
            Index::Warm => ", warm index",
        });
        name
    }

    fn kind(&self) -> Kind {
        Kind::Own
    }

    fn prepare(&self, _subject: &Subject<'_>) -> Result<(), String> {
        Ok(())
    }

    fn request(&self, subject: &Subject<'_>, argv: &[ByteString]) -> Result<Request, Failure> {
        let cache = self.cache(subject);
        if self.index == Index::Cold {
            scratch::remove(&cache)
                .map_err(|error| Failure::file(&cache, "can't be emptied", &error))?;
        }
        let mut words = vec![text(subject.scratch.executable())];
        match self.verb {
            Verb::Run => words.extend(subject.run.iter().map(text)),
            Verb::Exec => {
                words.extend(["exec", "--plan"].map(text));
                words.push(text(&subject.plan_file));
            }
        }
        words.extend([text("--quiet"), text("--backend"), text(self.backend), text("--timings")]);
        words.extend(self.timings(subject).map(text));
        words.push(text("--"));
        words.extend(texts(argv));
        let mut request = request(subject, words);
        request.env.push(("XDG_CACHE_HOME".into(), path(&cache)));
        Ok(request)
    }

    fn timings(&self, subject: &Subject<'_>) -> Option<PathBuf> {
        Some(subject.scratch.place("timings.json"))
    }
}
