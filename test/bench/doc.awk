# Puts the tables of a run (-v table=FILE -v growth=FILE) between the marks of
# doc/performance.md; where there is no such file, what is there stays.
/<!-- (bench|growth): end/ { skip = 0 }
!skip
/<!-- (bench|growth): begin/ {
  file = /bench/ && !/growth:/ ? table : growth
  if ((getline line <file) > 0) {
    print "\n```"
    do print line
    while ((getline line <file) > 0)
    print "```\n"
    skip = 1
  }
}
