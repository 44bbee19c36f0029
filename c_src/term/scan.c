#include <pier/term.h>
