/* pier.h - the peer end: everything an external program needs. */
#ifndef PIER_H
#define PIER_H

#include <pier/base.h>
#include <pier/frame.h>
#include <pier/life.h>
#include <pier/peer.h>
#include <pier/read.h>
#include <pier/term.h>

#endif
