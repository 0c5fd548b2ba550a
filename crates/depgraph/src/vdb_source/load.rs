//! Reading the fields of all packages, on all processors.

use crate::class::DepClass;
use crate::error::{Error, ErrorKind, Place};
use crate::package::Package;
use hermitage_atom::{DepKind, DepSpec, Eapi};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::{fs, io, thread};

/// A package as read.
pub(super) struct Loaded {
    pub(super) entry: hermitage_vdb::Package,
    pub(super) package: Package,
    pub(super) specs: Specs,
}

/// The dependencies of a package, or what is wrong with them; none for a class it does not have.
#[derive(Debug)]
pub(super) struct Specs {
    by_class: [Option<Result<DepSpec, DepProblem>>; 5],
    nothing: DepSpec,
}

impl Specs {
    pub(super) fn get(&self, class: DepClass) -> Result<&DepSpec, &DepProblem> {
        match &self.by_class[class as usize] {
            None => Ok(&self.nothing),
            Some(spec) => spec.as_ref(),
        }
    }
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
        let workers: Vec<_> = entries
            .chunks(share)
            .map(|chunk| scope.spawn(|| chunk.iter().map(package).collect::<Result<Vec<_>, _>>()))
            .collect();
        let mut loaded = Vec::with_capacity(entries.len());
        for worker in workers {
            match worker.join() {
                Ok(part) => loaded.extend(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(loaded)
    })
}

fn package(entry: &hermitage_vdb::Package) -> Result<Loaded, Error> {
    let fields = Fields::of(entry).map_err(|cause| failed(entry, cause))?;
    let text = |name: &str| fields.text(name).map_err(|cause| failed(entry, cause));
    // An EAPI that is not known makes the dependencies unreadable, and nothing else.
    let eapi = if fields.has("EAPI") { entry.eapi().map_err(Arc::new) } else { Ok(Eapi::V0) };
    let mut package = Package::new(entry.cpv().clone())
        .with_slot(&text("SLOT")?)
        .with_eapi(eapi.as_ref().copied().unwrap_or_default())
        .with_use(text("USE")?.split_ascii_whitespace())
        .with_iuse(text("IUSE")?.split_ascii_whitespace())
        .with_iuse(text("IUSE_EFFECTIVE")?.split_ascii_whitespace());
    for name in ["REPOSITORY", "repository"] {
        let repository = text(name)?;
        if !repository.is_empty() {
            package = package.with_repository(&repository);
        }
    }
    let specs = Specs {
        by_class: DepClass::ALL.map(|class| fields.spec(class, eapi.clone())),
        nothing: DepSpec::empty(eapi.unwrap_or_default(), DepKind::Package),
    };
    Ok(Loaded { entry: entry.clone(), package, specs })
}

/// The fields of a package. The directory is listed first, since most fields of most packages are absent, and asking
/// for each of them costs more than the list.
struct Fields<'a> {
    entry: &'a hermitage_vdb::Package,
    names: BTreeSet<Vec<u8>>,
}

impl<'a> Fields<'a> {
    fn of(entry: &'a hermitage_vdb::Package) -> io::Result<Self> {
        use std::os::unix::ffi::OsStringExt as _;
        let names = fs::read_dir(entry.dir())?
            .map(|file| Ok(file?.file_name().into_vec()))
            .collect::<io::Result<_>>()?;
        Ok(Self { entry, names })
    }

    /// Whether the field has a file, or may be in `metadata`.
    fn has(&self, name: &str) -> bool {
        self.names.contains(name.as_bytes()) || self.names.contains(b"metadata".as_slice())
    }

    fn text(&self, name: &str) -> Result<String, hermitage_vdb::Error> {
        if self.has(name) { self.entry.text(name) } else { Ok(String::new()) }
    }

    fn spec(
        &self,
        class: DepClass,
        eapi: Result<Eapi, Arc<hermitage_vdb::Error>>,
    ) -> Option<Result<DepSpec, DepProblem>> {
        let text = match self.text(class.as_str()) {
            Ok(text) if text.is_empty() => return None,
            Ok(text) => text,
            Err(error) => return Some(Err(Arc::new(error).into())),
        };
        let parse = |eapi| Ok(DepSpec::parse(&text, eapi, DepKind::Package)?);
        Some(eapi.map_err(DepProblem::from).and_then(parse))
    }
}

fn failed(
    entry: &hermitage_vdb::Package,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::new(Place::Package(entry.cpv().to_string()), ErrorKind::Source).because(cause)
}
