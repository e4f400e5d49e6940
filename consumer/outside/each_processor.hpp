// SPDX-License-Identifier: Apache-2.0
// Runs a user's program once for each attempt at an invoice. Its exit status decides (sysexits.h): 0 books
// the invoice, 65 rejects it. Any other status, and every death by a signal, is a failed attempt; after
// status 75 (try again later), the next attempt waits for retry_delay(). A consumer runs one such process at
// a time, and several consumers run several. An invoice that waits for its next attempt delays no other
// invoice that the consumer has claimed.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/outside/program_child.hpp"
#include "consumer/outside/command_template.hpp"
#include "consumer/outside/invoice_environment.hpp"
#include "consumer/outside/kept_output.hpp"
#include "consumer/outside/last_line.hpp"
#include "consumer/outside/program_notices.hpp"
#include "consumer/work/batch_processor.hpp"

namespace pipeline {

struct EachPlan {
    ProgramChild::Setup program;
    std::chrono::nanoseconds item_timeout{0};
    std::shared_ptr<const SpoolFolder> spool{};  // folder of the invoices' files; null: not in a spool
    std::string source{};                        // the source's name in the ledger
    std::uint32_t place = 0;                     // of the consumer
    bool keep_output = false;                    // store the program's standard output
};

class EachProcessor final : public BatchProcessor {
  public:
    // The delay before the second attempt if the first ended with status 75. It doubles before each further
    // attempt, up to kLastRetry.
    static constexpr std::chrono::milliseconds kFirstRetry{100};
    static constexpr std::chrono::milliseconds kLastRetry{10'000};

    EachProcessor(EachPlan plan, CommandTemplate command);

    void process(Batch& batch) override;
    void look_after() override;

    // Returns the delay after attempt number `attempts` has ended with status 75.
    [[nodiscard]] static std::chrono::milliseconds retry_delay(std::uint32_t attempts) noexcept;

  private:
    using TimePoint = ProgramChild::TimePoint;

    [[nodiscard]] std::size_t choose(const Batch& batch) const noexcept;
    void run(Batch& batch, std::size_t i);
    [[nodiscard]] bool start(Batch& batch, std::size_t i);
    // How a program has ended. InTime: by itself. Late: after a signal from the consumer. Never: it has not
    // ended, not even after SIGKILL.
    enum class End { InTime, Late, Never };
    [[nodiscard]] End wait_for_end(Batch& batch);
    void read_output();
    void judge(Batch& batch, std::size_t i, int wait_status);
    void keep_output(Batch& batch, std::size_t i) const;
    [[nodiscard]] std::string complaint() const;
    [[nodiscard]] std::string last_words() const;

    EachPlan plan_;
    CommandTemplate command_;
    InvoiceEnvironment environment_;
    ProgramChild child_;
    std::vector<char> bytes_;
    LastLine output_;
    KeptOutput kept_output_;
    std::array<TimePoint, kMaxBatch> not_before_{};  // earliest time of the next attempt at each item
    ProgramNotices notices_;
};

}  // namespace pipeline
