#!/bin/sh
# What make install puts into a folder is enough to build with: by pkg-config,
# by CMake, shared, static and wholly static; and it has its manual.
. test/support/tap.sh
make="${MAKE:-make} -s"
cc="${CC:-cc} -std=c11"
stage=$scratch/stage
places="PREFIX=/usr LIBDIR=/usr/lib/some"
$make install DESTDIR="$stage" $places >"$scratch/log" 2>&1
report $? "make install honours LIBDIR"
comment "$scratch/log" "make install"
lib=$stage/usr/lib/some
export PKG_CONFIG_PATH="$lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$stage" LD_LIBRARY_PATH="$lib"
pier=$stage/usr/bin/pier

# builds NAME COMMAND...
builds() {
  name=$1
  shift
  "$@" >"$scratch/log" 2>&1
  status=$?
  report $status "$name"
  [ $status -eq 0 ] || comment "$scratch/log" "$*"
}
# answers NAME PROGRAM
answers() {
  is "$1" "$("$pier" call '{add,1,2}' -- "$2" 2>&1)" "{ok,3}"
}

# pkg-config. The examples use ei, libuv and zlib themselves where they say so.
for source in c_src/examples/*.c; do
  example=$(basename "$source" .c)
  builds "$example, shared" $cc -D_GNU_SOURCE "$source" $(pkg-config --cflags --libs pier) -luv -lz -lei -pthread -o "$scratch/$example"
done
answers "the shared library serves" "$scratch/adder"
builds "a caller, shared" $cc -x c - $(pkg-config --cflags --libs pier_host) -o "$scratch/caller" <<END
#include <pier/host.h>
int main(void) { pier_host *host; return pier_host_new(&host, 0) ? 1 : (pier_host_free(host), 0); }
END
builds "which runs" "$scratch/caller"
builds "wholly static" $cc -static c_src/examples/adder.c $(pkg-config --cflags --static --libs pier) -o "$scratch/whole"
is "which loads nothing" "$(readelf -d "$scratch/whole" | grep -c NEEDED)" 0
answers "which answers" "$scratch/whole"

# CMake.
mkdir "$scratch/cmake"
cp c_src/examples/adder.c "$scratch/cmake"
cat >"$scratch/cmake/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.13)
project(adder C)
find_package(pier 0.1 REQUIRED)
add_executable(shared adder.c)
target_link_libraries(shared pier::pier)
add_executable(static adder.c)
target_link_libraries(static pier::pier_static)
file(WRITE ${CMAKE_BINARY_DIR}/host.c "#include <pier/host.h>\nint main(void) { pier_host *host; return pier_host_new(&host, 0); }\n")
add_executable(host ${CMAKE_BINARY_DIR}/host.c)
target_link_libraries(host pier::host)
add_executable(host_static ${CMAKE_BINARY_DIR}/host.c)
target_link_libraries(host_static pier::host_static)
END
if command -v cmake >/dev/null 2>&1; then
  builds "find_package(pier)" cmake -S "$scratch/cmake" -B "$scratch/cmake/build" -Dpier_DIR="$lib/cmake/pier"
  builds "CMake: all four targets" cmake --build "$scratch/cmake/build"
  answers "CMake: pier::pier" "$scratch/cmake/build/shared"
  answers "CMake: pier::pier_static" "$scratch/cmake/build/static"
  builds "CMake: pier::host" "$scratch/cmake/build/host"
  builds "CMake: pier::host_static" "$scratch/cmake/build/host_static"
  sed 's/(pier 0.1 /(pier 9.0 /' "$scratch/cmake/CMakeLists.txt" >"$scratch/cmake/other"
  mv "$scratch/cmake/other" "$scratch/cmake/CMakeLists.txt"
  gives "CMake: a version that is not there" 1 "*" "*version: 0.1.0*" \
    cmake -S "$scratch/cmake" -B "$scratch/cmake/build9" -Dpier_DIR="$lib/cmake/pier"
else
  skip "CMake" "cmake is not installed"
fi

# The manual: every public name is in it, every option of the command too.
inside=$(awk '/---- Not for users/ { inside = FILENAME } inside == FILENAME' include/pier/*.h)
missing=
for name in $(cat test/house/libpier.symbols test/house/libpier_host.symbols); do
  case $inside in
  *"$name("*) continue ;;
  esac
  # Erlang has the manual of those.
  ! grep -qx "$name" test/house/driver_api.symbols || continue
  grep -rqw "$name" "$stage/usr/share/man/man3" || missing="$missing $name"
done
is "every public function has its place in the manual" "$missing" ""
missing=
for command in $(sed -n 's/^  {"\([a-z]*\)", pier__.*/\1/p' c_src/cli/main.c | sort -u) $("$pier" --help | sed -n 's/^  pier \([a-z]*\) .*/\1/p'); do
  for option in $("$pier" "$command" --help | grep -o -- '--[a-z][a-z0-9-]*' | sort -u); do
    sed 's/\\-/-/g' "$stage/usr/share/man/man1/pier.1" | grep -q -- "$option" || missing="$missing $command $option"
  done
done
is "every option of the command is in the manual" "$missing" ""
if command -v groff >/dev/null 2>&1; then
  is "troff has no complaint" "$(for page in "$stage"/usr/share/man/man*/*; do
    groff -man -ww -Tutf8 "$page" 2>&1 >/dev/null | grep -v 'cannot adjust line\|cannot break line'
  done)" ""
else
  skip "troff has no complaint" "groff is not installed"
fi

# A cross-compiler's environment: neither erl nor uname is asked.
mkdir "$scratch/bin"
for tool in erl uname; do
  printf '#!/bin/sh\necho "%s was called" >>"%s"\nexit 1\n' $tool "$scratch/called" >"$scratch/bin/$tool"
  chmod +x "$scratch/bin/$tool"
done
ei=$(dirname "$(find /usr/include /usr/lib/erlang -name ei.h 2>/dev/null | head -n 1)")
ei_lib=$(dirname "$(find /usr/lib -name libei.a 2>/dev/null | head -n 1)")
builds "cross-compiled" env PATH="$scratch/bin:$PATH" CROSSCOMPILE=1 ERL_EI_INCLUDE_DIR="$ei" ERL_EI_LIBDIR="$ei_lib" \
  CC="${CC:-cc}" CFLAGS=-O0 $make all BUILD="$scratch/cross" PRIV="$scratch/cross/priv" -j2
is "without erl, without uname" "$(cat "$scratch/called" 2>/dev/null)" ""
answers "its programs" "$scratch/cross/priv/adder"

# What only the static library has, and what uninstall takes away.
rm "$lib"/*.so*
builds "the static library, with pkg-config --static" $cc c_src/examples/adder.c \
  $(pkg-config --cflags --static --libs pier) -o "$scratch/static"
is "such a program does not load libuv" \
  "$(readelf -d "$scratch/static" 2>&1 | sed -n 's/.*NEEDED.*\[\(lib[a-z]*\).*/\1/p' | sort | xargs)" "libc libm libz"
if [ -e build/drivers/arith_drv.so ]; then
  builds "a host of drivers, with pkg-config --static" $cc -D_GNU_SOURCE test/driver/shape.c \
    $(pkg-config --cflags --static --libs pier_host) -o "$scratch/shape"
  is "it has what drivers need" "$("$scratch/shape" build/drivers 2>&1)" 5
fi
$make uninstall DESTDIR="$stage" $places >"$scratch/log" 2>&1
is "make uninstall leaves nothing" "$(find "$stage" ! -type d)" ""
finish
