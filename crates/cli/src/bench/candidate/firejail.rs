use std::fs;
use std::path::PathBuf;

use hermitage_mountns::{Access, ByteString};

use super::shown::{Item, items};
use super::{Candidate, Kind, Request, Subject, request, text, texts, unwritable};
use crate::failure::Failure;

/// firejail, with a whitelist of the files in a profile.
///
/// It hides only what is beside them in the directories next to the root (and in those next to `/usr`), so it shows more than the
/// others, and does less.
#[derive(Debug)]
pub(super) struct Firejail(pub(super) PathBuf);

const NAME: &str = "firejail.profile";

/// Without these it hides and locks `/var` in ways of its own.
const HEAD: &str = "quiet\nkeep-var-tmp\nwritable-var\nnet none\n";

impl Candidate for Firejail {
    fn name(&self) -> String {
        "firejail".into()
    }

    fn kind(&self) -> Kind {
        Kind::Peer
    }

    fn prepare(&self, subject: &Subject<'_>) -> Result<(), String> {
        let mut profile = HEAD.as_bytes().to_vec();
        let mut add = |words: &[&[u8]]| {
            profile.extend_from_slice(&words.join(&b' '));
            profile.push(b'\n');
        };
        let items = items(&subject.plan, &subject.place("firejail-made"))?;
        for item in &items {
            match item {
                // Directories that are whitelisted show all that is in them; links next to the root are there anyway.
                Item::Empty(_) => {}
                Item::Link { at, .. }
                    if at.as_path().parent().is_some_and(|dir| dir.parent().is_none()) => {}
                Item::File { at, .. } | Item::Link { at, .. } => {
                    add(&[b"whitelist", at.as_bytes()]);
                }
                Item::Tree { path, access } => {
                    add(&[b"whitelist", path.as_bytes()]);
                    if *access == Access::Write {
                        add(&[b"read-write", path.as_bytes()]);
                    }
                }
            }
        }
        let place = subject.place(NAME);
        fs::write(&place, profile).map_err(|error| unwritable(&place, &error))
    }

    fn request(&self, subject: &Subject<'_>, argv: &[ByteString]) -> Result<Request, Failure> {
        let mut words = vec![text(&self.0), text("--quiet")];
        words.push(text(format!("--profile={}", subject.place(NAME).display())));
        words.push(text("--"));
        words.extend(texts(argv));
        Ok(request(subject, words))
    }
}
