// Cases for src/calls/random.def.
#include "run.hpp"

#include <sys/random.h>

namespace rows {
namespace {

bool filled(const char (&bytes)[32])
{
    return std::string_view{bytes, sizeof bytes} != std::string(sizeof bytes, '\0');
}

const Case cases[] = {
    {"getrandom",
     [](Run& r) {
         char bytes[32] = "";
         r.call<decltype(::getrandom)>(bytes, r.size(sizeof bytes), 0U);
         r.effect(filled(bytes));
     }},
    {"getentropy",
     [](Run& r) {
         char bytes[32] = "";
         r.call<decltype(::getentropy)>(bytes, sizeof bytes);
         r.effect(filled(bytes));
     }},
    {"arc4random", [](Run& r) { r.vary<decltype(::arc4random)>(); }},
    {"arc4random_buf",
     [](Run& r) {
         char bytes[32] = "";
         r.call<decltype(::arc4random_buf)>(bytes, r.size(sizeof bytes));
         r.effect(filled(bytes));
     }},
    {"arc4random_uniform", [](Run& r) { r.vary<decltype(::arc4random_uniform)>(1000U); }},
};

const Family family("random", cases);

} // namespace
} // namespace rows
