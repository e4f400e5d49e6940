// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/summary/reason_counts.hpp"

#include <algorithm>

#include "common/ledger/plain_reason.hpp"

namespace pipeline {

void ReasonCounts::add(std::string_view reason, std::string_view id) {
    ++counts_[plain_reason(reason.empty() ? "no reason is given" : reason, id)];
    ++found_.rows;
}

FrequentReasons ReasonCounts::most_frequent() const {
    FrequentReasons found = found_;
    for (const auto& [reason, count] : counts_) found.most.push_back({reason, count});
    std::stable_sort(
        found.most.begin(), found.most.end(),
        [](const FrequentReason& one, const FrequentReason& other) { return one.count > other.count; });
    if (found.most.size() > kMostReasons) found.most.resize(kMostReasons);
    return found;
}

}  // namespace pipeline
