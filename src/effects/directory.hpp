// `shuffle`: a directory's entries in another order, as file systems may give them. The rest of a listing is read in
// one go and handed out from then on, so every call that moves about in the directory comes here.
#pragma once

#include "effects/effects.hpp"

namespace faultline::effects {

/// A call on a directory whose listing was shuffled, answered from it. False: it was not, the real call is to be made.
bool serve_listing(calls::Id row, const Word* words, Word& result) noexcept;

/// The directory is closed, or its place was lost: the next listing is the real one again.
void forget_listing(const void* directory) noexcept;

} // namespace faultline::effects
