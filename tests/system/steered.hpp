// SPDX-License-Identifier: Apache-2.0
// A pipeline that is steered by signals.
#pragma once

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/pipeline_run.hpp"

namespace pipeline::test {

// A pipeline that runs, and what can be seen of it in shared memory.
class Steered {
  public:
    explicit Steered(const std::vector<std::string>& options, int input_fd = -1)
        : supervisor(run.start(options, input_fd)) {
        REQUIRE(eventually([&] {
            segments_ = SegmentsView::open(run.name());
            return segments_.has_value() && supervisor_metrics().process != 0;
        }));
    }
    [[nodiscard]] const SupervisorMetrics& supervisor_metrics() const {
        return segments_->metrics().supervisor;
    }
    [[nodiscard]] std::uint32_t wanted() const { return supervisor_metrics().consumers; }
    [[nodiscard]] RingView ring() const { return segments_->ring(); }
    [[nodiscard]] const MetricsArea& metrics() const { return segments_->metrics(); }
    [[nodiscard]] std::uint64_t in_flight() const { return segments_->in_flight(); }
    // The process ids of the consumers that are at work, of one moment.
    [[nodiscard]] std::vector<std::uint32_t> at_work() const {
        const auto look = [&] {
            std::vector<std::uint32_t> pids;
            for (const HandArea& hand : ring().area().hands) {
                if (const auto pid = ProcessId::unpack(hand.process).pid; pid != 0) pids.push_back(pid);
            }
            return pids;
        };
        auto seen = look();
        for (auto again = look(); again != seen; again = look()) seen = std::move(again);
        return seen;
    }
    [[nodiscard]] bool says(const std::string& text) const {
        return supervisor.err().find(text) != std::string::npos;
    }
    // Sends a signal and waits until its line is in the log.
    void signal(int number, const std::string& line) {
        supervisor.send(number);
        INFO(line);
        if (!eventually([&] { return says(line); })) FAIL(supervisor.err());
    }
    // Drains, not before a number is recorded; every number that was acquired is in the ledger, once.
    void drain() {
        REQUIRE(eventually([&] { return run.has_rows(1); }));
        supervisor.send(SIGTERM);
        finish();
        run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    }
    void finish() {
        const int status = supervisor.wait();
        INFO(supervisor.err());
        REQUIRE(status == 0);
        run.require_nothing_left();
    }

    PipelineRun run;
    Process supervisor;

  private:
    std::optional<SegmentsView> segments_;
};

// A standard input of numbered lines.
class PipeOfLines {
  public:
    [[nodiscard]] int reader() const { return pipe_.out.get(); }
    [[nodiscard]] std::uint64_t given() const { return given_; }
    void give(std::uint64_t count) {
        std::string lines;
        for (std::uint64_t i = 0; i < count; ++i) lines += fmt::format("{}\n", ++given_);
        REQUIRE(::write(pipe_.in.get(), lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()));
    }
    void end() { pipe_.in.reset(); }

  private:
    Pipe pipe_;
    std::uint64_t given_ = 0;
};

}  // namespace pipeline::test
