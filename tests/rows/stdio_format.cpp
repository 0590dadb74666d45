// Cases for src/calls/stdio.def: printf, scanf and their kin.
#include "stdio.hpp"

namespace rows {
namespace {

char word[100];
wchar_t wide_word[100];
int number;

/// scanf's way: one number and one word.
void scanned(Run& r, bool is_wide = false)
{
    if (is_wide) r.saw(wide_word, sizeof(wchar_t) * 5);
    r.saw(word);
    r.saw(number);
    r.effect(number == 12);
}

const Case cases[] = {
    {"printf _IO_printf",
     [](Run& r) {
         r.call<int(const char*, ...)>("%d %s", 12, "x");
         r.effect(printed() == "12 x");
     }},
    {"__printf_chk",
     [](Run& r) {
         r.call<int(int, const char*, ...)>(1, "%d %s", 12, "x");
         r.effect(printed() == "12 x");
     }},
    {"vprintf",
     [](Run& r) {
         Run::with_list([&r](va_list rest) { r.call<int(const char*, va_list)>("%d %s", rest); }, 12, "x");
         r.effect(printed() == "12 x");
     }},
    {"__vprintf_chk",
     [](Run& r) {
         Run::with_list([&r](va_list rest) { r.call<int(int, const char*, va_list)>(1, "%d %s", rest); }, 12, "x");
         r.effect(printed() == "12 x");
     }},
    {"fprintf _IO_fprintf",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         r.call<int(FILE*, const char*, ...)>(r.at(stream), "%d %s", 12, "x");
         r.effect(written(stream) == "12 x");
     }},
    {"__fprintf_chk",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         r.call<int(FILE*, int, const char*, ...)>(r.at(stream), 1, "%d %s", 12, "x");
         r.effect(written(stream) == "12 x");
     }},
    {"vfprintf _IO_vfprintf",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         Run::with_list([&](va_list rest) { r.call<int(FILE*, const char*, va_list)>(r.at(stream), "%d %s", rest); },
                        12, "x");
         r.effect(written(stream) == "12 x");
     }},
    {"__vfprintf_chk",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         Run::with_list(
             [&](va_list rest) { r.call<int(FILE*, int, const char*, va_list)>(r.at(stream), 1, "%d %s", rest); }, 12,
             "x");
         r.effect(written(stream) == "12 x");
     }},
    {"dprintf",
     [](Run& r) {
         r.call<int(int, const char*, ...)>(r.fd(Run::file("")), "%d %s", 12, "x");
         r.effect(Run::content() == "12 x");
     }},
    {"__dprintf_chk",
     [](Run& r) {
         r.call<int(int, int, const char*, ...)>(r.fd(Run::file("")), 1, "%d %s", 12, "x");
         r.effect(Run::content() == "12 x");
     }},
    {"vdprintf",
     [](Run& r) {
         const int fd = Run::file("");
         Run::with_list([&](va_list rest) { r.call<int(int, const char*, va_list)>(r.fd(fd), "%d %s", rest); }, 12,
                        "x");
         r.effect(Run::content() == "12 x");
     }},
    {"__vdprintf_chk",
     [](Run& r) {
         const int fd = Run::file("");
         Run::with_list([&](va_list rest) { r.call<int(int, int, const char*, va_list)>(r.fd(fd), 1, "%d %s", rest); },
                        12, "x");
         r.effect(Run::content() == "12 x");
     }},
    {"wprintf",
     [](Run& r) {
         r.call<int(const wchar_t*, ...)>(L"%d %s", 12, "x");
         r.effect(printed() == "12 x");
     }},
    {"__wprintf_chk",
     [](Run& r) {
         r.call<int(int, const wchar_t*, ...)>(1, L"%d %s", 12, "x");
         r.effect(printed() == "12 x");
     }},
    {"vwprintf",
     [](Run& r) {
         Run::with_list([&r](va_list rest) { r.call<int(const wchar_t*, va_list)>(L"%d %s", rest); }, 12, "x");
         r.effect(printed() == "12 x");
     }},
    {"__vwprintf_chk",
     [](Run& r) {
         Run::with_list([&r](va_list rest) { r.call<int(int, const wchar_t*, va_list)>(1, L"%d %s", rest); }, 12, "x");
         r.effect(printed() == "12 x");
     }},
    {"fwprintf",
     [](Run& r) {
         FILE* const stream = wide("");
         r.call<int(FILE*, const wchar_t*, ...)>(r.at(stream), L"%d %s", 12, "x");
         r.effect(written(stream) == "12 x");
     }},
    {"__fwprintf_chk",
     [](Run& r) {
         FILE* const stream = wide("");
         r.call<int(FILE*, int, const wchar_t*, ...)>(r.at(stream), 1, L"%d %s", 12, "x");
         r.effect(written(stream) == "12 x");
     }},
    {"vfwprintf",
     [](Run& r) {
         FILE* const stream = wide("");
         Run::with_list(
             [&](va_list rest) { r.call<int(FILE*, const wchar_t*, va_list)>(r.at(stream), L"%d %s", rest); }, 12, "x");
         r.effect(written(stream) == "12 x");
     }},
    {"__vfwprintf_chk",
     [](Run& r) {
         FILE* const stream = wide("");
         Run::with_list(
             [&](va_list rest) { r.call<int(FILE*, int, const wchar_t*, va_list)>(r.at(stream), 1, L"%d %s", rest); },
             12, "x");
         r.effect(written(stream) == "12 x");
     }},
    {"asprintf __asprintf",
     [](Run& r) {
         char* text = nullptr;
         r.call<int(char**, const char*, ...)>(&text, "%d %s", 12, "x");
         r.effect(text != nullptr && strcmp(text, "12 x") == 0);
     }},
    {"__asprintf_chk",
     [](Run& r) {
         char* text = nullptr;
         r.call<int(char**, int, const char*, ...)>(&text, 1, "%d %s", 12, "x");
         r.effect(text != nullptr && strcmp(text, "12 x") == 0);
     }},
    {"vasprintf",
     [](Run& r) {
         char* text = nullptr;
         Run::with_list([&](va_list rest) { r.call<int(char**, const char*, va_list)>(&text, "%d %s", rest); }, 12,
                        "x");
         r.effect(text != nullptr && strcmp(text, "12 x") == 0);
     }},
    {"__vasprintf_chk",
     [](Run& r) {
         char* text = nullptr;
         Run::with_list([&](va_list rest) { r.call<int(char**, int, const char*, va_list)>(&text, 1, "%d %s", rest); },
                        12, "x");
         r.effect(text != nullptr && strcmp(text, "12 x") == 0);
     }},
    {"scanf __isoc99_scanf",
     [](Run& r) {
         r.call<int(const char*, ...)>("%d %s", &number, word);
         scanned(r);
     }},
    {"vscanf __isoc99_vscanf",
     [](Run& r) {
         Run::with_list([&](va_list rest) { r.call<int(const char*, va_list)>("%d %s", rest); }, &number, word);
         scanned(r);
     }},
    {"fscanf __isoc99_fscanf",
     [](Run& r) {
         r.call<int(FILE*, const char*, ...)>(r.at(Run::stream("12 alpha")), "%d %s", &number, word);
         scanned(r);
     }},
    {"vfscanf __isoc99_vfscanf __vfscanf",
     [](Run& r) {
         FILE* const stream = Run::stream("12 alpha");
         Run::with_list([&](va_list rest) { r.call<int(FILE*, const char*, va_list)>(r.at(stream), "%d %s", rest); },
                        &number, word);
         scanned(r);
     }},
    {"wscanf __isoc99_wscanf",
     [](Run& r) {
         r.call<int(const wchar_t*, ...)>(L"%d %ls", &number, wide_word);
         scanned(r, true);
     }},
    {"vwscanf __isoc99_vwscanf",
     [](Run& r) {
         Run::with_list([&](va_list rest) { r.call<int(const wchar_t*, va_list)>(L"%d %ls", rest); }, &number,
                        wide_word);
         scanned(r, true);
     }},
    {"fwscanf __isoc99_fwscanf",
     [](Run& r) {
         r.call<int(FILE*, const wchar_t*, ...)>(r.at(wide("12 alpha")), L"%d %ls", &number, wide_word);
         scanned(r, true);
     }},
    {"vfwscanf __isoc99_vfwscanf",
     [](Run& r) {
         FILE* const stream = wide("12 alpha");
         Run::with_list(
             [&](va_list rest) { r.call<int(FILE*, const wchar_t*, va_list)>(r.at(stream), L"%d %ls", rest); }, &number,
             wide_word);
         scanned(r, true);
     }},
};

const Family family("stdio", cases);

} // namespace
} // namespace rows
