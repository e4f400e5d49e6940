// SPDX-License-Identifier: Apache-2.0
#include "consumer/departure.hpp"

namespace pipeline {

bool Departure::is_wanted() {
    if (!hand_.is_told_to_leave()) return false;
    watch_.look();
    return !watch_.is_draining();
}

bool Departure::flush_saved() {
    const std::uint64_t saved = storage_.tail();
    while (storage_.durable() < saved) {
        if (!is_wanted()) return false;
        flush_.lead(FlushDuty::kBoundedWait);
        flush_.rest_after_failure();
    }
    return true;
}

bool Departure::drain() {
    while (true) {
        if (flush_.lead(FlushDuty::kBoundedWait) && storage_.durable() == storage_.tail()) return true;
        flush_.rest_after_failure();
        watch_.look();
        if (watch_.has_waited_enough()) return false;
    }
}

}  // namespace pipeline
