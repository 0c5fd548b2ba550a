//! Tests of the dependency language through its public interface.

mod cache;
mod corpus;
mod differences;
mod oracle;
mod tally;
