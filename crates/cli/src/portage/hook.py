"""Has Portage call hermitage in the place of /usr/bin/sandbox.

Python imports this file before anything else when its directory is on PYTHONPATH. Portage takes the path of its sandbox
from portage.const, so that module gets another one right after it was loaded.
"""

import importlib.machinery
import os
import sys


class _Finder:
    """Looks on while two of Portage's modules are loaded; loads nothing itself."""

    def find_spec(self, name, path, target=None):
        if name == "portage.package.ebuild.config":
            # It copies the environment for the phases. Not earlier: a Portage of pip's executes another Python first.
            _restore_environment()
        if name != "portage.const":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            module.SANDBOX_BINARY = os.environ["HERMITAGE_SANDBOX"]
            if "HERMITAGE_PROBE" in os.environ:
                os.write(1, b"hooked\n")
                os._exit(0)

        spec.loader.exec_module = exec_module
        return spec


def _restore_environment():
    given = os.environ.pop("HERMITAGE_PYTHONPATH", None)
    os.environ.pop("PYTHONPATH", None)
    if given is not None:
        os.environ["PYTHONPATH"] = given


def _import_the_one_behind():
    """The machine may have a sitecustomize of its own."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != here]
    sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError:
        pass


if "HERMITAGE_SANDBOX" in os.environ:
    sys.meta_path.insert(0, _Finder())
    _import_the_one_behind()
