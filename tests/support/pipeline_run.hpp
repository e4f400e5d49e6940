// SPDX-License-Identifier: Apache-2.0
// One test's pipeline: a name of its own, directories of its own, and the questions that every system test
// ends with. Whatever happens in the test, no process and no segment is left behind.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace pipeline::test {

class PipelineRun {
  public:
    PipelineRun();
    PipelineRun(const PipelineRun&) = delete;
    PipelineRun& operator=(const PipelineRun&) = delete;
    ~PipelineRun();

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }
    [[nodiscard]] std::filesystem::path spool() const { return directory_ / "spool"; }
    [[nodiscard]] const std::filesystem::path& ledger() const noexcept { return ledger_; }
    // Before anything is started.
    void set_ledger(const std::filesystem::path& file) { ledger_ = file; }

    // Starts the supervisor with --name, --state-dir, --runtime-dir and `options`; with the ledger of this
    // run unless the options name one. Unless they say otherwise, a failed attempt is repeated at once, and
    // the source is never held.
    [[nodiscard]] Process start(const std::vector<std::string>& options, int input_fd = -1);
    // The same of another supervisor than the one that is shipped: one of tests/programs.
    [[nodiscard]] Process start_program(const std::string& supervisor,
                                        const std::vector<std::string>& options, int input_fd = -1,
                                        const std::function<void()>& before_exec = {});
    // start() in a process of which `before_exec` has made what it likes (see Process).
    [[nodiscard]] Process start_in(const std::function<void()>& before_exec,
                                   const std::vector<std::string>& options, int input_fd = -1);

    // ---- what is in the ledger ----
    [[nodiscard]] std::uint64_t rows() const;
    // True once the pipeline is up and so many invoices are in its ledger.
    [[nodiscard]] bool has_rows(std::uint64_t rows) const;
    [[nodiscard]] std::map<std::string, std::uint64_t> rows_by_status() const;
    [[nodiscard]] std::uint64_t count(const std::string& sql) const;  // the first column of the first row
    [[nodiscard]] std::vector<std::string> column(const std::string& sql) const;
    // The exit status with which a run with --once must have ended if it has recorded all of these rows: 1 if
    // one is failed, else 0.
    [[nodiscard]] int expected_status() const;
    // Fails unless the ids are exactly 1..count, in whatever order.
    void require_numbers_up_to(std::uint64_t count) const;

    // ---- what is in shared memory ----
    // Results that wait for the ledger; invoices that were acquired since the segments were made, and those
    // of them that are not in the ledger. 0 if there are no segments.
    [[nodiscard]] std::uint64_t waiting() const;
    [[nodiscard]] std::uint64_t acquired() const;
    [[nodiscard]] std::uint64_t in_flight() const;

    // ---- what is left ----
    [[nodiscard]] std::vector<std::string> segments() const;  // names in /dev/shm that are this run's
    // Fails unless no segment and no process is left, and, if there is a ledger, a deep audit of it balances.
    void require_nothing_left() const;
    // True once all that descends from this test has ended; reaps it.
    [[nodiscard]] static bool has_no_children();
    // What `observer --audit --json` says, with `options`.
    struct Audited {
        int status = 0;  // the observer's exit status
        std::string json;
        std::string errors;
        [[nodiscard]] std::int64_t number(const std::string& key) const;
        [[nodiscard]] std::string text(const std::string& key) const;
    };
    [[nodiscard]] Audited audit(const std::vector<std::string>& options = {}) const;
    // Fails unless the audit balances; returns what it said.
    Audited require_balance(const std::vector<std::string>& options = {}) const;
    // Kills the pipeline with kill -9 and without warning: the supervisor is stopped first, so that it
    // neither replaces its children nor sees them die.
    static void kill(const Process& supervisor);
    // Kills all that descends from this test, and waits for it.
    static void kill_everything();

  private:
    std::string name_;
    std::filesystem::path directory_;
    std::filesystem::path ledger_;
    int started_ = 0;
    mutable int audits_ = 0;
};

}  // namespace pipeline::test
