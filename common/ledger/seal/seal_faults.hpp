// SPDX-License-Identifier: Apache-2.0
// The faults that a check of a seal finds. Nothing in a ledger is secret: an attacker who computes all
// digests anew from a changed row on, or cuts off the last commits with their rows and counts, is found only
// by a head that was kept elsewhere.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "common/base/plural.hpp"

namespace pipeline {

// Keeps the first faults, and counts the others.
class SealFaults {
  public:
    explicit SealFaults(std::size_t most) : most_(most) {}
    // `fault` is half a sentence.
    void add(std::string fault) {
        ++count_;
        if (faults_.size() < most_) faults_.push_back(std::move(fault));
    }
    // Returns the faults; the last one tells how many more there are.
    [[nodiscard]] std::vector<std::string> take() {
        if (count_ > most_) faults_.push_back("and " + counted(count_ - most_, "fault") + " more");
        return std::move(faults_);
    }

  private:
    std::size_t most_;
    std::size_t count_ = 0;
    std::vector<std::string> faults_;
};

}  // namespace pipeline
