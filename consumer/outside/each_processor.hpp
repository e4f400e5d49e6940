// SPDX-License-Identifier: Apache-2.0
// Has each invoice processed by a process of its own, which says by its exit status what came of it
// (sysexits.h): 0 booked, 65 rejected, 75 to be tried again later; anything else, and every death, is an
// attempt that failed. One process runs at a time; the consumers are the parallelism. An invoice that has to
// wait for its next attempt holds up no other one of its hand.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "consumer/outside/command_template.hpp"
#include "consumer/outside/last_line.hpp"
#include "consumer/outside/program_child.hpp"
#include "consumer/work/batch_processor.hpp"
#include "consumer/work/line_budget.hpp"

namespace pipeline {

struct EachPlan {
    ProgramChild::Setup program;
    std::chrono::nanoseconds item_timeout{0};
    std::shared_ptr<const SpoolFolder> spool{};  // of the invoices' files, if they lie in one
};

class EachProcessor final : public BatchProcessor {
  public:
    // Before the second attempt at what was a temporary failure; doubled before each further one, up to the
    // last.
    static constexpr std::chrono::milliseconds kFirstRetry{100};
    static constexpr std::chrono::milliseconds kLastRetry{10'000};

    EachProcessor(EachPlan plan, CommandTemplate command);

    void process(Batch& batch) override;
    void look_after() override;

    // How long after that many failed attempts the next one begins.
    [[nodiscard]] static std::chrono::milliseconds retry_delay(std::uint32_t attempts) noexcept;

  private:
    using TimePoint = ProgramChild::TimePoint;

    [[nodiscard]] std::size_t choose(const Batch& batch) const noexcept;
    void run(Batch& batch, std::size_t i);
    [[nodiscard]] bool start(Batch& batch, std::size_t i);
    // Late: it was ended because it ran too long. Never: not even that did.
    enum class End { InTime, Late, Never };
    [[nodiscard]] End wait_for_end(Batch& batch);
    void read_output();
    void judge(Batch& batch, std::size_t i, int wait_status);
    [[nodiscard]] std::string last_words() const;

    EachPlan plan_;
    CommandTemplate command_;
    ProgramChild child_;
    std::vector<char> bytes_;
    LastLine output_;
    std::array<TimePoint, kMaxBatch> not_before_{};  // of the items of the batch
    LineBudget warnings_;
};

}  // namespace pipeline
