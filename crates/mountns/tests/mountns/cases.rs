//! The cases that enter namespaces, each in a process of its own.

mod attacks;
mod calls;
mod confinement;
mod death;
mod exactness;
mod failures;
mod hosts;
mod running;
mod surroundings;
mod watching;

use std::process::ExitCode;

use hermitage_mountns::{Backend, BackendChoice, Support};

use crate::fixture::Fixture;

/// The exit code of a case whose backend does not work here.
pub(crate) const CANNOT_RUN: i32 = 77;

pub(crate) type Case = (&'static str, fn(&Fixture));

pub(crate) const CASES: &[Case] = &[
    ("a walk from the inside equals the plan both ways", exactness::walk_equals_plan),
    ("a walk over this machine's own files equals the plan", exactness::walk_of_this_machine),
    ("files below mounts of the host are shown", exactness::submounts_are_shown),
    ("a file with a mount point above it keeps its content", exactness::deep_submounts),
    ("an undeclared path is not found by stat, open or listing", exactness::hidden_is_not_found),
    ("a read-only tree shows everything in it", exactness::read_tree),
    ("a written file arrives on the host and nothing else changes", exactness::write_tree),
    ("a writable tree in a fresh file system can be written", exactness::write_below_tmp),
    ("a submount of a declared tree is shown", exactness::tree_with_submount),
    ("a saved plan shows the same as the plan", exactness::saved_plan),
    ("owners are the host's for root", exactness::owners),
    ("root of a user namespace that maps no other id has a view", exactness::unmapped_owners),
    ("names of any bytes and lengths are shown", hosts::names),
    ("directories keep their special bits", hosts::directory_bits),
    ("many files, which all processors write, are shown", hosts::many),
    ("whole directories are bound where that is wanted", hosts::collapsed),
    ("what can't be read is there", hosts::unreadable),
    ("hard links are files of their own", hosts::hard_links),
    ("paths lead through merged, split and linked directories", hosts::layouts),
    ("a host that is an overlay, or has one, is shown", hosts::overlays),
    ("a link that leads elsewhere is found before the start", hosts::changed_link),
    ("a limit on the size of files is for the command", hosts::file_size_limit),
    ("nothing is writable", confinement::nothing_writable),
    ("no capability is left", confinement::no_capabilities),
    ("root keeps the capabilities that the plan names", confinement::kept_capabilities),
    ("proc shows only the processes of the view", confinement::own_processes),
    ("the devices are there and no others", confinement::devices),
    ("the network is the loopback device", confinement::network),
    ("descriptors are closed but the kept ones", confinement::descriptors),
    ("the ways out are closed", confinement::escapes),
    ("fresh file systems keep to their size", confinement::size_limits),
    ("the host name and the environment are the plan's", confinement::environment),
    ("attack: mounts are taken off, changed or covered", attacks::mounts),
    ("attack: the same in a nested user namespace", attacks::nested),
    ("attack: system calls that no build needs", attacks::calls),
    ("attack: writing by every visible path", attacks::writing),
    ("attack: signals to and looks into other processes", attacks::processes),
    ("attack: what belongs to the whole machine", attacks::machine),
    ("attack: sockets that lead out", attacks::sockets),
    ("attack: programs with set-id bits", attacks::set_id),
    ("attack: devices", attacks::devices),
    ("attack: files by their handles", attacks::handles),
    ("attack: more processes than allowed", attacks::bombs),
    ("attack: more files than allowed", attacks::many_files),
    ("attack: the way up from an inherited descriptor", attacks::directory_as_input),
    ("containers run inside where that is allowed", attacks::containers),
    #[cfg(target_arch = "x86_64")]
    ("32-bit calls work unless only native ones are wanted", attacks::foreign_programs),
    ("user, processors, addresses and clocks are the plan's", surroundings::as_planned),
    ("other files stand in the place of those of proc", surroundings::proc_covered),
    ("names are listed in order where that is wanted", surroundings::listings),
    ("surroundings that can't be had are refused", surroundings::impossible),
    ("exit codes and signals come through", running::outcomes),
    ("processes that a command leaves behind end with it", running::orphans_end),
    ("the working directory is in the view", running::working_directory),
    ("mask and limits are set", running::mask_and_limits),
    ("a signal to the supervisor reaches the command", running::signals_are_passed_on),
    ("many runs leave nothing behind", running::no_growth),
    ("a run that is not agreed to does not begin", running::declined),
    ("an unknown command is told from one that can't be run", failures::commands),
    ("a changed file is found before the start", failures::changed_files),
    ("a directory that became a link is found before the start", failures::linked_directory),
    ("a vanished file is an error that names it", failures::vanished_file),
    ("a path to write that does not exist is an error", failures::missing_write_path),
    ("a backend that does not work is refused", failures::refused_backend),
    ("a run tells nothing where nothing changed", watching::nothing_changed),
    ("files that change during a run are told", watching::changed_meanwhile),
    (
        "a file that vanished before the first look is told",
        watching::vanished_before_the_first_look,
    ),
    ("what was looked for is recorded once", watching::lookups_are_recorded),
    ("calls are seen, each as what it is, and come out as without", calls::seen),
    ("calls that can't be looked into are counted", calls::untold),
    ("an index shows what its plan does", watching::index_equals_plan),
    ("killing the caller leaves nothing, at any stage", death::killed_caller),
    ("killing the supervisor or the server ends the run with an error", death::killed_child),
    ("killing the observer ends the run with an error", death::killed_observer),
];

/// Runs one case: its name, then the backend's.
pub(crate) fn main(args: &[&str]) -> ExitCode {
    let backend: Backend = args[1].parse().unwrap();
    let support = Support::probe();
    if let Err(error) = support.select(BackendChoice::Only(backend)) {
        eprintln!("    {error}");
        return ExitCode::from(u8::try_from(CANNOT_RUN).unwrap());
    }
    if args[0] == "caller" {
        death::caller(&Fixture::new(backend, support), args[2], args[3]);
        return ExitCode::SUCCESS;
    }
    let (_, case) = CASES.iter().find(|(name, _)| *name == args[0]).unwrap();
    case(&Fixture::new(backend, support));
    ExitCode::SUCCESS
}
