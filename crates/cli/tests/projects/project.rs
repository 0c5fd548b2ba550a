//! The projects, sound and faulty.

use std::fs;
use std::path::Path;

use crate::machine::Machine;

/// A project that is built.
pub(crate) struct Project {
    pub(crate) name: &'static str,
    /// What must be installed to build it.
    pub(crate) tools: &'static [&'static str],
    /// The shell command that builds and installs it; `$P` is where packages are, `$D` what to install into.
    pub(crate) build: &'static str,
    /// The findings of the faulty one; `@P@` is where packages are.
    faults: &'static [&'static [&'static str]],
    /// What the sound and the faulty one declare: DEPEND, BDEPEND, RDEPEND.
    pub(crate) sound: [&'static str; 3],
    pub(crate) faulty: [&'static str; 3],
    /// Names and contents. A line that holds `@fault@` is in the faulty one only.
    files: &'static [(&'static str, &'static str)],
}

impl Project {
    /// Writes the sources.
    pub(crate) fn write(&self, source: &Path, faulty: bool) {
        for (name, text) in self.files {
            let lines = text.lines().filter(|line| faulty || !line.contains("@fault@"));
            let text: String = lines.map(|line| line.replace("@fault@", "") + "\n").collect();
            fs::write(source.join(name), text).unwrap();
        }
    }

    /// The ids of what must be found.
    pub(crate) fn wanted(&self, machine: &Machine, faulty: bool) -> Vec<String> {
        let usr = machine.prefix().join("usr");
        let id = |id: &&str| id.replace("@P@", usr.to_str().unwrap());
        let mut ids: Vec<_> = self.faults.concat().iter().filter(|_| faulty).map(id).collect();
        ids.sort();
        ids
    }
}

const MAIN: (&str, &str) = (
    "main.c",
    "
#include <alpha.h>
#ifdef HAVE_GAMMA
#include <gamma.h>
#endif
#include <beta.h>
#include <generated.h>
int main(void) { return !(alpha() + beta()); }
",
);

const C_SOUND: [&str; 3] = [
    "dev-libs/alpha dev-libs/beta dev-libs/gamma dev-util/header",
    "dev-util/delta",
    "dev-libs/alpha dev-libs/beta dev-libs/gamma",
];

/// Gamma is left out, beta too though it is used; delta is a tool, the header is built against, and nothing is said of what the
/// program needs to run.
const C_FAULTY: [&str; 3] =
    ["dev-libs/alpha dev-libs/unused dev-util/delta", "dev-util/header", ""];

/// What is found in each.
const FAULTS: &[&str] = &[
    "undeclared:dev-libs/gamma",
    "indirect:dev-libs/beta",
    "system:sys-apps/zeta",
    "unused:dev-libs/unused",
    "misplaced:dev-util/delta:BDEPEND",
    "misplaced:dev-util/header:DEPEND",
    "misplaced:dev-libs/alpha:RDEPEND",
    "misplaced:dev-libs/beta:RDEPEND",
    "unowned:@P@/include/nobodys.h",
    "package-manager:sys-apps/manager",
];

/// What is run besides compiling, in the order of the tools: declared, of @system, the package manager's.
const TOOLS: (&str, &str) = (
    "tools.sh",
    "#!/bin/sh
delta || exit 1
zeta || echo without zeta
managers-own @fault@
",
);

pub(crate) const PROJECTS: &[Project] = &[
    Project {
        name: "make",
        tools: &["make", "cc"],
        build: "make && make install",
        faults: &[FAULTS],
        sound: C_SOUND,
        faulty: C_FAULTY,
        files: &[
            MAIN,
            TOOLS,
            (
                "Makefile",
                r"
has = $(shell printf '\043include <$(1).h>\n' > test.c; $(CC) -I$(P)/include -E test.c > test.i && echo yes)
GAMMA := $(if $(call has,gamma),-DHAVE_GAMMA)
LIBS := -L$(P)/lib -lalpha -lbeta $(if $(GAMMA),-lgamma)
NOBODYS := $(call has,nobodys) #@fault@

all: main.c
	sh ./tools.sh
	$(CC) -I$(P)/include $(GAMMA) -o main main.c -Wl,--no-as-needed $(LIBS)

install:
	mkdir -p $(D)/usr/bin
	cp main $(D)/usr/bin/main
",
            ),
        ],
    },
    Project {
        name: "autotools",
        tools: &["make", "cc", "autoconf", "automake"],
        build: "autoreconf -fi && ./configure CPPFLAGS=-I$P/include LDFLAGS=\"-L$P/lib -Wl,--no-as-needed\" && make && make install DESTDIR=$D",
        faults: &[FAULTS],
        sound: C_SOUND,
        faulty: C_FAULTY,
        files: &[
            MAIN,
            TOOLS,
            (
                "configure.ac",
                "
AC_INIT([small], [1])
AM_INIT_AUTOMAKE([foreign])
AC_PROG_CC
AC_ARG_WITH([gamma], AS_HELP_STRING([--without-gamma], [do without gamma]))
AC_CHECK_HEADER([gamma.h], [AC_DEFINE([HAVE_GAMMA], [1], [gamma]) LIBS=\"$LIBS -lgamma\"])
AC_CHECK_HEADER([nobodys.h]) dnl @fault@
LIBS=\"$LIBS -lalpha -lbeta\"
sh ./tools.sh || AC_MSG_ERROR([no delta])
AC_CONFIG_HEADERS([config.h])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
",
            ),
            ("Makefile.am", "bin_PROGRAMS = main\nmain_SOURCES = main.c\n"),
        ],
    },
    Project {
        name: "cmake",
        tools: &["cmake", "make", "cc"],
        build: "cmake -DCMAKE_PREFIX_PATH=$P -DCMAKE_INSTALL_PREFIX=/usr -B build . && make -C build && make -C build install DESTDIR=$D",
        faults: &[FAULTS, &["undeclared:dev-libs/listed"]],
        sound: [
            "dev-libs/alpha dev-libs/beta dev-libs/gamma dev-libs/listed dev-util/header",
            C_SOUND[1],
            C_SOUND[2],
        ],
        faulty: C_FAULTY,
        files: &[
            MAIN,
            TOOLS,
            (
                "CMakeLists.txt",
                r"
cmake_minimum_required(VERSION 3.16)
project(small C)
include(CheckIncludeFile)
find_package(alpha CONFIG REQUIRED)
find_package(gamma CONFIG QUIET)
find_library(LISTED NAMES listed)
find_library(NOWHERE NAMES nowhere)
set(CMAKE_REQUIRED_INCLUDES $ENV{P}/include)
check_include_file(nobodys.h HAVE_NOBODYS) #@fault@
execute_process(COMMAND sh ./tools.sh WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} RESULT_VARIABLE code)
if(code)
  message(FATAL_ERROR no delta)
endif()
add_executable(main main.c)
target_include_directories(main PRIVATE $ENV{P}/include)
target_link_directories(main PRIVATE $ENV{P}/lib)
target_link_options(main PRIVATE -Wl,--no-as-needed)
target_link_libraries(main alpha beta)
if(gamma_FOUND)
  target_compile_definitions(main PRIVATE HAVE_GAMMA)
  target_link_libraries(main gamma)
endif()
install(TARGETS main)
",
            ),
        ],
    },
    Project {
        name: "meson",
        tools: &["meson", "ninja", "cc", "pkg-config"],
        build: "meson setup build --prefix=/usr && ninja -C build && DESTDIR=$D meson install -C build",
        faults: &[FAULTS],
        sound: C_SOUND,
        faulty: C_FAULTY,
        files: &[
            MAIN,
            TOOLS,
            (
                "meson.build",
                "
project('small', 'c')
cc = meson.get_compiler('c')
include = '-I' + run_command('sh', '-c', 'echo $P/include', check: true).stdout().strip()
alpha = dependency('alpha')
beta = dependency('beta')
gamma = dependency('gamma', required: false)
cc.has_header('nobodys.h', args: include) #@fault@
run_command('sh', './tools.sh', check: true)
args = [include, gamma.found() ? '-DHAVE_GAMMA' : '-DNO_GAMMA']
executable('main', 'main.c', c_args: args, link_args: '-Wl,--no-as-needed', dependencies: [alpha, beta, gamma], install: true)
",
            ),
        ],
    },
    Project {
        name: "python extension",
        tools: &["python3", "cc", "python: import setuptools", "python: import os, sysconfig; os.stat(sysconfig.get_path('include') + '/Python.h')"],
        build: "PYTHONPATH=$P/lib/python3 python3 setup.py -q install --root=$D --prefix=/usr --single-version-externally-managed",
        faults: &[FAULTS, &["undeclared:dev-python/gammapy"]],
        sound: [
            "dev-libs/alpha dev-libs/beta dev-libs/gamma dev-util/header",
            "dev-util/delta dev-python/alphapy dev-python/gammapy",
            "dev-libs/alpha dev-libs/beta dev-libs/gamma",
        ],
        faulty: [
            "dev-libs/alpha dev-libs/unused dev-util/delta",
            "dev-util/header dev-python/alphapy",
            "",
        ],
        files: &[
            TOOLS,
            (
                "small.c",
                "
#include <Python.h>
#include <alpha.h>
#include <beta.h>
#include <generated.h>
static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, \"small\", 0, -1, 0, 0, 0, 0, 0 };
PyMODINIT_FUNC PyInit_small(void) { return alpha() + beta() ? PyModule_Create(&module) : 0; }
",
            ),
            (
                "setup.py",
                "
import os, subprocess
from setuptools import setup, Extension
import alphapy
try:
    import gammapy
except ImportError:
    pass
usr = os.environ['P']
libraries = ['alpha', 'beta']
for name in ['gamma']:
    if os.path.exists(usr + '/include/' + name + '.h'):
        libraries.append(name)
os.path.exists(usr + '/include/nobodys.h') #@fault@
subprocess.check_call(['sh', './tools.sh'])
small = Extension('small', ['small.c'], include_dirs=[usr + '/include'], library_dirs=[usr + '/lib'], libraries=libraries,
                  extra_link_args=['-Wl,--no-as-needed'])
setup(name='small', version='1', ext_modules=[small])
",
            ),
        ],
    },
];
