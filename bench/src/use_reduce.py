"""Times Portage's use_reduce over the lines of a file: EAPI, flags and dependency string."""
import sys
import time

from portage.dep import Atom, use_reduce
from portage.exception import InvalidDependString

with open(sys.argv[1]) as lines:
    rows = [line.rstrip("\n").split("\t") for line in lines]
rows = [(eapi, frozenset(flags.split()), text) for eapi, flags, text in rows]
read = 0
start = time.perf_counter()
for eapi, flags, text in rows:
    try:
        use_reduce(text, uselist=flags, eapi=eapi, token_class=Atom)
        read += 1
    except InvalidDependString:
        pass
print(time.perf_counter() - start, read)
