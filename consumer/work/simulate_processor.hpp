// SPDX-License-Identifier: Apache-2.0
// The processor that takes a given time per invoice and accepts it: by sleeping, like one that waits for a
// database, or by using the CPU, like one that computes.
#pragma once

#include <chrono>

#include "consumer/work/processor.hpp"

namespace pipeline {

class SimulateProcessor final : public Processor {
  public:
    // `burn`: use the CPU for that long, instead of sleeping.
    SimulateProcessor(std::chrono::nanoseconds duration, bool burn) noexcept
        : duration_(duration), burn_(burn) {}
    void process(const Acquired&, Result& result) override;

  private:
    std::chrono::nanoseconds duration_;
    bool burn_;
};

}  // namespace pipeline
