//! The parser of atoms: one pass, no allocation.

use super::layout::{Blocker, Layout, Operator, SlotOperator};
use crate::cpv;
use crate::eapi::Eapi;
use crate::error::{ErrorKind, Fault};
use crate::name;

/// What is legal where the atom stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Syntax {
    eapi: Eapi,
    repository: bool,
}

impl Syntax {
    /// Everything there is, `::repository` included.
    pub(crate) const PERMISSIVE: Self = Self { eapi: Eapi::LATEST, repository: true };

    pub(crate) fn of(eapi: Eapi) -> Self {
        Self { eapi, repository: false }
    }
}

/// Finds the parts of an atom.
pub(crate) fn parse(text: &[u8], syntax: Syntax) -> Result<Layout, Fault> {
    check_length(text.len())?;
    let mut parser = Parser { text, at: 0, syntax, layout: Layout::default() };
    parser.name()?;
    if parser.at < text.len() {
        parser.suffix()?;
    }
    Ok(parser.layout)
}

/// Offsets are stored in 32 bits, and evaluation may double a text; checked once for the whole text, so that later conversions can't truncate.
fn check_length(len: usize) -> Result<(), Fault> {
    i32::try_from(len)
        .map(|_fits| ())
        .map_err(|_too_long| Fault::new(0, ErrorKind::TooLong, "less than 2 GiB of text"))
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    syntax: Syntax,
    layout: Layout,
}

