//! One function for each format: from a survey to text and what goes with it.

use std::collections::BTreeSet;
use std::ffi::OsString;

use hermitage_rules::{
    Fidelity, RootEntry, Survey, bwrap, landlock, nsjail, nspawn, oci, sandbox, syd,
};

use crate::args::{BulkName, FormName, FormatArgs, RulesFormat, SandboxText};
use crate::failure::Failure;
use crate::source::Machine;

/// Rules as they are printed or put into a bundle.
#[derive(Debug)]
pub(super) struct Written {
    /// The name of the file in a bundle.
    pub(super) name: &'static str,
    pub(super) text: Vec<u8>,
    /// Files that go with it, by name.
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// What is in the root directory that goes with it.
    pub(super) root: Vec<RootEntry>,
    pub(super) fidelity: Fidelity,
}

impl Written {
    fn text(name: &'static str, text: impl Into<Vec<u8>>, fidelity: Fidelity) -> Self {
        Self { name, text: text.into(), files: Vec::new(), root: Vec::new(), fidelity }
    }

    /// What the text can't do without.
    pub(super) fn needs(&self) -> Option<&'static str> {
        match (self.files.is_empty(), self.root.is_empty()) {
            (true, true) => None,
            (false, _) => Some("the content of files that the host does not have"),
            (true, false) => Some("a root directory"),
        }
    }
}

pub(super) fn write(
    survey: &Survey<'_>,
    args: &FormatArgs,
    command: &[OsString],
    machine: &Machine,
) -> Result<Written, Failure> {
    refuse_strangers(args, command)?;
    match args.format {
        RulesFormat::Sandbox => for_sandbox(survey, args, machine),
        RulesFormat::Landlock => {
            let mut rules = landlock::render(survey)?;
            if args.allow_listing {
                rules.output.allow_listing();
            }
            Ok(Written::text("landlock", rules.output.to_text(), rules.fidelity))
        }
        RulesFormat::Bwrap => {
            let rules = bwrap::render(survey, &bwrap::Options::default())?;
            let text = rules.output.to_bytes();
            let files = rules.output.data.into_iter().map(|(fd, data)| (fd.to_string(), data));
            let files = files.collect();
            Ok(Written { files, ..Written::text("args", text, rules.fidelity) })
        }
        RulesFormat::Nsjail => {
            let rules = nsjail::render(survey)?;
            Ok(Written::text("nsjail.cfg", rules.output, rules.fidelity))
        }
        RulesFormat::Oci => for_oci(survey, args, command),
        RulesFormat::Nspawn => {
            let rules = nspawn::render(survey)?;
            let root = rules.output.root;
            Ok(Written {
                root,
                ..Written::text("rootfs.nspawn", rules.output.text, rules.fidelity)
            })
        }
        RulesFormat::Syd => {
            let rules = syd::render(survey)?;
            Ok(Written::text("view.syd-3", rules.output, rules.fidelity))
        }
    }
}

/// An option that another format has is a mistake, not something to pass over.
fn refuse_strangers(args: &FormatArgs, command: &[OsString]) -> Result<(), Failure> {
    let is = |formats: &[RulesFormat]| formats.contains(&args.format);
    let given = [
        ("--form", args.form.is_some() && !is(&[RulesFormat::Sandbox])),
        ("--as", args.text != SandboxText::Bashrc && !is(&[RulesFormat::Sandbox])),
        ("--inherited", args.inherited > 0 && !is(&[RulesFormat::Sandbox])),
        ("--leave-out", !args.leave_out.is_empty() && !is(&[RulesFormat::Sandbox])),
        ("--allow-listing", args.allow_listing && !is(&[RulesFormat::Landlock])),
        ("--rootless", args.rootless && !is(&[RulesFormat::Oci])),
        ("a command", !command.is_empty() && !is(&[RulesFormat::Oci])),
    ];
    match given.iter().find(|(_, is_stranger)| *is_stranger) {
        Some((what, _)) => {
            Err(Failure::new(format!("{what} means nothing for {}", name(args.format)))
                .advise("\"hermitage help rules\" says which options belong to which format."))
        }
        None => Ok(()),
    }
}

fn name(format: RulesFormat) -> String {
    use clap::ValueEnum as _;
    format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn for_sandbox(
    survey: &Survey<'_>,
    args: &FormatArgs,
    machine: &Machine,
) -> Result<Written, Failure> {
    let form = match args.form {
        None => sandbox::Form::Fitting,
        Some(FormName::Deny) => sandbox::Form::Deny,
        Some(FormName::Least) => sandbox::Form::Least,
        Some(FormName::Allow) => sandbox::Form::Allow,
    };
    let moment = match args.text {
        SandboxText::Bashrc => sandbox::Moment::Within,
        SandboxText::Variables => sandbox::Moment::Start,
    };
    let options = sandbox::Options {
        form,
        moment,
        leave_out: left_out(&args.leave_out),
        prefix: machine.eprefix().to_vec(),
        inherited: args.inherited,
    };
    let rules = sandbox::render(survey, &options)?;
    let (name, text) = match args.text {
        SandboxText::Bashrc => ("bashrc", rules.output.bashrc()),
        SandboxText::Variables => ("variables", rules.output.variables()),
    };
    Ok(Written::text(name, text, rules.fidelity))
}

fn left_out(names: &[BulkName]) -> BTreeSet<sandbox::Bulk> {
    let bulk = |name: &BulkName| match name {
        BulkName::Doc => sandbox::Bulk::Doc,
        BulkName::Man => sandbox::Bulk::Man,
        BulkName::Locale => sandbox::Bulk::Locale,
        BulkName::Info => sandbox::Bulk::Info,
    };
    names.iter().map(bulk).collect()
}

fn for_oci(
    survey: &Survey<'_>,
    args: &FormatArgs,
    command: &[OsString],
) -> Result<Written, Failure> {
    let mut options = oci::Options::default();
    if !command.is_empty() {
        options.args = command.iter().map(text).collect::<Result<_, _>>()?;
    }
    if args.rootless {
        let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
        options.ids = Some((uid.as_raw(), gid.as_raw()));
    }
    let rules = oci::render(survey, &options)?;
    let root = rules.output.root;
    Ok(Written { root, ..Written::text("config.json", rules.output.config, rules.fidelity) })
}

fn text(argument: &OsString) -> Result<String, Failure> {
    argument.to_str().map(str::to_owned).ok_or_else(|| {
        Failure::new(format!("{}: not UTF-8, so it can't be in config.json", argument.display()))
    })
}
