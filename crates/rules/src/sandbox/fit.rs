//! Which form fits, and what is said when none does.

use std::collections::BTreeSet;
use std::fmt;

use super::lists::Lists;
use super::{Bulk, Form, LIMIT, Options};
use crate::error::Place;
use crate::{Error, ErrorKind, Survey};

/// What one form takes with some files left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The form; never [`Form::Fitting`].
    pub form: Form,
    /// What is left out.
    pub leave_out: BTreeSet<Bulk>,
    /// The bytes of the longer variable.
    pub bytes: usize,
}

impl Attempt {
    /// Whether it is within the limit.
    pub fn fits(&self) -> bool {
        self.bytes <= LIMIT
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} form", format!("{:?}", self.form).to_lowercase())?;
        for (number, bulk) in self.leave_out.iter().enumerate() {
            let before = if number == 0 { " without" } else { "," };
            write!(f, "{before} {}", format!("{bulk:?}").to_lowercase())?;
        }
        write!(f, " takes {} bytes", self.bytes)
    }
}

pub(super) fn choose(survey: &Survey<'_>, options: &Options) -> Result<(Form, Lists), Error> {
    let mut first = None;
    for &form in forms(options.form) {
        let lists = Lists::new(survey, form, &options.leave_out, options)?;
        let (name, bytes) = lists.longest(options.inherited);
        if bytes <= LIMIT {
            return Ok((form, lists));
        }
        first.get_or_insert((name, bytes));
    }
    let (name, bytes) = first.unwrap_or_default();
    let attempts = attempts(survey, options);
    Err(Error::new(Place::Output(name), ErrorKind::TooLong { bytes, limit: LIMIT, attempts }))
}

/// The text of an error that says what would fit.
pub(crate) fn advice(attempts: &[Attempt]) -> String {
    let fitting = attempts.iter().filter(|attempt| attempt.fits());
    // Leaving out less is better, and attempts come in that order.
    match fitting.min_by_key(|attempt| attempt.leave_out.len()) {
        Some(attempt) => format!("{attempt}"),
        None => match attempts.iter().min_by_key(|attempt| attempt.bytes) {
            Some(attempt) => format!("nothing fits: {attempt}"),
            None => "nothing else was tried".to_owned(),
        },
    }
}

fn forms(form: Form) -> &'static [Form] {
    match form {
        Form::Fitting => &[Form::Deny, Form::Least, Form::Allow],
        Form::Deny => &[Form::Deny],
        Form::Least => &[Form::Least],
        Form::Allow => &[Form::Allow],
    }
}

/// Every form with everything that could be left out beyond what is already, whether it fits or not.
///
/// A form that would have to name what no list can name is not among them.
pub fn attempts(survey: &Survey<'_>, options: &Options) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for number in 0..1_usize << Bulk::ALL.len() {
        let chosen =
            (0..Bulk::ALL.len()).filter(|at| number >> at & 1 == 1).map(|at| Bulk::ALL[at]);
        let leave_out: BTreeSet<Bulk> = chosen.collect();
        if !leave_out.is_superset(&options.leave_out) {
            continue;
        }
        for &form in forms(Form::Fitting) {
            // A form that can't name what it must hide is no way out.
            let Ok(lists) = Lists::new(survey, form, &leave_out, options) else { continue };
            let (_, bytes) = lists.longest(options.inherited);
            attempts.push(Attempt { form, leave_out: leave_out.clone(), bytes });
        }
    }
    attempts
}
