// toml++ as this room uses it; nobody else includes it. The settings must be the same in every file, hence one door.
#pragma once

// Neither may a plan make the parser recurse deeply (the host may have a small stack), nor may a float drag locales in.
#define TOML_MAX_NESTED_VALUES 32
#define TOML_FLOAT_CHARCONV 1

// toml++ 3.3 asserts, or with NDEBUG assumes, that a table's header begins with a letter: "[!]" would abort the host,
// or be undefined. The checks that follow each assertion report such text well, so there is neither assertion nor
// assumption.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")
