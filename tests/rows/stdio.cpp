// Cases for src/calls/stdio.def: streams are opened, read, written and moved in.
#include "stdio.hpp"

#include <csignal>
#include <stdio_ext.h>

namespace rows {
namespace {

/// putc and its kin, with the character first.
template <class Character>
void puts_character(Run& r)
{
    FILE* const stream =
        sizeof(Character) == 4 && r.symbol().find("wc") != std::string_view::npos ? wide("") : Run::stream("");
    r.call<int(int, FILE*)>('x', r.at(stream));
    r.effect(written(stream) == "x");
}

void gets_character(Run& r, FILE* stream) { r.effect(r.call<int(FILE*)>(r.at(stream)) == 'h'); }

const Case cases[] = {
    {"fopen fopen64 _IO_fopen",
     [](Run& r) {
         close(Run::file());
         opened(r, r.call<FILE*(const char*, const char*)>(r.path("file"), "r"));
     }},
    {"freopen freopen64",
     [](Run& r) {
         FILE* const stream = Run::stream();
         close(Run::file("other", O_RDWR, "other"));
         r.call<FILE*(const char*, const char*, FILE*)>(r.path("other"), "r", r.at(stream));
         r.effect(getc(stream) == 'o');
     }},
    {"tmpfile tmpfile64", [](Run& r) { opened(r, r.call<FILE*()>()); }},
    {"fdopen _IO_fdopen", [](Run& r) { opened(r, r.call<FILE*(int, const char*)>(r.fd(Run::file()), "r")); }},
    {"fclose _IO_fclose",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         const int fd = fileno(stream);
         fputs("flushed", stream);
         r.call<int(FILE*)>(r.at(stream));
         r.saw(Run::content());
         r.effect(!Run::open_fd(fd) && Run::content() == "flushed");
     }},
    {"fcloseall",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         fputs("flushed", stream);
         r.call<decltype(::fcloseall)>();
         r.effect(Run::content() == "flushed");
     }},
    {"fmemopen",
     [](Run& r) {
         char bytes[] = "memory";
         FILE* const stream = r.call<decltype(::fmemopen)>(bytes, r.size(6), "r");
         r.effect(stream != nullptr && getc(stream) == 'm');
     }},
    {"open_memstream",
     [](Run& r) {
         static char* bytes;
         static size_t size;
         r.effect(r.call<decltype(::open_memstream)>(&bytes, &size) != nullptr);
     }},
    {"open_wmemstream",
     [](Run& r) {
         static wchar_t* characters;
         static size_t size;
         r.effect(r.call<decltype(::open_wmemstream)>(&characters, &size) != nullptr);
     }},
    {"popen _IO_popen",
     [](Run& r) {
         FILE* const stream = r.call<FILE*(const char*, const char*)>("echo said", "r");
         char line[20] = "";
         r.effect(stream != nullptr && fgets(line, 20, stream) != nullptr && strcmp(line, "said\n") == 0);
         if (stream != nullptr) r.saw(pclose(stream));
     }},
    {"pclose",
     [](Run& r) {
         FILE* const stream = popen("exit 3", "r");
         const int fd = fileno(stream);
         r.call<decltype(::pclose)>(r.at(stream));
         r.effect(!Run::open_fd(fd) && waitpid(-1, nullptr, 0) < 0);
     }},

