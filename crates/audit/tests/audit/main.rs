//! Through the public interface.

mod findings;
