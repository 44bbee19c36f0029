# Puts the table of a run (-v table=FILE) between the marks of doc/performance.md.
/<!-- bench: begin/ {
  print
  print ""
  print "```"
  while ((getline line <table) > 0) print line
  print "```"
  print ""
  skip = 1
}
/<!-- bench: end/ { skip = 0 }
!skip && !/<!-- bench: begin/
