#include "explore/settings.hpp"

#include "report/json_document.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>

namespace faultline::explore {

namespace {

using report::Json;

std::string path_in(const std::string& directory) { return directory + "/settings.json"; }

std::string words(const std::pair<std::string, std::string>& option)
{
    return option.second.empty() ? option.first : fmt::format("{} '{}'", option.first, option.second);
}

} // namespace

std::string write_settings(const Settings& settings, const std::string& directory)
{
    auto options = Json::array();
    for (const auto& [name, value] : settings.options)
        options.push_back(Json::object({{"option", name}, {"value", value}}));
    const auto json = Json::object(
        {{"faultline", FAULTLINE_VERSION}, {"command", settings.command}, {"options", std::move(options)}});
    std::ofstream file(path_in(directory), std::ios::binary | std::ios::trunc);
    file << report::lines(json) << "\n";
    return file.flush() ? std::string()
                        : fmt::format("{} cannot be written: {}", path_in(directory), std::strerror(errno));
}

std::optional<Settings> read_settings(const std::string& directory, std::string& problem)
{
    std::ifstream file(path_in(directory), std::ios::binary);
    if (!file) {
        problem = fmt::format("{} cannot be read: {} (is {} the output directory of an exploration?)",
                              path_in(directory), std::strerror(errno), directory);
        return {};
    }
    const auto json = report::parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
    if (!json || json->member("command").elements().empty()) {
        problem = fmt::format("{} is damaged: no settings of an exploration", path_in(directory));
        return {};
    }
    Settings settings;
    for (const auto& word : json->member("command").elements())
        settings.command.push_back(word.text());
    for (const auto& each : json->member("options").elements())
        settings.options.emplace_back(each.member("option").text(), each.member("value").text());
    return settings;
}

std::string difference(const Settings& first, const std::string& name_of_first, const Settings& second,
                       const std::string& name_of_second)
{
    if (first.command != second.command)
        return fmt::format("the command is '{}' in {} and '{}' in {}", fmt::join(first.command, " "), name_of_first,
                           fmt::join(second.command, " "), name_of_second);
    const auto only = [](const Settings& one, const std::string& name_of_one, const Settings& other,
                         const std::string& name_of_other) -> std::string {
        for (const auto& option : one.options)
            if (std::ranges::count(one.options, option) != std::ranges::count(other.options, option))
                return fmt::format("{} in {} and not in {}", words(option), name_of_one, name_of_other);
        return {};
    };
    const auto there = only(first, name_of_first, second, name_of_second);
    return there.empty() ? only(second, name_of_second, first, name_of_first) : there;
}

} // namespace faultline::explore
