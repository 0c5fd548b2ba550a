//! Strategies of databases and profile stacks, and a naive oracle, for testing resolvers.
