// toml++ as this room uses it; nobody else includes it. The settings must be the same in every file, hence one door.
#pragma once

// Neither may a plan make the parser recurse deeply (the host may have a small stack), nor may a float drag locales in.
#define TOML_MAX_NESTED_VALUES 32
#define TOML_FLOAT_CHARCONV 1

#include <toml++/toml.h>
