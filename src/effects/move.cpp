// `move`: realloc hands out another address each time, as it may; who kept a pointer into the old block is found out.
#include "effects/effects.hpp"

#include <cstdlib>
#include <malloc.h>

namespace faultline::effects {

Word move(const Invocation& invocation)
{
    Word* const words = invocation.words;
    const auto position = spec_of(invocation.call).out.length;
    void* const old = reinterpret_cast<void*>(words[position]);
    const auto wanted = engine::asked_bytes(invocation.call);
    const auto had = malloc_usable_size(old);
    words[position] = 0; // as malloc: a new block, while the old one still stands
    const Word fresh = invocation.perform(words);
    words[position] = reinterpret_cast<Word>(old);
    if (fresh == 0) return fresh;
    __builtin_memcpy(reinterpret_cast<void*>(fresh), old, had < wanted ? had : wanted);
    std::free(old);
    return fresh;
}

} // namespace faultline::effects
