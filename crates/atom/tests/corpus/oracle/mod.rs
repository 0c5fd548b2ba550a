//! Compares with what other programs answered.

mod package;
mod paludis;
mod pkgcore;
mod pkgcraft;
mod portage_atoms;
mod portage_specs;
mod portage_units;
mod trees;
mod utils;

use crate::tally;
use hermitage_testing::Corpus;

pub(crate) fn every_recorded_answer_is_given_or_listed_with_a_reason(corpus: &Corpus) {
    let read = |name| corpus.oracle(name);
    tally::conclude(&[
        portage_units::tally(&read("portage-unit-tables")),
        pkgcore::tally(&read("pkgcore-unit-tables")),
        pkgcraft::versions(&read("pkgcraft-version")),
        pkgcraft::deps(&read("pkgcraft-dep")),
        paludis::tally(&read("paludis-version")),
        utils::explode(&read("portage-utils-atom-explode")),
        utils::compare(&read("portage-utils-atom-compare")),
        trees::atoms(&read("atoms-gentoo-prefix-tree-2014")),
        trees::order(&read("version-order-gentoo-prefix-tree-2014")),
        trees::installed(
            "portage-vdb-clusterhq-prefix-2014",
            &read("portage-vdb-clusterhq-prefix-2014"),
        ),
        trees::installed(
            "portage-vdb-yangmame-desktop-2018",
            &read("portage-vdb-yangmame-desktop-2018"),
        ),
        portage_specs::clusterhq(&read("use-reduce-clusterhq")),
    ]);
}
