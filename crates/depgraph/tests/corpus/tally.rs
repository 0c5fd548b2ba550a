//! Agreement with Portage, counted.

/// Counts how often we agree, and keeps what is not on the list of known differences.
pub(crate) struct Tally {
    file: String,
    listed: &'static [(&'static str, &'static str)],
    cases: usize,
    agreed: usize,
    used: usize,
    differences: Vec<String>,
}

impl Tally {
    /// `listed` holds the cases that are answered otherwise on purpose, each with the reason.
    pub(crate) fn new(file: &str, listed: &'static [(&'static str, &'static str)]) -> Self {
        let (file, differences) = (file.to_owned(), Vec::new());
        Self { file, listed, cases: 0, agreed: 0, used: 0, differences }
    }

    pub(crate) fn case<T: PartialEq + std::fmt::Debug>(
        &mut self,
        name: &str,
        ours: &T,
        theirs: &T,
    ) {
        self.cases += 1;
        if ours == theirs {
            self.agreed += 1;
        } else if self.listed.iter().any(|(case, _)| *case == name) {
            self.used += 1;
        } else {
            self.differences.push(format!("{name}\n  ours:   {ours:?}\n  theirs: {theirs:?}"));
        }
    }

    /// Prints a row for each file, and fails when there is a difference that is not listed, or one listed in vain.
    pub(crate) fn finish(self) {
        eprintln!(
            "| {} | {} cases | {} agreed | {} listed |",
            self.file, self.cases, self.agreed, self.used
        );
        for (case, reason) in self.listed {
            eprintln!("|   listed: {case} | {reason} |");
        }
        let shown: Vec<_> = self.differences.iter().take(20).map(String::as_str).collect();
        assert!(
            self.differences.is_empty(),
            "{}: {} differences, such as\n{}",
            self.file,
            self.differences.len(),
            shown.join("\n")
        );
        assert_eq!(self.used, self.listed.len(), "{}: a listed case agrees by now", self.file);
        assert!(self.cases > 0, "{}: no case was run", self.file);
    }
}
