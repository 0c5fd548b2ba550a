//! Gentoo package names, versions, atoms and dependency specifications (PMS, EAPI 0 to 9)
