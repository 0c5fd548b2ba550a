//! `hermitage bench covers`: how long the lists for gentoo/sandbox are, for every installed package as a target.

use hermitage_depgraph::Source as _;
use hermitage_rules::Survey;
use hermitage_rules::sandbox::{Attempt, Bulk, Form, LIMIT, Options, attempts};
use hermitage_view::RealHost;

use super::progress::Progress;
use super::table::{Align, Table};
use super::units;
use crate::args::{BenchCoversArgs, TargetArgs, TextOrJson};
use crate::closure;
use crate::failure::Failure;
use crate::output::Output;
use crate::report::{Reporter, Verbosity};
use crate::source::Machine;
use crate::verbs::Context;
use crate::visible;

/// The forms that are told of, with and without bulk.
const FORMS: [Form; 3] = [Form::Allow, Form::Deny, Form::Least];

/// The bytes of one form over all targets, the shortest first.
struct Column {
    form: Form,
    without_bulk: bool,
    bytes: Vec<usize>,
    /// How many targets have a name that no list can hold, and have to hide it.
    unspeakable: usize,
}

pub(super) fn covers(mut args: BenchCoversArgs, context: &Context) -> Result<u8, Failure> {
    context.config.complete_closure(&mut args.closure);
    context.config.complete_view(&mut args.view);
    // What each of hundreds of closures lacks is not what is asked here.
    let quiet = Reporter::new(Verbosity::Quiet);
    let machine = Machine::open(&args.closure.source, context.reporter)?;
    let packages = machine.place(hermitage_depgraph::RootKind::Root).packages.packages();
    let names: Vec<String> = packages.iter().map(|(_, p)| format!("={}", p.cpv())).collect();
    let progress = Progress::new(!context.reporter.tells_notes());
    let (mut columns, mut fitting, mut targets) = (columns(), [0, 0], 0_usize);
    for name in names.iter().step_by(args.every.max(1)) {
        progress.say(format_args!("{name}"));
        let target = TargetArgs { target: Some(name.clone()), ..TargetArgs::default() };
        let selection = closure::select(&target, &args.closure, &machine, quiet)?;
        let visible = visible::visible(&selection, &args.view, &machine, quiet)?;
        let host = RealHost::new(&visible.host_root);
        let survey = Survey::new(&visible.view, &host);
        let options = Options { prefix: machine.eprefix().to_vec(), ..Options::default() };
        let found = attempts(&survey, &options);
        targets += 1;
        fitting[0] += usize::from(found.iter().any(|a| a.fits() && a.leave_out.is_empty()));
        fitting[1] += usize::from(found.iter().any(Attempt::fits));
        for column in &mut columns {
            column.add(&found);
        }
    }
    progress.end();
    for column in &mut columns {
        column.bytes.sort_unstable();
    }
    let mut out = Output::new();
    match args.format {
        TextOrJson::Text => out.raw(table(&columns, fitting, targets).as_bytes())?,
        TextOrJson::Json => out.json(&serde_json::json!({
            "schema": 1,
            "targets": targets,
            "limit": LIMIT,
            "fitting": { "any_form": fitting[0], "any_form_with_trees_left_out": fitting[1] },
            "forms": columns.iter().map(Column::json).collect::<Vec<_>>(),
        }))?,
    }
    out.finish()?;
    Ok(0)
}

fn columns() -> Vec<Column> {
    let both = |form| {
        [false, true].map(|without_bulk| Column {
            form,
            without_bulk,
            bytes: Vec::new(),
            unspeakable: 0,
        })
    };
    FORMS.into_iter().flat_map(both).collect()
}

impl Column {
    fn add(&mut self, found: &[Attempt]) {
        let leave_out = if self.without_bulk { Bulk::ALL.len() } else { 0 };
        let is_it = |a: &&Attempt| a.form == self.form && a.leave_out.len() == leave_out;
        match found.iter().find(is_it) {
            Some(attempt) => self.bytes.push(attempt.bytes),
            None => self.unspeakable += 1,
        }
    }

    fn name(&self) -> String {
        let form = format!("{:?}", self.form).to_lowercase();
        if self.without_bulk { format!("{form}, without doc, man, locale, info") } else { form }
    }

    fn quantile(&self, percent: usize) -> usize {
        let last = self.bytes.len().saturating_sub(1);
        self.bytes.get(last * percent / 100).copied().unwrap_or_default()
    }

    fn fitting(&self) -> usize {
        self.bytes.partition_point(|&bytes| bytes <= LIMIT)
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "form": format!("{:?}", self.form).to_lowercase(),
            "left_out": if self.without_bulk { &["doc", "man", "locale", "info"][..] } else { &[] },
            "bytes": self.bytes,
            "fitting": self.fitting(),
            "unspeakable": self.unspeakable,
        })
    }
}

fn table(columns: &[Column], fitting: [usize; 2], targets: usize) -> String {
    let title = format!("bytes of the longer variable, for {} targets", units::count(targets));
    let mut table = Table::new(title).column("form", Align::Left);
    for heading in ["least", "25%", "median", "75%", "95%", "most", "fit"] {
        table = table.column(heading, Align::Right);
    }
    let share = |count: usize| format!("{}%", count * 100 / targets.max(1));
    for column in columns {
        let quantiles = [0, 25, 50, 75, 95, 100];
        let mut cells = vec![column.name()];
        cells.extend(quantiles.map(|percent| units::count(column.quantile(percent))));
        cells.push(share(column.fitting()));
        table.row(cells);
    }
    table.note(format!(
        "{} bytes are possible; in any form without leaving anything out {} fit, with {}",
        LIMIT,
        share(fitting[0]),
        share(fitting[1])
    ));
    table.render()
}
