//! Byte-exact reader and writer of Gentoo's installed-package database
