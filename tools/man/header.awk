# header.awk: a public header as a manual page of section 3. The comment at its
# top is the description; each declaration is followed by the comment before it.
#   awk -v page=pier_read -v version=0.1.0 -f roff.awk -f header.awk pier/read.h
# Text as paragraphs: empty lines part them, what is indented is code.
function say(text,    line, count, at, code) {
  count = split(text, line, "\n")
  code = 0
  for (at = 1; at <= count; at++) {
    if (line[at] == "" && at < count) print ".PP"
    else if (line[at] ~ /^  /) {
      if (!code) print ".nf"
      code = 1
      print roff(line[at])
      continue
    } else if (line[at] != "") {
      if (code) print ".fi"
      code = 0
      print roff(line[at])
    }
  }
  if (code) print ".fi"
}
function flush_comment() {
  if (comment != "") { print ".PP"; say(comment) }
  comment = ""
}
function declare() {
  # What has a body here is declared further up as well.
  if (declaration !~ /^PIER_INLINE[^;]*{/ && !internal) {
    print ".PP\n.nf"
    gsub(/PIER_API |PIER_INLINE |PIER_CHECKED /, "", declaration)
    count = split(declaration, piece, "\n")
    for (at = 1; at <= count; at++) print "\\fB" roff(piece[at]) "\\fR"
    print ".fi"
    if (comment != "") { print ".PP"; say(comment) }
  }
  comment = declaration = ""
}
function end_comment() {
  sub(/[ \t]*\*\/.*$/, "", text)
  if (!titled) {
    titled = 1
    name = text
    sub(/^[^-]*- /, "", name)
    sub(/[.:\n].*$/, "", name)
    printf ".TH %s 3 \"\" \"pier %s\" \"pier\"\n.SH NAME\n%s \\- %s\n", toupper(page), version, page, roff(name)
    printf ".SH SYNOPSIS\n.nf\n\\fB#include <%s>\\fR\n.fi\n.SH DESCRIPTION\n", header
    sub(/^[^-]* - /, "", text)
    say(text)
  } else if (text ~ /^-+ /) {
    title = text
    sub(/^-+ /, "", title)
    rest = title
    sub(/\n.*/, "", title)
    sub(/^[^\n]*\n?/, "", rest)
    sub(/ *-*$/, "", title)
    sub(/ *\([^)]*\)$/, "", title)
    internal = title ~ /^Not for users/
    if (!internal) {
      printf ".SH %s\n", toupper(roff(title))
      sub(/^\n/, "", rest)
      say(rest)
    }
  } else comment = text
  text = ""
}
FNR == 1 { header = FILENAME; sub(/^.*include\//, "", header) }
in_comment {
  line = $0
  sub(/^ \*( |$)/, "", line)
  sub(/^   /, "", line)
  if (line ~ /^\//) line = ""
  text = text "\n" line
  if ($0 ~ /\*\//) { in_comment = 0; sub(/\n$/, "", text); end_comment() }
  next
}
declaration != "" {
  declaration = declaration "\n" $0
  depth += gsub(/{/, "{") - gsub(/}/, "}")
  if (depth == 0 && ($0 ~ /;[ \t]*(\/\*.*)?$/ || $0 ~ /^}/)) declare()
  next
}
/^\/\*/ {
  flush_comment()
  text = $0
  sub(/^\/\*[ ]?/, "", text)
  if ($0 ~ /\*\//) end_comment(); else in_comment = 1
  next
}
/^#define PIER_[A-Z_]+\(/ || /^#define PIER_[A-Z0-9_]+ [^_(]/ {
  if (!internal) {
    line = $0
    sub(/[ \t]*\\$/, " ...", line)
    print ".PP\n.nf\n\\fB" roff(line) "\\fR\n.fi"
    flush_comment()
  }
  comment = ""
  next
}
/^#|^extern "C"|^}|^[ \t]/ { next }
/^[a-zA-Z]/ {
  declaration = $0
  depth = gsub(/{/, "{") - gsub(/}/, "}")
  if (depth == 0 && $0 ~ /;[ \t]*(\/\*.*)?$/) declare()
  next
}
END { flush_comment(); printf ".SH SEE ALSO\n.BR pier (1), https://www.erlang.org/doc/man/erlang.html#open_port\\-2\n" }
