#include "language/value.hpp"

#include <algorithm>

namespace faultline::language {

bool Value::is_array_of_tables() const
{
    return kind == Kind::array && !items.empty() &&
           std::all_of(items.begin(), items.end(), [](const Value& item) { return item.is(Kind::table); });
}

const Value* Value::find(std::string_view name) const
{
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key.name == name; });
    return found == entries.end() ? nullptr : &found->value;
}

} // namespace faultline::language
