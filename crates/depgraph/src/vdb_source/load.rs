//! Reading the fields of packages when they are asked for.

use super::holding;
use crate::class::{Classes, DepClass};
use crate::error::{Error, ErrorKind, Place};
use crate::package::{Extras, Facts, Unread};
use crate::source::Holding;
use hermitage_atom::{DepKind, DepSpec, Eapi};
use hermitage_vdb::{FieldReader, OpenFields};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

type Cause = Arc<hermitage_vdb::Error>;

/// The first failure to read what some package was asked, and which package that was.
pub(super) type Failure = Arc<OnceLock<(String, Cause)>>;

/// A package of the database, and what has been read of it so far.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) package: hermitage_vdb::Package,
    core: OnceLock<Result<Core, Cause>>,
    extras: OnceLock<Extras>,
    /// What is answered in the place of facts that can't be read.
    unknown: OnceLock<Facts>,
    failure: Failure,
}

/// What most queries ask of every package that they come to.
#[derive(Debug)]
pub(super) struct Core {
    facts: Facts,
    pub(super) specs: Specs,
    pub(super) holding: Holding,
}

impl Entry {
    pub(super) fn new(package: hermitage_vdb::Package, failure: Failure) -> Self {
        Self {
            package,
            core: OnceLock::new(),
            extras: OnceLock::new(),
            unknown: OnceLock::new(),
            failure,
        }
    }

    /// What is asked first, read at once.
    pub(super) fn core(&self) -> Result<&Core, &Cause> {
        self.read_ahead(&mut FieldReader::default()).as_ref()
    }

    pub(super) fn read_ahead(&self, reader: &mut FieldReader) -> &Result<Core, Cause> {
        let mut read = || Core::read(&mut reader.open(&self.package)?, &self.package);
        self.core.get_or_init(|| read().map_err(Arc::new))
    }

    /// Reads what atoms can ask, too. What can't be read is told when it is asked for.
    pub(super) fn read_whole(&self, reader: &mut FieldReader) {
        let Ok(mut fields) = reader.open(&self.package) else { return };
        let core = || Core::read(&mut fields, &self.package).map_err(Arc::new);
        let _ = self.core.get_or_init(core);
        if self.extras.get().is_none()
            && let Ok(extras) = read_extras(&mut fields)
        {
            let _ = self.extras.set(extras);
        }
    }

    /// Whether everything has been read.
    pub(super) fn is_whole(&self) -> bool {
        self.core.get().is_some_and(Result::is_ok) && self.extras.get().is_some()
    }

    /// Notes what stands in the way of an answer that has no room for errors.
    fn note(&self, cause: Cause) {
        // Only the first is told.
        let _ = self.failure.set((self.package.cpv().to_string(), cause));
    }
}

impl Unread for Entry {
    fn facts(&self) -> &Facts {
        match self.core() {
            Ok(core) => &core.facts,
            Err(cause) => {
                self.note(Arc::clone(cause));
                self.unknown.get_or_init(Facts::default)
            }
        }
    }

    fn extras(&self) -> &Extras {
        self.extras.get_or_init(|| {
            let mut reader = FieldReader::default();
            let read = reader.open(&self.package).and_then(|mut fields| read_extras(&mut fields));
            read.unwrap_or_else(|cause| {
                self.note(Arc::new(cause));
                Extras::default()
            })
        })
    }
}

impl Core {
    fn read(
        fields: &mut OpenFields<'_>,
        package: &hermitage_vdb::Package,
    ) -> Result<Self, hermitage_vdb::Error> {
        // An EAPI that is not known makes the dependencies unreadable, and nothing else.
        let eapi = match &*fields.text("EAPI")? {
            "" => Ok(Eapi::V0),
            known => Eapi::parse(known).or_else(|_| package.eapi().map_err(Arc::new)),
        };
        let mut facts = Facts::default();
        facts.eapi = eapi.as_ref().copied().unwrap_or_default();
        facts.set_slot(&fields.text("SLOT")?);
        let specs = Specs::read(fields, eapi);
        let holding = holding::of(fields)?;
        Ok(Self { facts, specs, holding })
    }
}

fn read_extras(fields: &mut OpenFields<'_>) -> Result<Extras, hermitage_vdb::Error> {
    let mut extras = Extras::default();
    extras.enable(fields.text("USE")?.split_ascii_whitespace());
    extras.add(fields.text("IUSE")?.split_ascii_whitespace());
    extras.add(fields.text("IUSE_EFFECTIVE")?.split_ascii_whitespace());
    // Paludis writes it in capitals.
    for name in ["repository", "REPOSITORY"] {
        let repository = fields.text(name)?;
        if !repository.is_empty() {
            extras.repository = Some(repository.into());
            break;
        }
    }
    Ok(extras)
}

/// The dependencies of a class, or what is wrong with them; nothing where there are none.
type Spec = Option<Result<DepSpec, DepProblem>>;

/// The dependencies of a package. Those that only the target of a query is asked for are read when they are needed.
#[derive(Debug)]
pub(super) struct Specs {
    by_class: [OnceLock<Spec>; 5],
    nothing: DepSpec,
    eapi: Result<Eapi, Cause>,
}

impl Specs {
    /// Reads what most queries ask of every package.
    fn read(fields: &mut OpenFields<'_>, eapi: Result<Eapi, Cause>) -> Self {
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

fn spec(text: Result<Cow<'_, str>, hermitage_vdb::Error>, eapi: &Result<Eapi, Cause>) -> Spec {
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
    Field(#[from] Cause),
}

/// A failure as the error of a query.
pub(super) fn failed((cpv, cause): &(String, Cause)) -> Error {
    Error::new(Place::Package(cpv.clone()), ErrorKind::Source).because(Arc::clone(cause))
}
