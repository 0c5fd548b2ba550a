use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum as _};

use super::{ClosureArgs, TargetArgs, TextOrJson, ViewArgs};

/// `hermitage bench`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct BenchArgs {
    #[command(subcommand)]
    pub(crate) subject: Option<BenchSubject>,
    #[command(flatten)]
    pub(crate) views: BenchViewsArgs,
}

/// What is measured, if not views.
#[derive(Debug, Subcommand)]
pub(crate) enum BenchSubject {
    /// What a long list of rules costs gentoo/sandbox, Landlock, syd and bubblewrap, as far as they are installed
    Rules(BenchRulesArgs),
    /// How long lists for gentoo/sandbox are, for every installed package as a target
    Covers(Box<BenchCoversArgs>),
    /// How long it takes to name what a build sees, beside sha256sum on the same files
    Digest(Box<BenchDigestArgs>),
    /// Open a file and start a program, and say how long it takes: internal
    #[command(hide = true)]
    Within {
        /// The file
        file: PathBuf,
        /// The program
        program: PathBuf,
    },
    /// Take a sample: internal
    #[command(hide = true)]
    Sample,
    /// Do and time what a file says: internal
    #[command(hide = true)]
    Inside {
        /// The file
        agenda: PathBuf,
    },
}

/// `hermitage bench` without a subject: views.
#[derive(Clone, Debug, Args)]
pub(crate) struct BenchViewsArgs {
    #[command(flatten)]
    pub(crate) common: BenchCommonArgs,
    /// How many files to show, separated by commas: 1k, 10k, 300k, or "all" that the machine's packages installed.
    /// Without a target [default: 1k,10k,30k,90k]
    #[arg(
        long, value_name = "N", value_delimiter = ',', help_heading = "What is measured",
        conflicts_with_all = ["target", "ebuild_metadata", "depend", "bdepend", "rdepend", "pdepend", "idepend"]
    )]
    pub(crate) files: Vec<FileCount>,
    /// Measure only these, separated by commas: backends, bubblewrap, nsjail, firejail, systemd-nspawn
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "What is measured")]
    pub(crate) only: Vec<String>,
    /// Also with cold caches, as root: the kernel is told to forget what it knows of files, which slows down all that runs
    #[arg(long, help_heading = "What is measured")]
    pub(crate) cold: bool,
    /// Where to make what is needed for it [default: /var/tmp]
    #[arg(long, value_name = "DIR", help_heading = "What is measured")]
    pub(crate) scratch: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
}

/// `hermitage bench covers`.
#[derive(Clone, Debug, Args)]
pub(crate) struct BenchCoversArgs {
    /// Take only every Nth package
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) every: usize,
    /// How to print it; JSON holds every figure
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TextOrJson,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
}

/// `hermitage bench digest`.
#[derive(Clone, Debug, Args)]
pub(crate) struct BenchDigestArgs {
    /// How often, everything in turn; medians are shown
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) rounds: u32,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TextOrJson,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) closure: ClosureArgs,
    #[command(flatten)]
    pub(crate) view: ViewArgs,
}

/// `hermitage bench rules`.
#[derive(Clone, Debug, Args)]
pub(crate) struct BenchRulesArgs {
    #[command(flatten)]
    pub(crate) common: BenchCommonArgs,
    /// How many rules, separated by commas [default: 10,100,1k,3k,10k,100k]
    #[arg(long, value_name = "N", value_delimiter = ',', help_heading = "What is measured")]
    pub(crate) rules: Vec<FileCount>,
}

/// How anything is measured and shown.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "How it is measured")]
pub(crate) struct BenchCommonArgs {
    /// How often, everything in turn; medians are shown
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) rounds: u32,
    /// How many seconds a single run may take; what has used up as many in all gets no further rounds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) timeout: u32,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: TextOrJson,
    /// Also draw a chart, as SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) chart: Option<PathBuf>,
}

/// A number of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileCount {
    /// So many.
    Some(usize),
    /// As many as the machine's packages installed.
    All,
}

impl std::str::FromStr for FileCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        let (digits, factor) = match text.strip_suffix(['k', 'K']) {
            Some(digits) => (digits, 1000),
            None => (text, 1),
        };
        let count = digits.parse::<usize>().ok().and_then(|count| count.checked_mul(factor));
        // More could not be made up in a reasonable time.
        let count = count.filter(|count| (1..=2_000_000).contains(count));
        count.map(Self::Some).ok_or_else(|| "a number up to 2000k, or \"all\"".to_owned())
    }
}

impl TargetArgs {
    /// Whether anything is to be built.
    pub(crate) fn is_given(&self) -> bool {
        self.target.is_some()
            || self.ebuild_metadata.is_some()
            || [&self.depend, &self.bdepend, &self.rdepend, &self.pdepend, &self.idepend]
                .iter()
                .any(|text| text.is_some())
    }

