//! The laws, one function each, shared by property tests, fuzz targets and the replay of seeds. Each panics where its law
//! does not hold, and takes arbitrary bytes.
#![expect(clippy::panic, clippy::missing_panics_doc, reason = "a check that fails has to panic")]
