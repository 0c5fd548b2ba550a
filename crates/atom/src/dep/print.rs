//! Printing: the text with its white space normalised.

use super::DepSpec;
use super::node::{DepNode, Nodes};
use std::fmt;

impl<S: AsRef<str>> fmt::Display for DepSpec<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.nodes())
    }
}

impl fmt::Display for Nodes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, node) in self.enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{node}")?;
        }
        Ok(())
    }
}

impl fmt::Display for DepNode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Atom(atom) => f.write_str(atom.as_str()),
            Self::Flag { flag, enabled } => write!(f, "{}{flag}", if *enabled { "" } else { "!" }),
            Self::Word(word) => f.write_str(word),
            Self::Uri { uri, name: None } => f.write_str(uri),
            Self::Uri { uri, name: Some(name) } => write!(f, "{uri} -> {name}"),
            Self::AllOf(members) => group(f, "", *members),
            Self::AnyOf(members) => group(f, "|| ", *members),
            Self::ExactlyOneOf(members) => group(f, "^^ ", *members),
            Self::AtMostOneOf(members) => group(f, "?? ", *members),
            Self::UseConditional { flag, enabled, children } => {
                write!(f, "{}{flag}? ", if *enabled { "" } else { "!" })?;
                group(f, "", *children)
            }
        }
    }
}

fn group(f: &mut fmt::Formatter<'_>, operator: &str, members: Nodes<'_>) -> fmt::Result {
    if members.is_empty() {
        return write!(f, "{operator}( )");
    }
    write!(f, "{operator}( {members} )")
}
