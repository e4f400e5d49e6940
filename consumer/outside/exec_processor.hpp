// SPDX-License-Identifier: Apache-2.0
// Processes invoices with one long-lived program: one request per line on its standard input, one answer per
// line on its standard output, in the order of the requests (docs/processors.md). Several requests may be
// outstanding.
//
// Its one idea: only their order matches answers to requests. Any doubt about the order (a line that is no
// answer, an answer without a request, the end of the output) ends the program, and a new one gets all
// unanswered requests again. Only the first of these invoices is charged an attempt, because the program was
// working on it; it is not charged if the program had not even read its request.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/os/back_off.hpp"
#include "consumer/outside/program_child.hpp"
#include "consumer/outside/program_notices.hpp"
#include "consumer/protocol/conversation.hpp"
#include "consumer/protocol/line_buffer.hpp"
#include "consumer/protocol/request.hpp"
#include "consumer/work/batch_processor.hpp"

namespace pipeline {

struct ExecPlan {
    ProgramChild::Setup program;
    std::vector<std::string> arguments;  // including the program's name
    std::uint32_t pipeline = 1;          // most outstanding requests
    std::uint32_t max_items = 0;         // per child; 0: no limit
    std::chrono::nanoseconds item_timeout{0};
    std::shared_ptr<const SpoolFolder> spool{};  // where the invoices' files are, if they lie in a spool
};

class ExecProcessor final : public BatchProcessor {
  public:
    static constexpr std::size_t kMaxAnswerBytes = 65'536;

    ExecProcessor(ExecPlan plan, RequestWriter requests);
    ~ExecProcessor() override;

    void process(Batch& batch) override;
    void look_after() override;

  private:
    using TimePoint = ProgramChild::TimePoint;

    [[nodiscard]] bool start(std::chrono::nanoseconds bound);
    void ask();
    void send();
    void listen();
    void take_answer(std::string_view line);
    void begin_first();
    void check_time(TimePoint now);
    void notice_closed_input();

    void fail_first(Cause cause, const std::string& said);
    void bury_dead();
    void charge_first(Cause cause, const std::string& said);
    void take_back() noexcept;
    void drop_surplus(std::string_view line);
    void drop_output();
    void end_child();
    void retire_child();
    [[nodiscard]] bool wait_for_end(std::chrono::nanoseconds bound);

    [[nodiscard]] std::chrono::nanoseconds look_after_batch();

    ExecPlan plan_;
    RequestWriter requests_;
    ProgramChild child_;
    LineBuffer answers_{kMaxAnswerBytes};
    std::string request_;
    Conversation now_;        // with the present child
    Batch* batch_ = nullptr;  // null between batches
    std::size_t next_ = 0;    // the batch's next item to ask for
    BackOff start_delay_;
    ProgramNotices notices_;
};

}  // namespace pipeline
