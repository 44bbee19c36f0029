#!/bin/sh
# pier term: terms from one form into another, and what is said of bad ones.
. test/support/tap.sh
term="$PIER term"
here=$PWD

# same NAME WANTED GOT: two files.
same() {
  cmp "$2" "$3" >"$scratch/cmp" 2>&1
  report $? "$1"
  sed 's/^/# /' "$scratch/cmp"
}

gives "text is the default" 0 "{add,1,2}." "" $term '{add, 1, 2}'
gives "a term for each argument, in order" 0 "a.
-5.
\"text\"." "" $term a -5 '"text".'
gives "a negative number is not an option" 0 "-5." "" $term -5
gives "a first term after --" 0 "a." "" $term -- a
INPUT='a. %% more\n{b,\n c}. $. . "x. y".' gives "many from standard input" 0 "a.
{b,c}.
46.
\"x. y\"." "" $term
INPUT='a. b' gives "the last needs no full stop" 0 "a.
b." "" $term
INPUT='{from, input}.' gives "@-" 0 "{from,input}." "" $term @-
INPUT='{from, input}.' gives "- among others" 0 "a.
{from,input}.
b." "" $term a - b
printf 'x. y.\n' >"$scratch/terms"
gives "@FILE, all its terms" 0 "x.
y.
z." "" $term "@$scratch/terms" z
gives "--style w" 0 "[[]104,233].
'?x{20AC}'." "" $term --style w '"hé"' "'€'"
gives "--style tw" 0 "[[]104,233].
'€'." "" $term --style tw '"hé"' "'€'"
gives "--style tp" 0 "\"hé\"." "" $term --style tp '"hé"'
gives "--style pretty" 0 "{ok,\"hé\"}." "" $term --style pretty '{ok,"hé"}'

# An argument is a file if there is one of that name.
gives "FILE, all its terms" 0 "x.
y.
z." "" $term "$scratch/terms" z
echo 'inside.' >"$scratch/outside"
(cd "$scratch" && mkdir folder && "$here/$PIER" term outside folder ./outside '@outside' ' outside' nothing) \
  >"$scratch/got" 2>&1
is "names of files, of a folder, of nothing" "$(xargs <"$scratch/got")" "inside. folder. inside. inside. outside. nothing."
(cd "$scratch" && "$here/$PIER" term --as-text outside @outside) >"$scratch/got" 2>&1
is "--as-text takes no files" "$(head -n 1 "$scratch/got")" "outside."
(cd "$scratch" && "$here/$PIER" term --as-file outside terms) >"$scratch/got" 2>&1
is "--as-file takes files only" "$(xargs <"$scratch/got")" "inside. x. y."
gives "--as-file: no such file" 2 "" "pier term: {a}: No such file or directory" $term --as-file '{a}'
gives "/dev/stdin is a file" 0 "from." "" sh -c "echo from. | $term /dev/stdin"

