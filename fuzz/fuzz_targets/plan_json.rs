//! A mount plan saved as JSON.
#![cfg_attr(fuzzing, no_main)]
hermitage_fuzz::target!(hermitage_fuzz::plan_json);
