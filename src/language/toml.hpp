// TOML becomes a tree of values, or a remark in plain words on what is wrong with the text. toml.cpp alone knows toml++.
#pragma once

#include "language/parse.hpp"
#include "language/value.hpp"

#include <optional>

namespace faultline::language {

/// What keeps a text from being read as characters: a NUL byte, or what is not UTF-8.
[[nodiscard]] std::optional<Remark> encoding_mistake(std::string_view text);

/// What keeps a text from being given to the TOML parser at all: it is empty, not UTF-8, or has a key of very many
/// parts.
[[nodiscard]] std::optional<Remark> text_mistake(std::string_view text);

/// What the words of toml++ about a syntax error mean, for a plan's author.
[[nodiscard]] std::string plain_syntax_error(std::string_view description);

struct Document {
    Value root; // a table; empty where there is a mistake
    std::optional<Remark> mistake;
};

/// Reads a whole TOML text.
[[nodiscard]] Document read_toml(std::string_view text);

} // namespace faultline::language
