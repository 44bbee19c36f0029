# The plots of doc/: what a frame costs, by its size and by the number of ports.
#   gnuplot -e "data='FOLDER'; out='FOLDER'" plots.gp
# FOLDER has sizes.dat, ports.dat and opens.dat as curves.c writes them. Places, not names,
# are taken, because lines shall look the same in both plots.
set terminal svg size 760,420 font "sans,13" background "#ffffff" dynamic
set datafile separator "\t"
set datafile missing "?"
set logscale xy
set grid lc rgb "#dddddd"
set key left top reverse Left
set border 3
set tics nomirror out
set style line 1 lw 2 pt 7 ps 0.6 lc rgb "#222222"
set style line 2 lw 2 pt 7 ps 0.6 lc rgb "#0060c0"
set style line 3 lw 2 pt 7 ps 0.6 lc rgb "#b0b0b0"
set style line 4 lw 2 pt 7 ps 0.6 lc rgb "#c03020"

set output out."/performance-size.svg"
set title "One frame to a program and back, one CPU"
set xlabel "payload, bytes"
set ylabel "microseconds"
set xrange [10:2000000]
set xtics ("16" 16, "256" 256, "1 Ki" 1024, "4 Ki" 4096, "16 Ki" 16384, "64 Ki" 65536, "256 Ki" 262144, "1 Mi" 1048576)
file = data."/sizes.dat"
plot file using 1:2 skip 1 with linespoints ls 1 title "raw host", \
     file using 1:3 skip 1 with linespoints ls 2 title "pier", \
     file using 1:6 skip 1 with linespoints ls 3 title "naive libuv host", \
     file using 1:7 skip 1 with linespoints ls 4 title "BEAM"

set output out."/performance-ports.svg"
set title "What one port costs, by the number of ports"
set xlabel "ports"
set xtics ("1" 1, "10" 10, "100" 100, "1000" 1000, "10000" 10000)
set xrange [0.9:12000]
set yrange [1:]
set key outside right top Right noreverse
frames = data."/ports.dat"
opens = data."/opens.dat"
plot opens using 1:2 skip 1 with linespoints ls 1 dt 2 title "opening: raw host", \
     opens using 1:3 skip 1 with linespoints ls 2 dt 2 title "pier", \
     opens using 1:4 skip 1 with linespoints ls 3 dt 2 title "naive libuv host", \
     opens using 1:5 skip 1 with linespoints ls 4 dt 2 title "BEAM", \
     frames using 1:2 skip 1 with linespoints ls 1 title "a frame to each: raw host", \
     frames using 1:3 skip 1 with linespoints ls 2 title "pier", \
     frames using 1:4 skip 1 with linespoints ls 3 title "naive libuv host", \
     frames using 1:5 skip 1 with linespoints ls 4 title "BEAM"
