#include "host.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <locale.h>
#include <pwd.h>
#include <semaphore.h>
#include <sys/mman.h>

int main()
{
    char name[] = "tmp.XXXXXX", shm[64];
    snprintf(shm, sizeof shm, "/faultline-reach-%d", getpid());
    IS(fopen("text", "r") != nullptr, true);              // fopen → open
    IS(freopen("text", "r", stdin) != nullptr, true);     // freopen → open
    IS(opendir(".") != nullptr, true);                    // opendir → openat
    IS(mkstemp(name) >= 0, true);                         // mkstemp → open
    IS(tmpfile() != nullptr, true);                       // tmpfile → open
    IS(getpwuid(0) != nullptr, true);                     // getpwuid → open
    IS(shm_open(shm, O_RDWR | O_CREAT, 0600) >= 0, true); // shm_open → open
    IS(shm_unlink(shm), 0);
    IS(setlocale(LC_ALL, "C.UTF-8") != nullptr, true);       // setlocale → open
    IS(dlopen("libresolv.so.2", RTLD_NOW) != nullptr, true); // the loader → open
    GIVES(open("text", O_RDONLY), -1, EACCES);
    GIVES(openat(AT_FDCWD, "text", O_RDONLY), -1, EACCES);
    GIVES(creat("text", 0600), -1, EACCES);
    return 0;
}
