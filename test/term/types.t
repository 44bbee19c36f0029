#!/bin/sh
# The types of the arguments of patterns and formats: what has to compile
# without a warning, in every compiler and language there is, and what must not.
. test/support/tap.sh
warn="-Wall -Wextra -Wpedantic -Werror -Iinclude ${ERL_EI_INCLUDE_DIR:+-I$ERL_EI_INCLUDE_DIR}"

# source LINE: a function with one of everything and the line.
source_of() {
  cat >"$scratch/one.c" <<EOF
#include <pier.h>
#include <pier/host.h>
int two(pier_call *call, pier_process *me, pier_port port, const pier_message *message);
int two(pier_call *call, pier_process *me, pier_port port, const pier_message *message) {
  long long l = 1;
  return pier_reply(call, "ok") + pier_reply(call, "{ok, ~l}", l) + pier_command_format(me, port, "~l", l) +
         pier_message_data_match(message, "{ok, ~l}", &l);
}
int one(pier_span term, pier_buffer *out, const pier_pattern *pattern, pier_diag *diag);
int one(pier_span term, pier_buffer *out, const pier_pattern *pattern, pier_diag *diag) {
  int i = 0; long n = 0; long long l = 0; double d = 0; char text[8] = ""; void *nothing = 0;
  const int constant = 0; float f = 0; short s = 0; struct other { int x; } other = {0};
  int count = 0;
  $1
  (void)i; (void)n; (void)l; (void)d; (void)text; (void)nothing; (void)constant; (void)f; (void)s;
  (void)other; (void)pattern; (void)diag; (void)term; (void)out;
  return count;
}
EOF
}

# compiles NAME COMMAND...
compiles() {
  name=$1
  shift
  "$@" $warn -fsyntax-only "$scratch/one.c" 2>"$scratch/cc"
  status=$?
  report $status "$name: $*"
  [ $status -eq 0 ] || comment "$scratch/cc" "$*"
}

refused() {
  source_of "$2"
  for cc in $compilers; do
    ! $cc -std=c11 $warn -fsyntax-only "$scratch/one.c" 2>"$scratch/cc" && grep -q '_Generic' "$scratch/cc"
    report $? "$cc refuses $1"
  done
}

compilers=
for cc in "${CC:-cc}" gcc clang; do
  if command -v ${cc%% *} >/dev/null 2>&1; then
    case " $compilers " in *" $cc "*) ;; *) compilers="$compilers $cc" ;; esac
  fi
done

source_of '
  count += pier_match(term, "ok");
  count += pier_match(term, "{add, ~l, ~l}", &l, &l);
  count += pier_match(term, "{~i, ~l, ~d, ~z}", &i, &n, &d, text, sizeof text);
  count += pier_match_diag(term, diag, "{~i}", &i);
  count += pier_pattern_match(pattern, term, NULL);
  count += pier_pattern_match(pattern, term, diag, &i, &l);
  count += pier_format(out, "ok");
  count += pier_format(out, "{~i, ~l, ~d, ~a, ~z, ~b, ~t}", 1, 2LL, f, "x", text, text, sizeof text, term);
  count += (pier_match)(term, "~i", &i);
  int (*pointer)(pier_span, const char *, ...) = pier_match; count += pointer(term, "~i", &i);
  count += pier_match(term, "[~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i]",
    &i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i,&i);'
for cc in $compilers; do
  for std in c11 c17 gnu11; do compiles "all calls" $cc -std=$std; done
  compiles "without the macros" $cc -std=c99
  compiles "with PIER_UNCHECKED" $cc -std=c11 -DPIER_UNCHECKED
done
for cxx in g++ clang++; do
  if command -v $cxx >/dev/null 2>&1; then
    compiles "C++" $cxx -x c++ -std=c++11
  else
    skip "C++" "no $cxx"
  fi
done

refused "a value where a pattern stores" 'count += pier_match(term, "~i", i);'
refused "a pointer to a constant" 'count += pier_match(term, "~i", &constant);'
refused "a pointer to float" 'count += pier_match(term, "~d", &f);'
refused "a pointer to short" 'count += pier_match(term, "~i", &s);'
refused "a pointer to void" 'count += pier_match(term, "~i", nothing);'
refused "NULL" 'count += pier_match(term, "~i", NULL);'
refused "a pointer to a pointer" 'count += pier_match(term, "~i", &nothing);'
refused "a struct of somebody" 'count += pier_format(out, "~i", other);'
refused "a pointer to it" 'count += pier_format(out, "~b", &other, sizeof other);'
refused "a pointer to int in a format" 'count += pier_format(out, "~i", &i);'
refused "a value for a compiled pattern" 'count += pier_pattern_match(pattern, term, diag, i);'

# The program of the documentation.
awk '$0 == "<!-- snippet: patterns.c -->" { wanted = 1; next }
  wanted && /^```/ { if (inside) exit; inside = 1; next }
  inside { print }' doc/terms.md >"$scratch/patterns.c"
${CC:-cc} -std=c11 $warn "$scratch/patterns.c" build/libpier.a -lei -lz -lm -pthread \
  -o "$scratch/patterns" 2>"$scratch/cc"
status=$?
report $status "the program of doc/terms.md compiles"
[ $status -eq 0 ] || comment "$scratch/cc" "${CC:-cc}"
gives "the program of doc/terms.md" 0 '2
3
byte 8: element 2 of tuple: expected integer, got list of 1' '' "$scratch/patterns"
finish
