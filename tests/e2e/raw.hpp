// raw(): as syscall(), but seen by the kernel alone.
#pragma once

#include "raw.h"

namespace host {

template <class... Arguments>
long raw(long number, Arguments... arguments)
{
    const long words[7] = {(long)arguments...};
    return raw_words(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

} // namespace host

using host::raw;
