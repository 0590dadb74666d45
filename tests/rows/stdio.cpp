// Cases for src/calls/stdio.def.
#include "run.hpp"

#include <csignal>
#include <cwchar>
#include <grp.h>
#include <mntent.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio_ext.h>

namespace rows {
namespace {

/// What standard output holds.
std::string printed()
{
    fflush(stdout);
    return Run::content("stdout");
}

std::string written(FILE* stream)
{
    fflush(stream);
    return Run::content();
}

FILE* wide(const char* content = "hello world\n")
{
    FILE* const stream = Run::stream(content);
    fwide(stream, 1);
    return stream;
}

void opened(Run& r, FILE* stream) { r.effect(stream != nullptr && Run::open_fd(fileno(stream))); }

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

void entry_to_put(Run& r, FILE* stream, const char* wanted) { r.effect(written(stream) == wanted); }

constexpr const char* user_line = "name:x:1:2:gecos:/home:/bin/sh\n";
constexpr const char* group_line = "group:x:1:one\n";
constexpr const char* shadow_line = "name:x:1:2:3:4:5:6:\n";

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

const Case table[] = {
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
    {"putpwent",
     [](Run& r) {
         FILE* const lines = Run::stream(user_line, "r", "lines");
         const passwd* const entry = fgetpwent(lines);
         FILE* const stream = Run::stream("");
         r.call<decltype(::putpwent)>(entry, r.at(stream));
         entry_to_put(r, stream, user_line);
     }},
    {"putgrent",
     [](Run& r) {
         FILE* const lines = Run::stream(group_line, "r", "lines");
         const group* const entry = fgetgrent(lines);
         FILE* const stream = Run::stream("");
         r.call<decltype(::putgrent)>(entry, r.at(stream));
         entry_to_put(r, stream, group_line);
     }},
    {"putspent",
     [](Run& r) {
         FILE* const lines = Run::stream(shadow_line, "r", "lines");
         const spwd* const entry = fgetspent(lines);
         FILE* const stream = Run::stream("");
         r.call<decltype(::putspent)>(entry, r.at(stream));
         entry_to_put(r, stream, shadow_line);
     }},
    {"fgetpwent",
     [](Run& r) {
         const passwd* const entry = r.call<decltype(::fgetpwent)>(r.at(Run::stream(user_line)));
         r.effect(entry != nullptr && entry->pw_uid == 1);
     }},
    {"fgetpwent_r",
     [](Run& r) {
         passwd entry{}, *found = nullptr;
         char bytes[1000];
         r.call<decltype(::fgetpwent_r)>(r.at(Run::stream(user_line)), &entry, bytes, sizeof bytes, &found);
         r.effect(found == &entry);
     }},
    {"fgetgrent",
     [](Run& r) {
         const group* const entry = r.call<decltype(::fgetgrent)>(r.at(Run::stream(group_line)));
         r.effect(entry != nullptr && entry->gr_gid == 1);
     }},
    {"fgetgrent_r",
     [](Run& r) {
         group entry{}, *found = nullptr;
         char bytes[1000];
         r.call<decltype(::fgetgrent_r)>(r.at(Run::stream(group_line)), &entry, bytes, sizeof bytes, &found);
         r.effect(found == &entry);
     }},
    {"fgetspent",
     [](Run& r) {
         const spwd* const entry = r.call<decltype(::fgetspent)>(r.at(Run::stream(shadow_line)));
         r.effect(entry != nullptr && entry->sp_lstchg == 1);
     }},
    {"fgetspent_r",
     [](Run& r) {
         spwd entry{}, *found = nullptr;
         char bytes[1000];
         r.call<decltype(::fgetspent_r)>(r.at(Run::stream(shadow_line)), &entry, bytes, sizeof bytes, &found);
         r.effect(found == &entry);
     }},
    {"setmntent __setmntent",
     [](Run& r) {
         close(Run::file());
         opened(r, r.call<FILE*(const char*, const char*)>(r.path("file"), "r"));
     }},
    {"getmntent",
     [](Run& r) {
         const mntent* const entry = r.call<decltype(::getmntent)>(r.at(Run::stream("dev /dir type opts 0 0\n")));
         r.effect(entry != nullptr && strcmp(entry->mnt_dir, "/dir") == 0);
     }},
    {"getmntent_r __getmntent_r",
     [](Run& r) {
         mntent entry{};
         char bytes[1000];
         r.call<decltype(::getmntent_r)>(r.at(Run::stream("dev /dir type opts 0 0\n")), &entry, bytes, 1000);
         r.effect(entry.mnt_dir != nullptr);
     }},
};

} // namespace

Cases stdio_cases() { return {table, std::size(table)}; }

} // namespace rows
