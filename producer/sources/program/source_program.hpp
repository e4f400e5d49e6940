// SPDX-License-Identifier: Apache-2.0
// The program of an exec: source as a process: started, heard, told, ended, and started again. Its lines are
// read only when the caller wants one, so that a program that is ahead blocks in its writes. Receipts wait in
// memory while the program does not read them; above a bound nothing more is read from it. Only wait() and
// end() wait.
//
//   it ends with 0         with --once the source is over. Else it is started again when --every has passed
//                          since its last start; without --every, after a minute, or soon if `owes` says that
//                          invoices are open
//   it closes its output   it can give nothing more: its input is closed once it has all receipts
//   it ends otherwise      it is started again at once, and then after a delay that grows to a second as long
//                          as nothing new comes
//   refuse()               it is ended, and started again after a delay that grows from a second to a minute
//                          until it runs that long without another reason to refuse it
//
// With --once, kMostInVain ends in a row without anything new are a Failure NoInput, and so are three runs in
// a row that are refused. So is, always, a first run that ends with 126 or 127 before it has said anything:
// there is no such command.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.hpp"
#include "common/os/back_off.hpp"
#include "common/outside/program_child.hpp"
#include "producer/sources/program/program_lines.hpp"
#include "producer/sources/repeated_warning.hpp"
#include "producer/sources/source_report.hpp"

namespace pipeline {

class SourceProgram {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::uint32_t kMostInVain = 10;
    static constexpr std::size_t kMostUntold = std::size_t{4} << 20U;  // bytes; then nothing more is read

    struct Plan {
        std::vector<std::string> command;
        std::string name;  // of the source, for people
        bool once = false;
        std::optional<std::chrono::nanoseconds> every{};
        std::uint64_t longest_line = 0;
        std::chrono::nanoseconds end_patience{};
    };
    // `owes`: whether the program has given something for which it has no receipt.
    SourceProgram(Plan plan, std::shared_ptr<SourceReport> report, std::function<bool()> owes);
    SourceProgram(const SourceProgram&) = delete;
    SourceProgram& operator=(const SourceProgram&) = delete;
    ~SourceProgram() { end(); }

    // Writes receipts, logs the program's standard error, notices its end. Returns the time until the next
    // call is due.
    std::chrono::nanoseconds serve();
    // The number of the present run, from 1; a run begins with a start.
    [[nodiscard]] std::uint64_t run() const noexcept { return run_; }
    // Returns the next line, valid until the next call of any function; none if there is none now. Throws
    // Failure NoInput if there never will be one (see above).
    [[nodiscard]] std::optional<ProgramLines::Line> next_line();
    // True if next_line() would return a line without reading.
    [[nodiscard]] bool has_line() { return lines_.has_line(); }
    // True if the program has ended for good: with --once, by an exit status of 0.
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    // The program has given something new.
    void got_further() noexcept {
        is_new_ = true;
        is_in_doubt_ = false;
        in_vain_ = 0;
    }
    // True if the last run ended badly, and nothing has come since that is known to be new.
    [[nodiscard]] bool is_in_doubt() const noexcept { return is_in_doubt_; }
    // A line of the program is understood.
    void is_understood() { report_->clear(SourceState::Unreadable); }
    // Ends the program, because a line of it is not of the protocol. `problem` is one line.
    void refuse(const std::string& problem);
    // Tells the program; `line` ends with a newline. Does nothing if the program has ended, or has closed its
    // input.
    void tell(std::string_view line);
    // From now on the program's output is thrown away, so that the program comes to read its input; it is not
    // started again.
    void stop() noexcept { is_stopped_ = true; }
    // Waits until next_line() may return something, there is something to do, or `signal_fd` is readable.
    void wait(int signal_fd, std::chrono::nanoseconds bound);
    // Ends the program: gives it time to read what it was told, closes its input, gives it time to end, and
    // ends it by SIGTERM and SIGKILL at last.
    void end();

  private:
    void start();
    [[nodiscard]] bool is_running() const noexcept { return process_.is_running(); }
    [[nodiscard]] bool is_behind() const noexcept { return untold_.size() - told_ > kMostUntold; }
    void look(ProgramChild::Ready ready);
    void write_some();
    void close_if_done();
    void drop_output();
    [[nodiscard]] bool read_some();
    [[nodiscard]] bool await_end(Clock::time_point until);
    void bury();
    void ended_badly(const std::string& why);

    Plan plan_;
    std::shared_ptr<SourceReport> report_;
    std::function<bool()> owes_;
    ProgramChild process_;
    ProgramLines lines_;
    std::string untold_;  // receipts; those before told_ are written
    std::size_t told_ = 0;
    std::uint64_t run_ = 0;
    Clock::time_point started_at_{};
    Clock::time_point start_at_{};
    BackOff back_off_;
    std::chrono::nanoseconds refusal_delay_;
    std::optional<Clock::time_point> kill_at_;  // the program was told to end by SIGTERM
    std::optional<Failure> failure_;            // there will never be a line again
    std::chrono::nanoseconds again_delay_{};    // before a run that hears receipts only; 0: the first one
    std::uint32_t in_vain_ = 0;                 // runs in a row that ended badly and gave nothing new
    std::uint32_t refused_ = 0;                 // runs in a row that were refused
    int last_status_ = 0;                       // the wait status of the last run
    bool has_said_ = false;                     // the program has written something, in any run
    bool is_in_doubt_ = false;
    bool is_new_ = false;            // something new came in this run
    bool is_refused_ = false;        // in this run
    bool is_killed_ = false;         // SIGKILL was sent in this run
    bool has_ended_ = false;         // the process has ended; what it has written may be left to read
    bool is_output_closed_ = false;  // by a program that runs
    bool is_input_closed_ = false;   // by the program
    bool is_over_ = false;
    bool is_stopped_ = false;
    bool is_behind_told_ = false;
    // A rest of a program that has ended well: its last line needs no newline.
    bool may_take_rest_ = false;
    RepeatedWarning warning_;
};

}  // namespace pipeline
