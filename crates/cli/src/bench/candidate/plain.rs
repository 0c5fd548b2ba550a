use hermitage_mountns::ByteString;

use super::{Candidate, Kind, Request, Subject, request, texts};
use crate::failure::Failure;

/// The command as it is.
#[derive(Debug)]
pub(in crate::bench) struct Plain;

impl Candidate for Plain {
    fn name(&self) -> String {
        "no view".into()
    }

    fn kind(&self) -> Kind {
        Kind::Plain
    }

    fn prepare(&self, _subject: &Subject<'_>) -> Result<(), String> {
        Ok(())
    }

    fn request(&self, subject: &Subject<'_>, argv: &[ByteString]) -> Result<Request, Failure> {
        Ok(request(subject, texts(argv).collect()))
    }
}
