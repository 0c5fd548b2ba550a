//! What the fuzz targets share: a target is one line that names a crate's check function.
//!
//! Under cargo-fuzz (`cfg(fuzzing)`) a target is libFuzzer's entry point. Without it, on a stable
//! compiler, the same target is a program that checks each file it is given:
//!
//! ```text
//! cargo +nightly fuzz run atom corpus/atom seeds/atom
//! cargo run --bin atom -- artifacts/atom/crash-...
//! ```
//!
//! `seeds/TARGET/` holds inputs written by hand and every input that once broke a law, each under a
//! name that says what it is; the tests replay all of them.
#![forbid(unsafe_code)]

mod plan;
mod replay;

pub use plan::plan_json;
pub use replay::{replay_arguments, replay_seeds};

/// Makes a check function, `fn(&[u8])` that panics when a law breaks, the whole of a target.
#[macro_export]
macro_rules! target {
    ($check:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|input: &[u8]| $check(input));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            $crate::replay_arguments($check)
        }
    };
}
