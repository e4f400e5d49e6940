// SPDX-License-Identifier: Apache-2.0
// The outcomes of one run: what has become durable since it began. An invoice that an earlier run has left
// counts with the run that finishes it.
#pragma once

#include "common/core/storage.hpp"

namespace pipeline {

class RunTotals {
  public:
    // The run begins now; nobody may flush yet.
    explicit RunTotals(const Storage& storage) noexcept : storage_(storage), at_start_(storage.totals()) {}

    // Returns the totals of the run so far. They belong together, unless commits follow each other faster
    // than this process can read a few words a hundred times in a row.
    [[nodiscard]] Totals now() const noexcept {
        Totals totals{};
        for (int tries = 0; tries < kTries; ++tries) {
            const std::uint64_t before = storage_.area().durable_word.load(std::memory_order_acquire);
            totals = storage_.totals(before);
            std::atomic_thread_fence(std::memory_order_acquire);
            if (storage_.area().durable_word.load(std::memory_order_relaxed) == before) break;
        }
        return {totals.booked - at_start_.booked,   totals.rejected - at_start_.rejected,
                totals.failed - at_start_.failed,   totals.duplicates - at_start_.duplicates,
                totals.waiting - at_start_.waiting, totals.given_again - at_start_.given_again};
    }

  private:
    static constexpr int kTries = 100;
    Storage storage_;
    Totals at_start_;
};

}  // namespace pipeline