    /// The words of a command line that say the same.
    pub(crate) fn words(&self, words: &mut Words) {
        words.option("ebuild-metadata", self.ebuild_metadata.as_ref());
        words.option("use", self.use_flags.as_ref());
        words.option("depend", self.depend.as_ref());
        words.option("bdepend", self.bdepend.as_ref());
        words.option("rdepend", self.rdepend.as_ref());
        words.option("pdepend", self.pdepend.as_ref());
        words.option("idepend", self.idepend.as_ref());
        words.option("eapi", self.eapi.as_ref());
        words.options("with", &self.with);
        words.0.extend(self.target.iter().map(Into::into));
    }
}

impl ClosureArgs {
    /// The words of a command line that say the same.
    pub(crate) fn words(&self, words: &mut Words) {
        let source = &self.source;
        words.option("root", source.root.as_ref());
        words.option("sysroot", source.sysroot.as_ref());
        words.option("broot", source.broot.as_ref());
        words.option("eprefix", source.eprefix.as_ref());
        words.option("db", source.db.as_ref());
        words.option("system", self.system.as_ref());
        words.options("without", &self.without);
        words.options("withhold", &self.withhold);
        let name = |value: Option<clap::builder::PossibleValue>| {
            value.map(|value| value.get_name().to_owned())
        };
        words.option(
            "closure",
            name(self.closure.and_then(|value| value.to_possible_value())).as_ref(),
        );
        words.option(
            "branch",
            name(self.branch.and_then(|value| value.to_possible_value())).as_ref(),
        );
        words
            .option("phase", name(self.phase.and_then(|value| value.to_possible_value())).as_ref());
        words.flag("allow-unsatisfied", self.allow_unsatisfied);
    }
}

impl ViewArgs {
    /// The words of a command line that say the same.
    pub(crate) fn words(&self, words: &mut Words) {
        words.options("read", &self.read);
        words.options("write", &self.write);
        words.options("hide", &self.hide);
        words.option("generated", self.generated.as_ref());
        words.flag("allow-damaged", self.allow_damaged);
    }
}

/// A command line that is being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words(pub(crate) Vec<std::ffi::OsString>);

impl Words {
    fn option(&mut self, name: &str, value: Option<&impl AsRef<std::ffi::OsStr>>) {
        if let Some(value) = value {
            // In one word: a value may begin with a dash.
            let mut word = std::ffi::OsString::from(format!("--{name}="));
            word.push(value);
            self.0.push(word);
        }
    }

    fn options(&mut self, name: &str, values: &[impl AsRef<std::ffi::OsStr>]) {
        for value in values {
            self.option(name, Some(value));
        }
    }

    fn flag(&mut self, name: &str, given: bool) {
        if given {
            self.0.push(format!("--{name}").into());
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::{FileCount, Words};
    use crate::args::{Cli, Verb};

    #[test]
    fn numbers_of_files_are_plain_or_in_thousands() {
        let parse = |text: &str| text.parse::<FileCount>();
        assert_eq!(parse("1k"), Ok(FileCount::Some(1_000)));
        assert_eq!(parse("300K"), Ok(FileCount::Some(300_000)));
        assert_eq!(parse("17"), Ok(FileCount::Some(17)));
        assert_eq!(parse("all"), Ok(FileCount::All));
        for bad in ["", "0", "k", "-1", "1.5k", "3000k", "99999999999999999999k"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    /// What `run` is called with says what `bench` was told.
    #[test]
    fn options_survive_being_written_as_words() {
        let given = [
            "hermitage",
            "run",
            "--root=/a",
            "--sysroot=/b",
            "--broot=/c",
            "--eprefix=/d",
            "--db=/e",
            "--system=none",
            "--without=x/y",
            "--withhold=x/z",
            "--closure=loadable",
            "--branch=all",
            "--phase=merge",
            "--allow-unsatisfied",
            "--read=/f",
            "--write=/g",
            "--hide=/h",
            "--generated=/i",
            "--allow-damaged",
            "--use=-ssl",
            "--depend=a/b",
            "--bdepend=a/c",
            "--rdepend=a/d",
            "--pdepend=a/e",
            "--idepend=a/f",
            "--eapi=8",
            "--with=a/g",
            "--",
            "true",
        ];
        let parse = |words: &[std::ffi::OsString]| match Cli::try_parse_from(words).unwrap().verb {
            Verb::Run(args) => args,
            other => panic!("{other:?}"),
        };
        let args = parse(&given.map(Into::into));
        let mut words = Words(vec!["hermitage".into(), "run".into()]);
        args.target.words(&mut words);
        args.closure.words(&mut words);
        args.view.words(&mut words);
        words.0.extend(["--".into(), "true".into()]);
        assert_eq!(words.0.len(), given.len());
        assert_eq!(format!("{:?}", parse(&words.0)), format!("{args:?}"));
    }
}
