//! Strategies that build the files of a database.
