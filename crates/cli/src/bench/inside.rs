//! The part of a measurement that runs inside of a view: this executable, called by [`super::sample`].

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::agenda::{Agenda, Diary, Done, Run, Task, UP};
use super::clock::{self, Usage};
use crate::failure::Failure;

/// Does what the agenda in a file says, and writes down how long it took.
pub(super) fn inside(path: &Path) -> Result<u8, Failure> {
    let began = clock::now();
    let unreadable = |error| Failure::file(path, "the agenda can't be read", &error);
    let text = fs::read(path).map_err(unreadable)?;
    let agenda: Agenda = serde_json::from_slice(&text).map_err(|error| Failure::caused(&error))?;
    wait_to_be_looked_at()?;
    let tasks = agenda.tasks.iter().map(|task| carry_out(task, &agenda)).collect();
    let (opens, closed) = open(&agenda);
    let diary = Diary { began, ended: clock::now(), tasks, opens, closed };
    let text = serde_json::to_vec(&diary).map_err(|error| Failure::caused(&error))?;
    let place = agenda.diary.as_path();
    fs::write(place, text).map_err(|error| Failure::file(place, "can't be written", &error))?;
    Ok(0)
}

/// Says that the view stands, and waits until somebody has looked at how much memory it takes.
fn wait_to_be_looked_at() -> Result<(), Failure> {
    let mut out = std::io::stdout();
    writeln!(out, "{UP}")?;
    out.flush()?;
    // A byte or the end of the input: both say to go on.
    let _ = std::io::stdin().read(&mut [0]);
    Ok(())
}

fn carry_out(task: &Task, agenda: &Agenda) -> Done {
    let mut done = Done { name: task.name.clone(), ..Done::default() };
    for _ in 0..task.times {
        let (before, began) = (Usage::of_children(), clock::now());
        let outcome = start(task, agenda);
        let wall = clock::between(began, clock::now());
        done.problem = problem(outcome);
        if done.problem.is_some() {
            break;
        }
        done.runs.push(Run { wall, cpu: Usage::of_children().cpu - before.cpu });
    }
    done
}

fn start(task: &Task, agenda: &Agenda) -> std::io::Result<Output> {
    let mut words = task.argv.iter().map(|word| word.as_path().as_os_str());
    let mut command = Command::new(words.next().unwrap_or_default());
    let directory = agenda.directory.as_path();
    // Compilers put what they make there: the same file system inside and outside.
    command.args(words).current_dir(directory).env("TMPDIR", directory);
    command.stdin(Stdio::null()).output()
}

fn problem(outcome: std::io::Result<Output>) -> Option<String> {
    let output = match outcome {
        Err(error) => return Some(format!("can't be started: {error}")),
        Ok(output) if output.status.success() => return None,
        Ok(output) => output,
    };
    let said = String::from_utf8_lossy(&output.stderr);
    // Compilers begin with what is wrong, and end with that they ended.
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Some(format!("{}: {}", output.status, first.trim()))
}

fn open(agenda: &Agenda) -> (Vec<f64>, Option<String>) {
    let mut closed = None;
    let mut pass = || {
        let began = clock::now();
        for path in &agenda.open {
            match File::open(path.as_path()) {
                Ok(file) => drop(file),
                Err(error) => {
                    closed.get_or_insert_with(|| format!("{path}: {error}"));
                }
            }
        }
        #[allow(clippy::cast_precision_loss, reason = "they fit into memory")]
        let files = agenda.open.len() as f64;
        clock::between(began, clock::now()) / files
    };
    let passes = if agenda.open.is_empty() { 0 } else { agenda.passes };
    let opens = (0..passes).map(|_| pass()).collect();
    (opens, closed)
}