impl Parser<'_> {
    fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// The place as it is stored; the length was checked at the start.
    #[allow(clippy::cast_possible_truncation, reason = "the whole text is shorter than 2 GiB")]
    fn here(&self) -> u32 {
        self.at as u32
    }

    fn fault<T>(&self, kind: ErrorKind, expected: &'static str) -> Result<T, Fault> {
        Err(Fault::new(self.at, kind, expected))
    }

    /// Refuses syntax that the EAPI does not have.
    fn need(&self, has: bool, expected: &'static str) -> Result<(), Fault> {
        if has { Ok(()) } else { self.fault(ErrorKind::NotInEapi, expected) }
    }

    /// `[!|!!][operator]category/package[-version[*]]`
    fn name(&mut self) -> Result<(), Fault> {
        self.blocker()?;
        let operator = self.operator();
        self.layout.name = self.here();
        let start = self.at;
        let slash = cpv::category(self.rest()).map_err(|fault| fault.shifted(start))?;
        self.at += slash;
        self.layout.slash = self.here();
        self.at += 1;
        let start = self.at;
        let pf = &self.text[start..start + name::wide_run(self.rest())];
        if operator.is_some() {
            self.at += cpv::package_version(pf, start)?;
            self.layout.package_end = self.here();
        } else {
            cpv::package(pf, start)?;
        }
        self.at = start + pf.len();
        self.layout.version_end = self.here();
        if operator.is_none() {
            self.layout.package_end = self.layout.version_end;
        }
        self.glob(operator)
    }

    fn blocker(&mut self) -> Result<(), Fault> {
        if self.eat(b'!') {
            self.layout.blocker = Some(Blocker::Weak);
            if self.peek() == Some(b'!') {
                self.need(self.syntax.eapi.has_strong_blockers(), "a single ! before EAPI 2")?;
                self.at += 1;
                self.layout.blocker = Some(Blocker::Strong);
            }
        }
        Ok(())
    }

    fn operator(&mut self) -> Option<Operator> {
        let (operator, len) = match self.rest() {
            [b'<', b'=', ..] => (Operator::LessEqual, 2),
            [b'>', b'=', ..] => (Operator::GreaterEqual, 2),
            [b'<', ..] => (Operator::Less, 1),
            [b'>', ..] => (Operator::Greater, 1),
            [b'=', ..] => (Operator::Equal, 1),
            [b'~', ..] => (Operator::Approximate, 1),
            _ => return None,
        };
        self.at += len;
        Some(operator)
    }

    fn glob(&mut self, operator: Option<Operator>) -> Result<(), Fault> {
        self.layout.operator = operator;
        if self.peek() == Some(b'*') {
            if operator != Some(Operator::Equal) {
                return self.fault(ErrorKind::Operator, "a * only behind a version after =");
            }
            self.at += 1;
            self.layout.operator = Some(Operator::EqualGlob);
        }
        Ok(())
    }

    /// `[:slot][::repository][[use dependencies]]`
    fn suffix(&mut self) -> Result<(), Fault> {
        if self.peek() == Some(b':') && self.text.get(self.at + 1) != Some(&b':') {
            self.need(self.syntax.eapi.has_slot_deps(), "no slot before EAPI 1")?;
            self.at += 1;
            self.slot()?;
        }
        if self.rest().starts_with(b"::") {
            if !self.syntax.repository {
                return self
                    .fault(ErrorKind::NotHere, "no repository outside of user configuration");
            }
            self.at += 2;
            self.repository()?;
        }
        if self.peek() == Some(b'[') {
            self.need(self.syntax.eapi.has_use_deps(), "no USE dependency before EAPI 2")?;
            self.at += 1;
            self.uses()?;
        }
        if self.at == self.text.len() {
            return Ok(());
        }
        self.fault(ErrorKind::Trailing, "the end of the atom")
    }

    fn slot(&mut self) -> Result<(), Fault> {
        self.layout.slot = self.here();
        if let Some(operator) = self.slot_operator() {
            return self.slot_operator_here(operator);
        }
        self.slot_name()?;
        self.layout.slot_end = self.here();
        if self.peek() == Some(b'/') {
            self.need(self.syntax.eapi.has_subslots(), "no sub-slot before EAPI 5")?;
            self.at += 1;
            self.slot_name()?;
            self.layout.subslot_end = self.here();
        }
        match self.slot_operator() {
            Some(SlotOperator::Equal) => self.slot_operator_here(SlotOperator::Equal),
            Some(SlotOperator::Any) => self.fault(ErrorKind::Slot, "= or nothing behind a slot"),
            None => Ok(()),
        }
    }

    fn slot_name(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Some(first) if name::starts_name(first) => {
                self.at += name::wide_run(self.rest());
                Ok(())
            }
            _ => self.fault(ErrorKind::Slot, "a slot name"),
        }
    }

    fn slot_operator(&self) -> Option<SlotOperator> {
        match self.peek() {
            Some(b'=') => Some(SlotOperator::Equal),
            Some(b'*') => Some(SlotOperator::Any),
            _ => None,
        }
    }

    fn slot_operator_here(&mut self, operator: SlotOperator) -> Result<(), Fault> {
        self.need(self.syntax.eapi.has_slot_operators(), "no slot operator before EAPI 5")?;
        self.at += 1;
        self.layout.slot_operator = Some(operator);
        Ok(())
    }

    fn repository(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let name = &self.text[start..start + name::repository_run(self.rest())];
        match cpv::package(name, start) {
            Ok(()) => {
                self.layout.repo = self.here();
                self.at += name.len();
                self.layout.repo_end = self.here();
                Ok(())
            }
            Err(_) => self.fault(ErrorKind::Repository, "a repository name"),
        }
    }

    fn uses(&mut self) -> Result<(), Fault> {
        self.layout.uses = self.here();
        loop {
            self.use_dep()?;
            self.layout.uses_end = self.here();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return self.fault(ErrorKind::UseDep, "a comma or ]"),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// `flag`, `-flag`, `flag?`, `!flag?`, `flag=` or `!flag=`, each with `(+)` or `(-)` behind the flag.
    fn use_dep(&mut self) -> Result<(), Fault> {
        let (negated, inverted) = (self.eat(b'-'), self.eat(b'!'));
        match self.peek() {
            Some(first) if name::starts_flag(first) && !(negated && inverted) => {
                self.at += name::flag_run(self.rest());
            }
            _ => return self.fault(ErrorKind::UseDep, "a USE flag"),
        }
        if self.peek() == Some(b'(') {
            self.use_default()?;
        }
        match self.peek() {
            Some(b'?' | b'=') if !negated => {
                self.at += 1;
                self.layout.conditional = true;
                Ok(())
            }
            _ if inverted => self.fault(ErrorKind::UseDep, "? or = behind a flag with !"),
            _ => Ok(()),
        }
    }

    fn use_default(&mut self) -> Result<(), Fault> {
        self.need(self.syntax.eapi.has_use_dep_defaults(), "no USE default before EAPI 4")?;
        if self.rest().starts_with(b"(+)") || self.rest().starts_with(b"(-)") {
            self.at += 3;
            return Ok(());
        }
        self.fault(ErrorKind::UseDep, "(+) or (-)")
    }
}
