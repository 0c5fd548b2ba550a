//! Dependency closures over installed Gentoo packages, every edge with its reason