gives "--to hex" 0 "83680364000361646461016102
8364000161" "" $term --to hex '{add,1,2}' a
gives "--utf8-atoms" 0 "836803770361646461016102
83770161" "" $term --utf8-atoms --to hex '{add,1,2}' a
gives "--from hex, capitals and blanks" 0 "{add,1,2}.
a." "" $term --from hex ' 83 68037703616464 6101 6102' 83770161
for size in "1 g2EB" "'' g3cA" "[[]1] g2sAAQE="; do
  text=${size% *} code=${size#* }
  gives "--from base64 $code" 0 "$text." "" $term --from base64 "$code"
done
gives "--to base64" 0 "g2EB
g2QAAA==
g2sAAQE=
g2sAAgEC" "" $term --to base64 1 "''" '[1]' '[1,2]'
INPUT='g2EB\r\n\n  \ng2sAAQE=' gives "empty lines and line ends of elsewhere" 0 "1.
[[]1]." "" $term --from base64
INPUT='\203h\002a\001w\001b' gives "--from etf" 0 "{1,b}." "" $term --from etf
INPUT='\203P\0\0\0\004\170\234\113\344\142\140\001\0\001\371\000\312' \
  gives "a compressed term that is broken" 1 "" "pier term: standard input: bad at 1: *" $term --from etf

# Through every form and back, by files.
cat >"$scratch/all" <<'TERMS'
{add,1,-2}.
[].
"text".
'an atom'.
'€uro'.
<<1,2,3>>.
<<"caf\303\251">>.
<<5:3>>.
#{a => 1,<<"b">> => [x|y]}.
123456789012345678901234567890.
1.5.
TERMS
for form in hex base64 packet1 packet2 packet4; do
  $term --to $form "@$scratch/all" >"$scratch/coded" 2>"$scratch/err"
  $term --from $form <"$scratch/coded" >"$scratch/back" 2>>"$scratch/err"
  $term <"$scratch/all" >"$scratch/wanted"
  same "to $form and back, by text" "$scratch/wanted" "$scratch/back"
  $term --from text --to $form "$scratch/back" >"$scratch/again"
  same "text to $form gives the same bytes" "$scratch/coded" "$scratch/again"
  is "--check of $form" "$($term --from $form --check "@$scratch/coded" | uniq -c | xargs)" "11 ok"
done
$term --to etf '{etf, [1,2,3]}' >"$scratch/etf"
gives "to etf and back" 0 "{etf,[[]1,2,3]}." "" $term --from etf "@$scratch/etf"
gives "etf to hex" 0 "8368026400036574*" "" $term --from etf --to hex "@$scratch/etf"
gives "--to etf takes one" 1 "*" "pier term: --to etf is for one term; *" $term --to etf a b

# The table of terms that the BEAM accepts, in hexadecimal and as text. Without
# the order of big maps, which is not kept.
awk -F '\t' '!/^#/ && $7 == "stable" && $6 != "alt_trailing_garbage" &&
  $1 !~ /^8374000000[2-9a-f]/' test/vectors/terms_valid.tsv >"$scratch/valid"
cut -f 1 "$scratch/valid" >"$scratch/hex"
for style in 2:w 3:tw; do
  $term --from hex --style ${style#*:} <"$scratch/hex" >"$scratch/${style#*:}" 2>&1
  cut -f ${style%:*} "$scratch/valid" | sed 's/\\\\/\\/g; s/$/./' >"$scratch/wanted"
  same "every vector as ~${style#*:}" "$scratch/wanted" "$scratch/${style#*:}"
done
$term --from hex --style pretty <"$scratch/hex" >"$scratch/pretty" 2>&1
cut -f 4 "$scratch/valid" | awk '{ # \n and \\ stand for themselves in the table
    for (; (i = index($0, "\\")) > 0; $0 = substr($0, i + 2))
      printf "%s%s", substr($0, 1, i - 1), substr($0, i + 1, 1) == "n" ? "\n" : "\\"
    print $0 "."
  }' >"$scratch/wanted"
same "every vector as ~tp" "$scratch/wanted" "$scratch/pretty"
gives "--width" 0 "{aaaaaaaa,
    bbbbbbbb,
    cccccccc}." "" $term --style pretty --width 20 '{aaaaaaaa,bbbbbbbb,cccccccc}'
awk -F '\t' '!/^#/ && $6 != "alt_trailing_garbage"' test/vectors/terms_valid.tsv >"$scratch/rows"
cut -f 5 "$scratch/rows" >"$scratch/wanted"
cut -f 1 "$scratch/rows" | $term --from hex --to hex --normal >"$scratch/back" 2>&1
same "the normal form of every vector" "$scratch/wanted" "$scratch/back"
# Of the rows of bad terms those that the BEAM takes as well.
sed 1d test/vectors/terms_malformed.tsv | awk -F '\t' '$1 && $2 !~ /^badarg/' >"$scratch/doubtful"
cut -f 1 "$scratch/doubtful" | $term --from hex --check | paste - "$scratch/doubtful" |
  grep '^ok' >"$scratch/accepted"
