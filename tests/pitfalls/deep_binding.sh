# Libraries that are loaded with RTLD_DEEPBIND or by dlmopen call past every preload: the record names them, and only them.
. "${0%/*}/../cli/lib.sh"
program deep.so -shared -fPIC <<'END2' || fail "cc: $(cat deep.so.log)"
#include <unistd.h>
int plugin(void) { return fsync(-5); }
END2
cp deep.so plain.so && cp deep.so again.so
program host -ldl <<'END2' || fail "cc: $(cat host.log)"
#include <dlfcn.h>
#include <unistd.h>
int main(void)
{
    dlopen("./plain.so", RTLD_NOW);
    dlopen("./again.so", RTLD_NOW);
    dlopen("./again.so", RTLD_NOW | RTLD_DEEPBIND);     // it is there already
    dlopen("libc.so.6", RTLD_NOW | RTLD_DEEPBIND);      // and so is this
    dlopen("./missing.so", RTLD_NOW | RTLD_DEEPBIND);   // and this will not be
    dlopen("./deep.so", RTLD_NOW | RTLD_DEEPBIND | RTLD_NOLOAD);
    void* const deep = dlopen("./deep.so", RTLD_NOW | RTLD_DEEPBIND);
    dlopen("./deep.so", RTLD_NOW | RTLD_DEEPBIND);
    if (deep == 0 || dlmopen(LM_ID_NEWLM, "./plain.so", RTLD_NOW) == 0) return 9;
    return 3 + (((int (*)(void))dlsym(deep, "plugin"))() == 0);
}
END2
FAULT_STATS=stats.json faultline run -f 'fsync:EIO' -- ./host
expect 3
says err './deep.so ran without faults: it was loaded with RTLD_DEEPBIND'
says err './plain.so ran without faults: it was loaded by dlmopen'
holds stats.json 'sum("ran without faults" in w for w in d["warnings"]) == 2'
# PHP loads its extensions so.
if command -v php >/dev/null; then
    extensions=$(php -n -r 'echo ini_get("extension_dir");')
    for extension in "$extensions"/*.so; do
        [ -e "$extension" ] || continue
        FAULT_STATS=php.json faultline run -f 'fsync:EIO' -- php -n -d extension="$extension" -r 'exit(4);'
        if [ "$status" = 4 ]; then
            says err "$extension ran without faults: it was loaded with RTLD_DEEPBIND"
            echo "php: $extension"
            break
        fi
    done
else
    echo 'php: skipped, for it is not here (Debian: php-cli)'
fi
