use std::fs;
use std::path::PathBuf;

use hermitage_mountns::{Access, ByteString};
use hermitage_rules::nsjail::write_mount;

use super::shown::{Item, items};
use super::{Candidate, Kind, Request, Subject, request, text, texts, unwritable};
use crate::failure::Failure;

/// nsjail, with a bind mount for each file, told of in its configuration.
#[derive(Debug)]
pub(super) struct Nsjail(pub(super) PathBuf);

const NAME: &str = "nsjail";

/// One run, no limits but those that are inherited, a few devices.
const HEAD: &str = "mode: ONCE\ntime_limit: 0\nrlimit_as_type: SOFT\nrlimit_cpu_type: SOFT\n\
    rlimit_fsize_type: SOFT\nrlimit_nofile_type: SOFT\nkeep_env: true\nmount_proc: true\nlog_level: ERROR\n";
const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

impl Candidate for Nsjail {
    fn name(&self) -> String {
        NAME.into()
    }

    fn kind(&self) -> Kind {
        Kind::Peer
    }

    fn prepare(&self, subject: &Subject<'_>) -> Result<(), String> {
        let mut text = HEAD.to_owned();
        for tmpfs in subject.plan.tmpfs.iter().filter(|tmpfs| !tmpfs.path.0.starts_with(b"/dev/")) {
            write_mount(&mut text, &[("dst", tmpfs.path.as_bytes())], "fstype: \"tmpfs\" rw: true");
        }
        for device in DEVICES {
            let device = device.as_bytes();
            write_mount(
                &mut text,
                &[("src", device), ("dst", device)],
                "is_bind: true is_dir: false rw: true",
            );
        }
        for item in items(&subject.plan, &subject.place("nsjail-made"))? {
            match &item {
                Item::Empty(path) => {
                    write_mount(
                        &mut text,
                        &[("dst", path.as_bytes())],
                        "fstype: \"tmpfs\" rw: false",
                    );
                }
                Item::File { source, at } => {
                    write_mount(
                        &mut text,
                        &[("src", source.as_bytes()), ("dst", at.as_bytes())],
                        "is_bind: true is_dir: false",
                    );
                }
                Item::Link { target, at } => {
                    write_mount(
                        &mut text,
                        &[("src", target.as_bytes()), ("dst", at.as_bytes())],
                        "is_symlink: true",
                    );
                }
                Item::Tree { path, access } => {
                    let access = if *access == Access::Write { "true" } else { "false" };
                    write_mount(
                        &mut text,
                        &[("src", path.as_bytes()), ("dst", path.as_bytes())],
                        &format!("is_bind: true rw: {access}"),
                    );
                }
            }
        }
        let place = subject.place(NAME);
        fs::write(&place, text).map_err(|error| unwritable(&place, &error))
    }

    fn request(&self, subject: &Subject<'_>, argv: &[ByteString]) -> Result<Request, Failure> {
        let mut words =
            vec![text(&self.0), text("--config"), text(subject.place(NAME)), text("--cwd")];
        words.extend([text(subject.scratch.work()), text("--")]);
        words.extend(texts(argv));
        Ok(request(subject, words))
    }
}
