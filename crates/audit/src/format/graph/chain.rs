//! The way by which a package comes in.

/// A step of a way: why, and which package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step<'a> {
    pub(super) why: &'a str,
    pub(super) package: &'a str,
}

/// The steps of a line such as `viewer --DEPEND media-libs/libpng--> media-libs/libpng-1.6 --RDEPEND sys-libs/zlib--> sys-libs/zlib-1.3`,
/// after what it starts from. A line of another form has none.
pub(super) fn steps(chain: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut rest = chain;
    while let Some((_, after)) = rest.split_once(" --") {
        let Some((why, after)) = after.split_once("--> ") else { return Vec::new() };
        let package = after.split_once(" --").map_or(after, |(package, _)| package);
        steps.push(Step { why, package });
        rest = after;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::{Step, steps};

    #[test]
    fn a_way_is_read_as_it_is_printed() {
        let way = "viewer --DEPEND media-libs/libpng--> media-libs/libpng-1.6 --RDEPEND sys-libs/zlib--> sys-libs/zlib-1.3";
        let expected = [
            Step { why: "DEPEND media-libs/libpng", package: "media-libs/libpng-1.6" },
            Step { why: "RDEPEND sys-libs/zlib", package: "sys-libs/zlib-1.3" },
        ];
        assert_eq!(steps(way), expected);
        assert!(steps("something else").is_empty());
        assert!(steps("half --a way").is_empty());
    }
}
