//! The tree of paths a build may see, each with its owner
