#include <pier/frame.h>