cut -f 5 "$scratch/accepted" >"$scratch/wanted"
cut -f 2 "$scratch/accepted" | $term --from hex --to hex --normal >"$scratch/back" 2>&1
same "and of those bad ones that are not" "$scratch/wanted" "$scratch/back"
is "which are" "$(wc -l <"$scratch/accepted")" 50
awk -F '\t' '$2 !~ /<0[.]|<8668[.]|#Fun</' "$scratch/valid" >"$scratch/writable"
cut -f 5 "$scratch/writable" >"$scratch/wanted"
for style in w tw tp pretty; do
  cut -f 1 "$scratch/writable" | $term --from hex --style $style |
    $term --utf8-atoms --to hex >"$scratch/hex_$style" 2>&1
  same "every vector as $style and back" "$scratch/wanted" "$scratch/hex_$style"
done
$term --from hex --to base64 <"$scratch/hex" | $term --from base64 --to packet4 >"$scratch/packets"
$term --from packet4 --style w <"$scratch/packets" >"$scratch/again"
same "every vector through base64 and packet4" "$scratch/w" "$scratch/again"

# The bytes of what is written. Here: 1 in five bytes, atoms in three ways, a string as a list.
old=8368056200000001730161640001e97701626c0000000161016a
gives "bytes stay as they are" 0 $old "" $term --from hex --to hex $old
gives "--normal" 0 8368056101770161"7702c3a9"7701626b000101 "" $term --from hex --to hex --normal $old
gives "--utf8-atoms touches atoms only" 0 83680562000000017701617702c3a97701626c0000000161016a "" \
  $term --from hex --to hex --utf8-atoms $old
gives "text to --normal has atoms in UTF-8" 0 83770161 "" $term --to hex --normal a
gives "atoms beyond Latin-1 have one form" 0 837703e282ac "" $term --to hex "'€'"
gives "--normal orders the keys of text" 0 "#{1 => a,b => 2}." "" \
  $term --from hex --normal 837400000002770162610261"01770161"
zeros=$(printf '<<0:80000>>' | $term --to hex)
for level in "" =1 =9; do
  $term --from hex --to hex --compressed$level "$zeros" >"$scratch/squeezed"
  like "$(cat "$scratch/squeezed")" '835000002715*' && [ "$(wc -c <"$scratch/squeezed")" -lt 200 ]
  report $? "--compressed$level"
  is "and back" "$($term --from hex --to hex "$scratch/squeezed")" "$zeros"
done
gives "--compressed leaves what is small" 0 8364000161 "" $term --compressed --to hex a
gives "--compressed of text" 2 "" "pier term: --compressed: *text" $term --compressed a
gives "--compressed=10" 2 "" "pier term: --compressed 10: *" $term --compressed=10 --to hex a

