#include <pier/host.h>
