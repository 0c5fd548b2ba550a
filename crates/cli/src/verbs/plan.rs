//! `hermitage plan`: what `run` would carry out.

use super::Context;
use crate::args::{PlanArgs, TextOrJson};
use crate::failure::Failure;
use crate::output::Output;
use crate::timing::Timings;

pub(crate) fn plan(mut args: PlanArgs, context: &Context) -> Result<u8, Failure> {
    context.complete(&mut args.closure, &mut args.view, &mut args.run);
    let mut timings = Timings::start();
    let PlanArgs { target, closure, view, run, format } = &args;
    let plan = crate::plan::work(target, closure, view, run, context.reporter, &mut timings)?.plan;
    let text = match format {
        TextOrJson::Text => plan.to_text(),
        TextOrJson::Json => plan.to_json()?,
    };
    let mut out = Output::new();
    out.raw(text.as_bytes())?;
    out.finish()?;
    timings.finish(None, context.reporter)?;
    Ok(0)
}
