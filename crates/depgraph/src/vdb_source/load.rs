//! Reading the fields of all packages, on all processors.

use super::holding;
use crate::class::{Classes, DepClass};
use crate::error::{Error, ErrorKind, Place};
use crate::package::Package;
use crate::source::Holding;
use hermitage_atom::{DepKind, DepSpec, Eapi};
use hermitage_vdb::{FieldReader, OpenFields};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::thread;

/// A package as read.
pub(super) struct Loaded {
    pub(super) entry: hermitage_vdb::Package,
    pub(super) package: Package,
    pub(super) specs: Specs,
    pub(super) holding: Holding,
}

/// The dependencies of a class, or what is wrong with them; nothing where there are none.
type Spec = Option<Result<DepSpec, DepProblem>>;

/// The dependencies of a package. Those that only the target of a query is asked for are read when they are needed.
#[derive(Debug)]
pub(super) struct Specs {
    by_class: [OnceLock<Spec>; 5],
    nothing: DepSpec,
    eapi: Result<Eapi, Arc<hermitage_vdb::Error>>,
}

impl Specs {
    /// Reads what most queries ask of every package.
    fn read(fields: &mut OpenFields<'_>, eapi: Result<Eapi, Arc<hermitage_vdb::Error>>) -> Self {
        let nothing = DepSpec::empty(eapi.as_ref().copied().unwrap_or_default(), DepKind::Package);
        let by_class = DepClass::ALL.map(|class| {
            if Classes::INSTALLED.contains(class) {
                spec(fields.text(class.as_str()), &eapi).into()
            } else {
                OnceLock::new()
            }
        });
        Self { by_class, nothing, eapi }
    }

    pub(super) fn get(
        &self,
        entry: &hermitage_vdb::Package,
        class: DepClass,
    ) -> Result<&DepSpec, &DepProblem> {
        let read = || spec(entry.text(class.as_str()).map(Cow::from), &self.eapi);
        match self.by_class[class as usize].get_or_init(read) {
            None => Ok(&self.nothing),
            Some(spec) => spec.as_ref(),
        }
    }
}

fn spec(
    text: Result<Cow<'_, str>, hermitage_vdb::Error>,
    eapi: &Result<Eapi, Arc<hermitage_vdb::Error>>,
) -> Spec {
    let text = match text {
        Ok(text) if text.is_empty() => return None,
        Ok(text) => text,
        Err(error) => return Some(Err(Arc::new(error).into())),
    };
    let parse = |eapi| Ok(DepSpec::parse(&text, eapi, DepKind::Package)?);
    Some(eapi.clone().map_err(DepProblem::from).and_then(parse))
}

/// Why the dependencies of a package are not known.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum DepProblem {
    #[error(transparent)]
    Syntax(#[from] hermitage_atom::Error),
    #[error(transparent)]
    Field(#[from] Arc<hermitage_vdb::Error>),
}

pub(super) fn load(entries: &[hermitage_vdb::Package]) -> Result<Vec<Loaded>, Error> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(8);
    let share = entries.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let start =
            |chunk| (chunk, thread::Builder::new().spawn_scoped(scope, move || part(chunk)));
        let workers: Vec<_> = entries.chunks(share).map(start).collect();
        let mut loaded = Vec::with_capacity(entries.len());
        for (chunk, worker) in workers {
            match worker.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(part)) => loaded.extend(part?),
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                // No thread is to be had: this one reads that part too.
                Err(_) => loaded.extend(part(chunk)?),
            }
        }
        Ok(loaded)
    })
}

fn part(entries: &[hermitage_vdb::Package]) -> Result<Vec<Loaded>, Error> {
    let mut reader = FieldReader::default();
    entries.iter().map(|entry| package(&mut reader, entry)).collect()
}

fn package(reader: &mut FieldReader, entry: &hermitage_vdb::Package) -> Result<Loaded, Error> {
    let because = |cause| failed(entry, cause);
    let mut fields = reader.open(entry).map_err(because)?;
    // An EAPI that is not known makes the dependencies unreadable, and nothing else.
    let eapi = match &*fields.text("EAPI").map_err(because)? {
        "" => Ok(Eapi::V0),
        known => Eapi::parse(known).or_else(|_| entry.eapi().map_err(Arc::new)),
    };
    let mut package =
        Package::new(entry.cpv().clone()).with_eapi(eapi.as_ref().copied().unwrap_or_default());
    package = package.with_slot(&fields.text("SLOT").map_err(because)?);
    package = package.with_use(words(&fields.text("USE").map_err(because)?));
    package = package.with_iuse(words(&fields.text("IUSE").map_err(because)?));
    package = package.with_iuse(words(&fields.text("IUSE_EFFECTIVE").map_err(because)?));
    for name in ["REPOSITORY", "repository"] {
        let repository = fields.text(name).map_err(because)?;
        if !repository.is_empty() {
            package = package.with_repository(&repository);
        }
    }
    let specs = Specs::read(&mut fields, eapi);
    let holding = holding::of(&mut fields).map_err(because)?;
    Ok(Loaded { entry: entry.clone(), package, specs, holding })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_ascii_whitespace()
}

fn failed(entry: &hermitage_vdb::Package, cause: hermitage_vdb::Error) -> Error {
    Error::new(Place::Package(entry.cpv().to_string()), ErrorKind::Source).because(cause)
}
