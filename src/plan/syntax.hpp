// What is wrong with a plan's text before its meaning is looked at, in plain words.
#pragma once

#include "plan/parse.hpp"
#include "plan/toml.hpp"

#include <optional>

namespace faultline::plan {

/// What keeps a text from being given to the TOML parser at all: it is empty, not UTF-8, or has a key of very many
/// parts.
[[nodiscard]] std::optional<Remark> text_mistake(std::string_view text);

/// A syntax error of the TOML parser.
[[nodiscard]] Remark syntax_mistake(const toml::parse_error& error);

} // namespace faultline::plan
