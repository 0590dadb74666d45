#include "door/mappings.hpp"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <sys/sysmacros.h>

namespace faultline::door {

std::vector<Mapping> mappings_of(const std::string& process)
{
    std::vector<Mapping> all;
    std::ifstream maps(fmt::format("/proc/{}/maps", process));
    for (std::string line; std::getline(maps, line);) {
        unsigned long long first = 0, last = 0, offset = 0, inode = 0;
        unsigned major = 0, minor = 0;
        char rights[5] = {};
        int path_at = 0;
        if (std::sscanf(line.c_str(), "%llx-%llx %4s %llx %x:%x %llu %n", &first, &last, rights, &offset, &major,
                        &minor, &inode, &path_at) < 7)
            continue;
        all.push_back({first, last, offset, makedev(major, minor), inode, rights[2] == 'x',
                       line.substr(std::min(static_cast<std::size_t>(path_at), line.size()))});
    }
    return all;
}

} // namespace faultline::door
