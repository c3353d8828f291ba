#include "engine/value.h"
