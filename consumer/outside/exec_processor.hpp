// SPDX-License-Identifier: Apache-2.0
// Processes invoices with one long-lived program: one request per line on its standard input, one answer per
// line on its standard output (docs/processors.md). Several requests may be outstanding. Answers come in the
// order of the requests, or in any order if each names its invoice.
//
// Its one idea: only the invoice at fault is charged with a failed attempt. Any doubt about an answer ends
// the program: a line that is no answer, an answer to a request that the program has not read, the end of the
// output. A new program gets all unanswered requests again. If the old program had read one of them, and had
// no other request since it got that one, its invoice is charged. Otherwise none is charged, and each that it
// had read is tried alone, which shows the one at fault.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consumer/outside/exec_child.hpp"
#include "consumer/outside/program_notices.hpp"
#include "consumer/outside/program_starts.hpp"
#include "consumer/protocol/answer.hpp"
#include "consumer/protocol/conversation.hpp"
#include "consumer/protocol/request.hpp"
#include "consumer/work/batch_processor.hpp"

namespace pipeline {

struct ExecPlan {
    ProgramChild::Setup program;
    std::vector<std::string> arguments;  // including the program's name
    std::uint32_t pipeline = 1;          // most requests outstanding at once
    std::uint32_t max_items = 0;         // most requests to one program; 0: no limit
    Conversation::Limits limits{};
    bool is_ours = false;                        // true: a processor of ours (--isolate); log no advice
    std::shared_ptr<const SpoolFolder> spool{};  // folder of the invoices' files; null: not in a spool
};

class ExecProcessor final : public BatchProcessor {
  public:
    ExecProcessor(ExecPlan plan, RequestWriter requests);
    ~ExecProcessor() override;

    // Throws Failure NotDrained after too many programs in a row that ended without reading a request. No
    // invoice is charged for that, and no item is then marked as being processed.
    void process(Batch& batch) override;
    void look_after() override;

  private:
    // If batch.has_suspect(), tries each item alone: nobody knows which one has killed an earlier consumer.
    void choose_first(const Batch& batch) noexcept {
        next_ = 0;
        suspects_ = batch.has_suspect() ? batch.size() : 0;
    }
    void converse(std::chrono::nanoseconds bound);
    [[nodiscard]] bool start(std::chrono::nanoseconds bound);
    void ask();
    void ask_for_more();
    [[nodiscard]] std::size_t most_outstanding() const noexcept {
        const std::size_t first = now_.is_idle() ? next_ : now_.item(0);
        return first < suspects_ ? 1 : plan_.pipeline;
    }
    void send();
    void look_at_pipe();
    void begin_work() {
        const std::size_t item = now_.item(0);
        const std::size_t count = now_.outstanding() + (now_.was_asked_alone(0) ? 0 : 1);
        static_cast<void>(now_.is_starting() ? batch_->begin_start(item, count) : batch_->begin(item, count));
    }
    void listen();
    void take_answer(std::string_view line);
    void check_time();

    // The reason is `said`. If that is empty, it is the program's last lines on standard error. If there are
    // none, and the program has written nothing at all, it is `if_silent`.
    void fail(Cause cause, std::string said = {}, const char* if_silent = "");
    void bury_dead();
    void leave();
    void settle(std::size_t read_count, Cause cause, const std::string& said);
    void charge_first(Cause cause, const std::string& said);
    void end_uncharged(bool is_vain, const std::string& why);
    // Takes the unanswered requests back: they go to the next program.
    void take_back() {
        if (!now_.is_idle()) next_ = now_.item(0);
        now_ = Conversation(plan_.limits);
    }
    void drop_surplus(std::string_view line);
    void retire_child();
    [[nodiscard]] std::chrono::nanoseconds look_after_batch();

    ExecPlan plan_;
    RequestWriter requests_;
    ProgramNotices notices_;
    ExecChild child_;
    Conversation& now_;  // the conversation with the child
    std::string request_;
    Batch* batch_ = nullptr;    // null between batches
    std::size_t next_ = 0;      // the batch's next item to send a request for
    std::size_t suspects_ = 0;  // each item of the batch before this index is tried alone
    bool is_leaving_ = false;   // the batch is left: what the program does now is held against no invoice
    ProgramStarts starts_;
};

}  // namespace pipeline