    {"fread fread_unlocked _IO_fread",
     [](Run& r) {
         char bytes[6] = "";
         FILE* const stream = Run::stream();
         r.size(1, 5);
         r.call<size_t(void*, size_t, size_t, FILE*)>(bytes, 1UL, 5UL, r.at(stream));
         r.effect(strcmp(bytes, "hello") == 0);
     }},
    {"__fread_chk __fread_unlocked_chk",
     [](Run& r) {
         char bytes[6] = "";
         FILE* const stream = Run::stream();
         r.size(1, 5);
         r.call<size_t(void*, size_t, size_t, size_t, FILE*)>(bytes, sizeof bytes, 1UL, 5UL, r.at(stream));
         r.effect(strcmp(bytes, "hello") == 0);
     }},
    {"fwrite fwrite_unlocked _IO_fwrite",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         r.size(1, 5);
         r.call<size_t(const void*, size_t, size_t, FILE*)>("hello", 1UL, 5UL, r.at(stream));
         r.effect(written(stream) == "hello");
     }},
    {"fgets fgets_unlocked _IO_fgets",
     [](Run& r) {
         char bytes[20] = "";
         r.call<char*(char*, int, FILE*)>(bytes, static_cast<int>(r.size(20)), r.at(Run::stream()));
         r.effect(strcmp(bytes, "hello world\n") == 0);
     }},
    {"__fgets_chk __fgets_unlocked_chk",
     [](Run& r) {
         char bytes[20] = "";
         r.call<char*(char*, size_t, int, FILE*)>(bytes, sizeof bytes, static_cast<int>(r.size(20)),
                                                  r.at(Run::stream()));
         r.effect(strcmp(bytes, "hello world\n") == 0);
     }},
    {"gets _IO_gets",
     [](Run& r) {
         char bytes[100] = "";
         r.call<char*(char*)>(bytes);
         r.effect(strcmp(bytes, "12 alpha") == 0);
     }},
    {"__gets_chk",
     [](Run& r) {
         char bytes[100] = "";
         r.call<char*(char*, size_t)>(bytes, sizeof bytes);
         r.effect(strcmp(bytes, "12 alpha") == 0);
     }},
    {"getline",
     [](Run& r) {
         char* line = nullptr;
         size_t room = 0;
         r.call<decltype(::getline)>(&line, &room, r.at(Run::stream()));
         r.effect(line != nullptr && strcmp(line, "hello world\n") == 0);
     }},
    {"getdelim __getdelim",
     [](Run& r) {
         char* line = nullptr;
         size_t room = 0;
         r.call<ssize_t(char**, size_t*, int, FILE*)>(&line, &room, ' ', r.at(Run::stream()));
         r.effect(line != nullptr && strcmp(line, "hello ") == 0);
     }},
    {"fgetc fgetc_unlocked getc getc_unlocked _IO_getc __uflow", [](Run& r) { gets_character(r, Run::stream()); }},
    {"getchar getchar_unlocked", [](Run& r) { r.effect(r.call<int()>() == '1'); }},
    {"getw", [](Run& r) { r.call<decltype(::getw)>(r.at(Run::stream())); }},
    {"ungetc _IO_ungetc",
     [](Run& r) {
         FILE* const stream = Run::stream();
         r.call<int(int, FILE*)>('x', r.at(stream));
         r.effect(getc(stream) == 'x');
     }},
    {"ungetwc",
     [](Run& r) {
         FILE* const stream = wide();
         r.call<decltype(::ungetwc)>(wint_t{L'x'}, r.at(stream));
         r.effect(getwc(stream) == L'x');
     }},
    {"fputs fputs_unlocked _IO_fputs",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         r.size(5);
         r.call<int(const char*, FILE*)>("hello", r.at(stream));
         r.effect(written(stream) == "hello");
     }},
    {"puts _IO_puts",
     [](Run& r) {
         r.size(5);
         r.call<int(const char*)>("hello");
         r.effect(printed() == "hello\n");
     }},
    {"fputc fputc_unlocked putc putc_unlocked _IO_putc", [](Run& r) { puts_character<int>(r); }},
    {"fputwc fputwc_unlocked putwc putwc_unlocked", [](Run& r) { puts_character<wchar_t>(r); }},
    {"__overflow",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         r.call<int(FILE*, int)>(r.at(stream), 'x');
         r.effect(written(stream) == "x");
     }},
    {"__woverflow",
     [](Run& r) {
         FILE* const stream = wide("");
         r.call<wint_t(FILE*, wint_t)>(r.at(stream), L'x');
         r.effect(written(stream) == "x");
     }},
    {"putchar putchar_unlocked",
     [](Run& r) {
         r.call<int(int)>('x');
         r.effect(printed() == "x");
     }},
    {"putwchar putwchar_unlocked",
     [](Run& r) {
         r.call<wint_t(wchar_t)>(L'x');
         r.effect(printed() == "x");
     }},
    {"putw",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         r.call<decltype(::putw)>(0x64636261, r.at(stream));
         r.effect(written(stream) == "abcd");
     }},
    {"fflush fflush_unlocked _IO_fflush",
     [](Run& r) {
         FILE* const stream = Run::stream("");
         fputs("hello", stream);
         r.call<int(FILE*)>(r.at(stream));
         r.effect(Run::content() == "hello");
     }},

    {"fgetwc fgetwc_unlocked getwc getwc_unlocked __wuflow", [](Run& r) { gets_character(r, wide()); }},
    {"getwchar getwchar_unlocked", [](Run& r) { r.effect(r.call<wint_t()>() == L'1'); }},
    {"fgetws fgetws_unlocked",
     [](Run& r) {
         wchar_t line[20] = L"";
         r.call<wchar_t*(wchar_t*, int, FILE*)>(line, 20, r.at(wide()));
         r.effect(wcscmp(line, L"hello world\n") == 0);
     }},
    {"__fgetws_chk __fgetws_unlocked_chk",
     [](Run& r) {
         wchar_t line[20] = L"";
         r.call<wchar_t*(wchar_t*, size_t, int, FILE*)>(line, 20UL, 20, r.at(wide()));
         r.effect(wcscmp(line, L"hello world\n") == 0);
     }},
    {"fputws fputws_unlocked",
     [](Run& r) {
         FILE* const stream = wide("");
         r.call<int(const wchar_t*, FILE*)>(L"hello", r.at(stream));
         r.effect(written(stream) == "hello");
     }},

    {"fseek fseeko fseeko64",
     [](Run& r) {
         FILE* const stream = Run::stream();
         r.call<int(FILE*, long, int)>(r.at(stream), 6L, SEEK_SET);
         r.effect(getc(stream) == 'w');
     }},
    {"ftell _IO_ftell ftello ftello64",
     [](Run& r) {
         FILE* const stream = Run::stream();
         getc(stream);
         r.call<long(FILE*)>(r.at(stream));
     }},
    {"fgetpos fgetpos64 _IO_fgetpos _IO_fgetpos64",
     [](Run& r) {
         FILE* const stream = Run::stream();
         getc(stream);
         fpos_t place{};
         r.call<int(FILE*, fpos_t*)>(r.at(stream), &place);
         r.effect(place.__pos == 1);
     }},
    {"fsetpos fsetpos64 _IO_fsetpos _IO_fsetpos64",
     [](Run& r) {
         FILE* const stream = Run::stream();
         fpos_t place{};
         fgetpos(stream, &place);
         getc(stream);
         r.call<int(FILE*, const fpos_t*)>(r.at(stream), &place);
         r.effect(getc(stream) == 'h');
     }},
    {"rewind",
     [](Run& r) {
         FILE* const stream = Run::stream();
         getc(stream);
         r.call<decltype(::rewind)>(r.at(stream));
         r.effect(getc(stream) == 'h');
     }},
    {"setvbuf _IO_setvbuf",
     [](Run& r) {
         FILE* const stream = Run::stream();
         r.call<int(FILE*, char*, int, size_t)>(r.at(stream), nullptr, _IONBF, 0UL);
         r.effect(__fbufsize(stream) == 1);
     }},
    {"perror",
     [](Run& r) {
         r.call<decltype(::perror)>("text");
         r.effect(Run::content("stderr").starts_with("text: "));
     }},
    {"psignal",
     [](Run& r) {
         r.call<decltype(::psignal)>(SIGINT, "text");
         r.effect(Run::content("stderr").starts_with("text: "));
     }},
    {"psiginfo",
     [](Run& r) {
         siginfo_t info{};
         info.si_signo = SIGINT;
         r.call<decltype(::psiginfo)>(&info, "text");
         r.effect(Run::content("stderr").starts_with("text: "));
     }},
};

const Family family("stdio", cases);

} // namespace
} // namespace rows