# JSON. doc/terms.md has the table.
json() { # TERM JSON: one stands for the other
  gives "$1 is $2" 0 "$(printf %s "$2" | sed 's/[][*?\\]/\\&/g')" "" $term --as-text --to json "$1"
  gives "$2 is $1" 0 "$(printf %s "$1." | sed 's/[][*?\\]/\\&/g')" "" $term --as-text --from json "$2"
}
json '{ok,-7}' '{"$tuple":[{"$atom":"ok"},-7]}'
json '[1,2.5,[]]' '[1,2.5,[]]'
json '[a|b]' '{"$improper":[{"$atom":"a"},{"$atom":"b"}]}'
json '[1,2|3]' '{"$improper":[1,2,3]}'
json '[true,false,null]' '[true,false,null]'
json '#{}' '{}'
json '{}' '{"$tuple":[]}'
json '#{<<"a">> => 1,<<"b">> => #{<<>> => 2}}' '{"a":1,"b":{"":2}}'
json '#{a => 1,<<"b">> => 2}' '{"$map":[[{"$atom":"a"},1],["b",2]]}'
json '#{<<"$atom">> => 1}' '{"$map":[["$atom",1]]}'
json '#{<<"$atom">> => 1,<<"$map">> => 2}' '{"$atom":1,"$map":2}'
json '#{<<"$ref">> => 1}' '{"$ref":1}'
json '#{[#{{x} => y}] => #{}}' '{"$map":[[[{"$map":[[{"$tuple":[{"$atom":"x"}]},{"$atom":"y"}]]}],{}]]}'
json '<<"tab\t">>' '"tab\t"'
json '<<"hé"/utf8>>' '"hé"'
json '<<0,255>>' '{"$binary":"AP8="}'
json '<<5:3>>' '{"$term":"<<5:3>>"}'
json 'fun lists:map/2' '{"$term":"fun lists:map/2"}'
json 9223372036854775807 9223372036854775807
json -9223372036854775808 -9223372036854775808
json 9223372036854775808 '{"$integer":"9223372036854775808"}'
json -123456789012345678901234567890 '{"$integer":"-123456789012345678901234567890"}'
json 0.1 0.1
json -0.0 -0.0
json 1.7976931348623157e308 1.7976931348623157e308
json 5.0e-324 4.94065645841247e-324
gives "a key with a NUL" 0 '{"$map":[[][[]"a\\u0000b",1]]}' "" $term --to json '#{<<"a",0,"b">> => 1}'
gives "$etf" 0 '<0.9.0>.' "" $term --from json '{"$etf":"g1h3DW5vbm9kZUBub2hvc3QAAAAJAAAAAAAAAAA="}'
gives "JSON to bytes of OTP 25" 0 8368026400026f6b6a "" $term --from json --to hex '{"$tuple":[{"$atom":"ok"},[]]}'
gives "JSON with --style pretty" 0 '{
  "a": [[]
    1,
    2
  ]
}' "" $term --to json --style pretty '#{<<"a">> => [1,2]}'
INPUT='1 "a"{"b":\n[2,"]"]}[] true\n' gives "many JSON values" 0 '1.
<<"a">>.
#{<<"b">> => [[]2,<<"]">>]}.
[[]].
true.' "" $term --from json
cut -f 5 "$scratch/rows" >"$scratch/wanted"
cut -f 1 "$scratch/rows" | $term --from hex --to json >"$scratch/json" 2>&1
$term --from json --normal --to hex "$scratch/json" >"$scratch/back" 2>&1
same "every vector as JSON and back" "$scratch/wanted" "$scratch/back"
$term --from json --to json "$scratch/json" >"$scratch/back"
same "and its JSON again" "$scratch/json" "$scratch/back"
bad_json() { # JSON WHAT
  gives "bad JSON: $1" 1 "" "pier term: bad at *: $2*" $term --as-text --from json "$1"
}
bad_json '{"a":1,"a":2}' 'line 1, column 10: duplicate object key'
bad_json '[1,}' "line 1, column 4: unexpected token near '}'"
bad_json '123456789012345678901' '*too big*"$integer"'
bad_json '1e999' '*real number overflow'
bad_json "$(printf '["\377"]')" '*unable to decode byte 0xff*'
bad_json '1 2' '*end of file expected'
bad_json '' '*'
bad_json '{"$atom":1}' '$atom is not a string'
bad_json "{\"\$atom\":\"$(printf %0300d 0)\"}" '$atom has more than 255'
bad_json '{"$tuple":1}' '$tuple is not an array'
bad_json '{"$improper":[1]}' '$improper is not *'
bad_json '{"$map":[[1]]}' '$map is not *pairs'
bad_json '{"$map":1}' '$map is not *'
bad_json '{"$map":[[1,2],[1,3]]}' 'map has the same key twice'
bad_json '{"$binary":"x"}' '$binary is not *'
bad_json '{"$binary":7}' '$binary is not *'
bad_json '{"$integer":"1.5"}' '$integer is not *'
bad_json '{"$integer":7}' '$integer is not *'
bad_json '{"$term":"{a"}' '$term is not the text of a term: *'
bad_json '{"$etf":"!"}' '$etf is not *base64'
bad_json '{"$etf":"g2g="}' 'in $etf, at 2: tuple needs *'
INPUT='[1] [2,] {"a":3}' gives "--check of JSON" 1 "ok
bad at 7: *
ok" "" $term --from json --check
gives "as many values as the limit" 0 "ok" "" $term --from json --check --limit nodes=5 '[1,2,",,,["]'
gives "more JSON values than the limit" 1 "bad at 0: more than 3 values" "" $term --from json --check --limit nodes=3 '[1,2,3]'
gives "JSON beyond the limit of text" 1 "bad at 0: *" "" $term --from json --check --limit text=3 '[1,2,3]'
deep() { printf "%0$1d" 0 | sed "s/0/$2/g"; }
gives "JSON as deep as it may be" 0 "ok" "" sh -c "printf %s '$(deep 2047 '[')1$(deep 2047 ']')' | $term --from json --to hex | $term --from hex --to json | $term --from json --check"
gives "JSON that is deeper" 1 "" "pier term: *: bad at *: JSON is nested deeper than 2048*" \
  sh -c "printf %s '$(deep 2049 '[')1$(deep 2049 ']')' | $term --from json"
