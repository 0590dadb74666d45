#include "report/json_document.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace faultline::report {

namespace {

using Library = nlohmann::ordered_json;

constexpr int deepest = 32; // of any document of ours; a deeper one would overflow the stack of what walks over it

Json from(Library& value)
{
    switch (value.type()) {
    case Library::value_t::boolean:
        return value.get<bool>();
    case Library::value_t::number_integer:
        return value.get<std::int64_t>();
    case Library::value_t::number_unsigned:
        return value.get<std::uint64_t>();
    case Library::value_t::number_float:
        return value.get<double>();
    case Library::value_t::string:
        return std::move(value.get_ref<std::string&>());
    case Library::value_t::array: {
        Json::Array array;
        array.reserve(value.size());
        for (auto& each : value)
            array.push_back(from(each));
        return array;
    }
    case Library::value_t::object: {
        Json::Object object;
        object.reserve(value.size());
        for (auto& [name, each] : value.items())
            object.emplace_back(name, from(each));
        return object;
    }
    default:
        return {};
    }
}

struct ToLibrary {
    Library operator()(const Json::Array& array) const
    {
        auto result = Library::array();
        for (const auto& each : array)
            result.push_back(std::visit(*this, each.value()));
        return result;
    }
    Library operator()(const Json::Object& object) const
    {
        auto result = Library::object();
        auto& members = result.get_ref<Library::object_t&>();
        for (const auto& [name, each] : object) // names are told apart already
            members.Container::emplace_back(name, std::visit(*this, each.value()));
        return result;
    }
    template <class Scalar>
    Library operator()(const Scalar& value) const
    {
        return Library(value);
    }
};

std::string text_of(const Json& document, int indent)
{
    return std::visit(ToLibrary{}, document.value()).dump(indent, ' ', false, Library::error_handler_t::replace);
}

} // namespace

std::optional<Json> parse_json(std::string_view text)
{
    bool too_deep = false;
    const auto watch = [&](int depth, Library::parse_event_t, Library&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
    };
    auto document = Library::parse(text, watch, false);
    if (too_deep || document.is_discarded()) return {};
    return from(document);
}

std::string lines(const Json& document) { return text_of(document, 2); }
std::string one_line(const Json& document) { return text_of(document, -1); }

Json& Json::operator[](std::string_view name)
{
    auto& members = std::get<Object>(value_);
    const auto found = std::ranges::find(members, name, &Member::first);
    return found != members.end() ? found->second : members.emplace_back(name, Json()).second;
}

void Json::append(Json object)
{
    for (auto& [name, value] : std::get<Object>(object.value_))
        (*this)[name] = std::move(value);
}

const Json* Json::find(std::string_view name) const noexcept
{
    const auto& all = members();
    const auto found = std::ranges::find(all, name, &Member::first);
    return found == all.end() ? nullptr : &found->second;
}

const Json& Json::member(std::string_view name) const noexcept
{
    static const Json nothing;
    const auto* const found = find(name);
    return found == nullptr ? nothing : *found;
}

const Json::Object& Json::members() const noexcept
{
    static const Object nothing;
    const auto* const object = as<Object>();
    return object == nullptr ? nothing : *object;
}

const Json::Array& Json::elements() const noexcept
{
    static const Array nothing;
    const auto* const array = as<Array>();
    return array == nullptr ? nothing : *array;
}

const std::string& Json::text() const noexcept
{
    static const std::string nothing;
    const auto* const string = as<std::string>();
    return string == nullptr ? nothing : *string;
}

std::uint64_t Json::count() const noexcept
{
    if (const auto* const number = as<std::uint64_t>()) return *number;
    const auto* const number = as<std::int64_t>();
    return number != nullptr && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

std::optional<std::int64_t> Json::integer() const noexcept
{
    if (const auto* const number = as<std::int64_t>()) return *number;
    const auto* const number = as<std::uint64_t>();
    return number != nullptr && *number <= INT64_MAX ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
}

std::optional<double> Json::number() const noexcept
{
    if (const auto* const number = as<double>()) return *number;
    if (const auto* const number = as<std::uint64_t>()) return static_cast<double>(*number);
    if (const auto* const number = as<std::int64_t>()) return static_cast<double>(*number);
    return {};
}

} // namespace faultline::report
