// SPDX-License-Identifier: Apache-2.0
// A program under test, with its standard streams in files. Every wait has a deadline; when it passes,
// what the program has said so far is part of the failure.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/eventually.hpp"
#include "tests/support/files.hpp"

namespace pipeline::test {

class Process {
  public:
    // Starts argv[0] with output to DIR/TAG.out and .err, input from `input` or /dev/null. `before_exec` is
    // called in the child when these three are set and before all other descriptors are closed: for limits,
    // another user, signals, or other streams.
    Process(const std::vector<std::string>& argv, const std::filesystem::path& directory,
            const std::string& tag, int input_fd = -1, const std::function<void()>& before_exec = {});
    Process(Process&&) noexcept;
    Process& operator=(Process&&) = delete;
    // Kills it if it still runs.
    ~Process();

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    void send(int signal) const;
    // The exit status, or 1000 + the signal that ended it. Fails the test at the deadline.
    int wait(std::chrono::milliseconds deadline = kDeadline);
    [[nodiscard]] bool is_running();
    [[nodiscard]] std::string out() const { return read_file(out_); }
    [[nodiscard]] std::string err() const { return read_file(err_); }
    // Its living children, as "program" names with their pids.
    [[nodiscard]] std::vector<pid_t> children(const std::string& program = {}) const;
    // One of those, as soon as there is one. Fails the test at the deadline.
    [[nodiscard]] pid_t child(const std::string& program) const;

  private:
    pid_t pid_ = -1;
    std::optional<int> status_;
    std::filesystem::path out_;
    std::filesystem::path err_;
};

// The living children of a process (proc(5)); `program` chooses those whose command has that name.
[[nodiscard]] std::vector<pid_t> children_of(pid_t pid, const std::string& program = {});

// A server that a test has started belongs to no pipeline: those who look for what a pipeline has left, and
// kill it, pass over a spared process and its children.
void spare(pid_t pid);
[[nodiscard]] bool is_spared(pid_t pid);

}  // namespace pipeline::test