gives "a term that is too deep for JSON" 1 "" "pier term: term 1 cannot be written: its JSON is nested deeper than 2048*" \
  sh -c "printf %s '$(deep 1100 '{')1$(deep 1100 '}')' | $term --to json"
gives "a term of a million levels" 1 "" "pier term: term 1 cannot be written: its JSON is nested deeper *" \
  sh -c "(head -c 1000000 /dev/zero | tr '\\0' '{'; head -c 1000000 /dev/zero | tr '\\0' '}') | $term --to json"

# Colours: only where somebody sees them, or wants them.
esc=$(printf '\033')
gives "--color always" 0 "{$esc[[]36mok$esc[[]0m,$esc[[]33m-1.5e-7$esc[[]0m,<<$esc[[]32m\"x\"$esc[[]0m>>,$esc[[]36m'A \\\\' b'$esc[[]0m}." \
  "" $term --color always "{ok,-1.5e-7,<<\"x\">>,'A \\' b'}"
gives "--color always of JSON" 0 "{$esc[[]32m\"a\"$esc[[]0m:$esc[[]36mtrue$esc[[]0m}" "" \
  $term --color always --to json '#{<<"a">> => true}'
gives "--color always of what is bad" 1 "$esc[[]32mok$esc[[]0m
$esc[[]1;31mbad at 1$esc[[]0m: *" "" $term --color always --check a '{'
gives "--color always of bytes" 0 "8364000161" "" $term --color always --to hex a
gives "no colours in a pipe" 0 "a." "" $term --color auto a
gives "--color sometimes" 2 "" "pier term: --color sometimes: it is *" $term --color sometimes a
if command -v script >/dev/null; then
  shown() { TERM=xterm "$@" script -qec "$term a" /dev/null </dev/null | tr -d '\r'; }
  is "colours at a terminal" "$(shown env)" "$esc[36ma$esc[0m."
  is "not with NO_COLOR" "$(shown env NO_COLOR=1)" "a."
  is "not at one that has none" "$(shown env TERM=dumb)" "a."
else
  for name in "colours at a terminal" "not with NO_COLOR" "not at one that has none"; do
    skip "$name" "no script(1)"
  done
fi

# Bad input: a line each with --check, else the first one ends it.
INPUT='a. {b c}. d. 1x.' gives "--check says it of each" 1 "ok
bad at 6: *
ok
bad at 14: *" "" $term --check
gives "--check of what is good" 0 "ok
ok" "" $term --check a '{b}'
INPUT='a. {b c}. d.' gives "the first one ends it" 1 "a." \
  "pier term: standard input: bad at 6: line 1, column 7: *
   {b c}*
      ^" $term
INPUT='é.\n  x. {é y}.' gives "the column counts from the start of the line" 1 "é.
x." "pier term: *: bad at 13: line 2, column 9: *" $term
gives "an argument, with a caret" 1 "" "pier term: bad at 3: line 1, column 4: *
  {a b}
     ^" $term '{a b}'
gives "which argument" 1 "a." "pier term: term 2: bad at 1: *" $term a '{'
gives "a file is named" 1 "x.
y." "pier term: $scratch/more: bad at 6: *" sh -c "(cat '$scratch/terms'; echo '}.') >'$scratch/more'; $term '@$scratch/more'"
gives "two terms in one argument" 1 "" "pier term: bad at 3: *" $term 'a. b.'
gives "no term in an argument" 1 "" "pier term: bad at 0: *" $term ''
gives "hex: half a byte" 1 "" "pier term: bad at 2: half a byte*" $term --from hex 83610
gives "hex: the way to the fault" 1 "" "pier term: bad at 13: no term begins with byte 255 here (value of key a, element 2 of tuple)" \
  $term --from hex 837400000001770161680261"01ff"
gives "--check has it as well" 1 "bad at 13: no term * (value of key a, element 2 of tuple)" "" \
  $term --check --from hex 837400000001770161680261"01ff"
gives "hex: no digit" 1 "" "pier term: bad at 1: not a hexadecimal digit in column 4" $term --from hex 836g01
gives "hex: cut" 1 "" "pier term: bad at 2: *" $term --from hex 8361
gives "hex: bytes left over" 1 "" "pier term: bad at 3: 1 bytes left over*" $term --from hex 83610102
gives "hex: a wrong version" 1 "" "pier term: bad at 0: *" $term --from hex 826101
gives "hex: a text is none" 1 "" "pier term: bad at 0: *column 1" $term --from hex hello
for code in g2E 'g2E_' 'g2F=' 'g===' 'g2EBx' '='; do
  gives "base64: $code" 1 "bad at [0-9]: *base64 *" "" $term --from base64 --check "$code"
done
gives "base64: padding in the middle" 1 "bad at 0: not base64 in column 4" "" \
  $term --from base64 --check 'g2E=g2EB'
INPUT='8361\n836101\n' gives "a bad line does not hide the next" 1 "bad at 2: *
ok" "" $term --from hex --check
INPUT='\0\0\0\002\203a\0\0\0\003\203a\001' gives "a bad frame neither" 1 "bad at 6: *
ok" "" $term --from packet4 --check
INPUT='\0\003\203a\001\0\003\203a' gives "a frame that is cut" 1 "ok
bad at 5: input ends *" "" $term --from packet2 --check
INPUT='\0' gives "a header that is cut" 1 "" "pier term: standard input: bad at 0: input ends *" \
  $term --from packet2
INPUT='\003\203a\001\0' gives "an empty frame" 1 "1." "pier term: *: bad at 5: *" $term --from packet1
gives "--to packet1: too big" 1 "" "pier term: term 1 cannot be written: payload is too big *" \
  $term --to packet1 "<<0:2400>>"
for form in text hex base64 packet1 packet2 packet4; do
  gives "empty input: $form" 0 "" "" $term --from $form
done
gives "empty input: etf" 1 "" "pier term: standard input: bad at 0: *" $term --from etf
INPUT='\n %% nothing\n' gives "comments only" 0 "" "" $term
gives "a path is no term" 2 "" "pier term: /no/such/file: No such file or directory" $term /no/such/file
gives "a file's name is no term" 2 "" "pier term: none.term: No such file or directory" $term none.term
gives "but a float is" 0 "1.5.
a." "" $term 1.5 a.
gives "no such file" 2 "" "pier term: /no/such/file: No such file or directory" $term @/no/such/file
gives "a directory" 1 "" "pier term: /etc: *directory" $term @/etc

# Limits.
gives "depth, of text" 1 "" "pier term: bad at 2: *deeper*" $term --limit depth=2 '{{{a}}}'
gives "depth, enough" 0 "{{a}}." "" $term --limit depth=2 '{{a}}'
gives "depth, of bytes" 1 "" "pier term: bad at 5: nested deeper than 2 (element 1 of tuple, element 1 of tuple)" \
  $term --from hex --limit depth=2 836801680168016101
gives "nodes" 1 "" "pier term: bad at 7: more than 3 terms (element 3 of tuple)" $term --from hex --limit nodes=3 8368036101610161016a
INPUT='a. {b,c,d,e}.' gives "nodes, of text" 1 "a." "pier term: *: bad at 2: more than 3 terms" $term --limit nodes=3
gives "frame" 1 "" "pier term: *: bad at 0: a frame of * the limit is 10" \
  sh -c "$term --to packet4 '\"twenty characters and so on\"' | $term --from packet4 --limit frame=10"
gives "frame, of etf" 1 "" "pier term: *: bad at 10: more than the limit of 10 bytes" \
  sh -c "$term --to etf '\"twenty characters\"' | { head -c 10; sleep 0.1; cat; } | $term --from etf --limit frame=10"
gives "text" 1 "" "pier term: bad at *" $term --limit text=5 '{a,b,c}'
gives "text without end" 1 "bad at 0: no end of it within 1000 bytes" "" \
  sh -c "head -c 300000 /dev/zero | tr '\\0' 1 | $term --check --limit text=1000"
INPUT='aaaaaa. bbbbbb. cccccc. dddddd.' gives "text is for each term" 0 "aaaaaa.
bbbbbb.
cccccc.
dddddd." "" $term --limit text=10

# A stream is not collected: what is complete is written while more may come.
mkfifo "$scratch/pipe"
$term --to hex <"$scratch/pipe" >"$scratch/flow" 2>&1 &
exec 9>"$scratch/pipe"
printf 'a. {b,' >&9
until_true 20 grep -q 8364000161 "$scratch/flow"
report $? "a term is written before the input ends"
echo 'c}.' >&9
until_true 20 grep -q 836802 "$scratch/flow"
report $? "so is one that came in pieces"
exec 9>&-
wait $!
report $? "and the end of the input ends it"
is "many terms" "$(yes '[1,2,3].' | head -n 100000 | $term --to hex | sort | uniq -c | xargs)" \
  "100000 836b0003010203"

gives "an unknown form" 2 "" "pier term: --from xml: it is text, *" $term --from xml a
gives "an unknown form to write" 2 "" "pier term: --to xml: it is text, *" $term --to xml a
gives "an unknown style" 2 "" "pier term: --style p: it is w, *" $term --style p a
gives "an unknown limit" 2 "" "pier term: --limit time=1: there are *" $term --limit time=1 a
gives "a limit without number" 2 "" "pier term: --limit depth: =N is missing" $term --limit depth a
gives "a limit that is no number" 2 "" "pier term: --limit depth x: not a number *" $term --limit depth=x a
gives "a full disk" 1 "" "pier term: cannot write to standard output: *" sh -c "$term a >/dev/full"

# Against the BEAM.
if command -v escript >/dev/null; then
  cat >"$scratch/write.escript" <<'ESCRIPT'
#!/usr/bin/env escript
main([Frames, Squeezed, Text]) ->
    Terms = [{I, 1 bsl (I rem 100), -I, I / 3, #{key => [I | "x"], <<"b">> => <<I:12>>},
              list_to_atom("at" ++ integer_to_list(I rem 50) ++ [8364]), lists:seq(1, I rem 40)}
             || I <- lists:seq(1, 2000)],
    Frame = fun(B) -> [<<(byte_size(B)):32>>, B] end,
    ok = file:write_file(Frames, [Frame(term_to_binary(T, [{minor_version, 2}])) || T <- Terms]),
    ok = file:write_file(Squeezed, [Frame(term_to_binary(T, [compressed, {minor_version, 2}])) || T <- Terms]),
    case file:consult(Text) of
        {ok, Terms} -> io:put_chars("equal\n");
        {ok, Other} -> io:format("~b terms, not the same\n", [length(Other)]);
        {error, _} -> io:put_chars("written\n")
    end.
ESCRIPT
  beam() {
    escript "$scratch/write.escript" "$scratch/frames" "$scratch/squeezed" "$scratch/text"
  }
  is "the BEAM writes frames" "$(beam)" written
  (echo '%% coding: utf-8' && $term --from packet4 "@$scratch/frames") >"$scratch/text"
  is "and reads the text of them as the same terms" "$(beam)" equal
  $term --utf8-atoms --to packet4 "@$scratch/text" >"$scratch/back"
  same "read back they are the same bytes" "$scratch/frames" "$scratch/back"
  $term --from packet4 --to packet4 "@$scratch/squeezed" >"$scratch/back"
  same "compressed ones become plain" "$scratch/frames" "$scratch/back"
  gives "a compressed one beyond its limit" 1 "bad at [0-9]*: *" "" \
    sh -c "$term --from packet4 --check --limit inflated=50 '@$scratch/squeezed' | grep -m 1 bad; exit 1"
else
  for name in "the BEAM writes frames" "and reads the text of them as the same terms" \
    "read back they are the same bytes" "compressed ones become plain" \
    "a compressed one beyond its limit"; do
    skip "$name" "no escript"
  done
fi
finish
