//! What is going on, for who waits at a terminal.

use std::fmt::Display;
use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

/// A line on stderr; nothing where that is no terminal.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        // Without a thread that redraws it: that would disturb what is measured.
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner());
        Self(Some(bar))
    }

    pub(crate) fn say(&self, text: impl Display) {
        if let Some(bar) = &self.0 {
            bar.set_message(text.to_string());
            bar.tick();
        }
    }

    /// Takes the line away.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
