//! The program that the demonstration builds. Its configure script is of the kind everybody has met: it uses a
//! library when it happens to find one, and says nothing about it in its dependencies.

use std::path::Path;

use super::library::Library;
use crate::failure::Failure;

/// What runs in each build; nothing but a shell and a C compiler is needed.
pub(super) const BUILD: &str = "sh ./configure && sh ./build";

const PEEK: &str = r#"#include <stdio.h>
#include "config.h"
#ifdef HAVE_LIBRARY
#include <@HEADER@>
#endif

int main(void)
{
#ifdef HAVE_LIBRARY
    printf("peek 1.0, with @NAME@ %s\n", (const char *) (@VERSION@));
#else
    printf("peek 1.0, without @NAME@\n");
#endif
    return 0;
}
"#;

const CONFIGURE: &str = r#"# Finds out what is there, like any configure script.
CC=${CC-cc}
printf 'checking for a C compiler that works... '
echo 'int main(void) { return 0; }' > conftest.c
$CC -o conftest conftest.c || { echo no; exit 1; }
echo yes

printf 'checking for @NAME@... '
cat_program() {
    echo '#include <@HEADER@>'
    echo 'int main(void) { return !(@VERSION@); }'
}
cat_program > conftest.c
if $CC $CPPFLAGS -o conftest conftest.c $LDFLAGS @LINK@ 2> config.log; then
    echo yes
    echo '#define HAVE_LIBRARY 1' > config.h
    libs='@LINK@'
else
    echo no
    echo '/* no HAVE_LIBRARY */' > config.h
    libs=
fi
echo "$CC $CPPFLAGS -o peek peek.c $LDFLAGS $libs" > build
"#;

/// Writes the sources into a directory.
pub(super) fn write(directory: &Path, library: &Library) -> Result<(), Failure> {
    std::fs::create_dir_all(directory)
        .map_err(|error| Failure::file(directory, "can't be made", &error))?;
    for (name, template) in [("peek.c", PEEK), ("configure", CONFIGURE)] {
        let text = template
            .replace("@NAME@", library.name)
            .replace("@HEADER@", library.header)
            .replace("@VERSION@", library.version)
            .replace("@LINK@", library.link);
        let path = directory.join(name);
        std::fs::write(&path, text)
            .map_err(|error| Failure::file(&path, "can't be written", &error))?;
    }
    Ok(())
}
