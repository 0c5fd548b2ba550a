//! `hermitage demo`.
use crate::args::DemoArgs;
use crate::failure::Failure;
use crate::verbs::Context;

pub(crate) fn demo(_args: &DemoArgs, _context: &Context) -> Result<u8, Failure> {
    Err(Failure::new("not yet"))
}
