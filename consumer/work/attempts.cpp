// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/attempts.hpp"

namespace pipeline {

void settle_unprocessed(const Hand& hand, std::uint64_t i, std::chrono::nanoseconds item_timeout,
                        Result& result) {
    if (hand.item(i).id_unusable()) {
        result.set(Status::Failed,
                   "the source's id is empty, longer than 103 bytes or holds control characters");
        result.attempts = 1;
        return;
    }
    result.set(Status::Failed, hand.cause(i).text(item_timeout));
    result.attempts = hand.deaths(i);
}

}  // namespace pipeline
