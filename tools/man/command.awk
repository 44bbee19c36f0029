# command.awk: the texts of `pier --help` and `pier COMMAND --help`, taken from
# the sources of the command, as its manual page.
#   awk -v version=0.1.0 -f roff.awk -f command.awk c_src/cli/main.c c_src/cli/*.c
# The text inside the quotes of a line of C.
function quoted(line) {
  sub(/^[^"]*"/, "", line)
  sub(/"[^"]*$/, "", line)
  gsub(/\\"/, "\"", line)
  gsub(/%%/, "%", line)
  return line
}
BEGIN {
  printf ".TH PIER 1 \"\" \"pier %s\" \"pier\"\n.SH NAME\npier \\- %s\n", version, "both ends of an Erlang port"
  print ".SH SYNOPSIS\n.B pier\n.I COMMAND\n[OPTIONS] ...\n.SH COMMANDS"
}
/^static const subcommand subcommands\[\]/ { table = 1; next }
table && /^};/ { table = 0 }
table && /"/ {
  line = $0
  while (match(line, /"([^"\\]|\\.)*"/)) {
    found = substr(line, RSTART + 1, RLENGTH - 2)
    line = substr(line, RSTART + RLENGTH)
    part++
    if (part % 3 == 2) print ".TP\n.B pier " roff(found)
    if (part % 3 == 0) print roff(found)
  }
  next
}
/^static const char (help|usage)\[\] =/ { inside = 1; first = 1; next }
/^  printf\("pier [a-z]+ / { inside = 1; first = 1 }
inside && /"/ {
  line = kept quoted($0)
  kept = ""
  if (line !~ /\\n$/) { kept = line; next } # one line of text, on two of C
  sub(/\\n$/, "", line)
  gsub(/\\\\/, "\\", line)
  if (first) {
    sub(/^usage: /, "", line)
    split(line, word, " ")
    print ".SH " toupper(word[1] " " word[2]) "\n.nf"
    first = 0
  }
  print roff(line)
}
inside && /;[ \t]*$/ { inside = 0; print ".fi" }
END {
  print ".SH EXIT STATUS\n0 when all is well, 1 when something failed, 2 for a call that makes no sense, 126 and 127 when a program cannot be run, 128+n after signal n; pier run, pier call and pier wrap give the program's own."
  print ".SH SEE ALSO"
  count = split("base term read write pattern frame peer port host driver", page, " ")
  for (at = 1; at <= count; at++) print ".BR pier_" page[at] " (3)" (at < count ? "," : "")
}
