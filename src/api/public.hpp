// The C interface as those see it who define it.
#pragma once

#ifndef FAULTLINE_LINKED
#define FAULTLINE_LINKED
#endif
#define FAULTLINE_API __attribute__((visibility("default")))
#include "faultline/faultline.h"
