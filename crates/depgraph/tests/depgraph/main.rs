//! Tests of the public interface, against hand-written databases, a naive oracle, and Portage's recorded answers.

mod conformance;
mod corpus;
