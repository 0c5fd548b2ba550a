# Run by "hermitage bench": what a small configure script does. It finds the same inside of a view and outside, because all
# that it looks for is in every view of the bench, or nowhere.
set -u
CC=$1
exec 5>config.log
found=0 asked=0

answer() {
  asked=$((asked + 1))
  if [ "$2" = 0 ]; then
    found=$((found + 1))
    echo "#define HAVE_$(echo "$1" | sed 's/[^a-zA-Z0-9]/_/g') 1" >>confdefs.h
  fi
  echo "checking for $1... $2" >&5
}

compiles() {
  cat confdefs.h conftest.inc >conftest.c
  "$CC" -c conftest.c -o conftest.o >conftest.err 2>&1
  status=$?
  cat conftest.err >&5
  rm -f conftest.o conftest.c conftest.err
  return $status
}

links() {
  cat confdefs.h conftest.inc >conftest.c
  "$CC" conftest.c -o conftest "$@" >conftest.err 2>&1
  status=$?
  cat conftest.err >&5
  rm -f conftest conftest.c conftest.err
  return $status
}

: >confdefs.h
for header in ctype.h errno.h math.h stdio.h stdlib.h string.h unistd.h sys/stat.h sys/types.h \
  hermitage-absent.h sys/hermitage-absent.h; do
  echo "#include <$header>" >conftest.inc
  compiles
  answer "$header" $?
done
for function in printf malloc memcpy strtok getpid stat hermitage_absent; do
  echo "char $function(void); int main(void) { return $function(); }" >conftest.inc
  links -fno-builtin
  answer "$function" $?
done
echo 'double sqrt(double); int main(int n, char **v) { (void)v; return (int)sqrt(n); }' >conftest.inc
links -lm
answer "sqrt in -lm" $?
links -lhermitage-absent
answer "-lhermitage-absent" $?
for size in int long size_t; do
  echo "#include <stddef.h>
int size[sizeof($size) >= 4 ? 1 : -1]; int main(void) { return 0; }" >conftest.inc
  compiles
  answer "$size of four bytes" $?
done
sed -e 's/@CC@/cc/' -e 's/@FOUND@/found/' confdefs.h >config.h
if grep hermitage_absent config.h >&5; then exit 2; fi
echo "$found of $asked" >config.status
rm -f conftest.inc
[ "$found" = 19 ] || { echo "found $found of $asked, where 19 are expected" >&2; exit 1; }
