use crate::strings;
use crate::tally::Tally;
use hermitage_depgraph::profile::{Disk, ProfileStack, Repositories};
use hermitage_testing::Corpus;
use std::path::Path;

/// The stack of a profile of the unpacked tree.
pub(crate) fn stack(tree: &Path, profile: &str) -> ProfileStack {
    let directory = tree.join("profiles").join(profile);
    ProfileStack::load(&Disk, &directory, &Repositories::new()).expect("the profile can be read")
}

pub(crate) fn atoms(stack: &ProfileStack) -> Vec<String> {
    let mut atoms: Vec<_> = stack.system_set().atoms().map(ToString::to_string).collect();
    atoms.sort();
    atoms
}

pub(crate) fn the_profiles_of_2014_stack_up_as_in_portage(corpus: &Corpus) {
    let tree = corpus.unpacked("repo/profiles-2014.tar.xz");
    let place = tree.canonicalize().expect("it was made just now");
    let answers = corpus.oracle("portage-profile-stacks-2014");
    let mut nodes = Tally::new("portage-profile-stacks-2014 (nodes)", &[]);
    let mut system = Tally::new("portage-profile-stacks-2014 (@system)", &[]);
    let profiles = answers["gentoo-prefix-2014"]["profiles"].as_object().expect("an object");
    for (name, answer) in profiles {
        let stack = stack(&place, name);
        let ours: Vec<_> = stack
            .nodes()
            .iter()
            .map(|node| node.path().strip_prefix(&place).expect("a node of the tree"))
            .map(|path| path.to_str().expect("UTF-8"))
            .collect();
        nodes.case(name, &ours, &strings(&answer["nodes"]));
        assert!(strings(&answer["profile"]).is_empty());
        assert_eq!(stack.profile_set().atoms().len(), 0);
        system.case(
            name,
            &atoms(&stack),
            &strings(&answer["system"]).iter().map(ToString::to_string).collect(),
        );
    }
    nodes.finish();
    system.finish();
}
