// SPDX-License-Identifier: Apache-2.0
// Two processors that book every invoice. NoneProcessor does no work, which shows the cost of the pipeline
// itself. SimulateProcessor takes a given time for each invoice.
#pragma once

#include <chrono>

#include "consumer/work/processor.hpp"

namespace pipeline {

class NoneProcessor final : public Processor {
  public:
    void process(const Acquired&, Result& result) override { result.set(Status::Booked); }
};

// Sleeps for the given time, like a processor that waits for a database. Or uses the CPU for that time, like
// a processor that computes.
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
