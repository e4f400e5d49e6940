// SPDX-License-Identifier: Apache-2.0
// A real pipeline under measurement: the supervisor as a user starts it, in a directory of its own, and its
// shared memory attached read-only beside it. Nothing of it is left behind, whatever happens to the
// measurement.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/core/segments/segments_view.hpp"

namespace pipeline::bench {

class Pipeline {
  public:
    // Starts `supervisor` with `options`, and --name, --state-dir and --runtime-dir of this measurement;
    // waits until the segments are there. Throws std::runtime_error with what the supervisor said if it does
    // not come up in 10 s. `input`: its standard input; -1: ours.
    Pipeline(const std::filesystem::path& supervisor, const std::vector<std::string>& options,
             int input = -1);
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;
    ~Pipeline();

    [[nodiscard]] const SegmentsView& segments() const noexcept { return *segments_; }
    [[nodiscard]] pid_t supervisor() const noexcept { return pid_; }
    [[nodiscard]] std::vector<pid_t> children() const;
    // The supervisor and its children.
    [[nodiscard]] std::vector<pid_t> processes() const;

    void stop() const noexcept;  // asks the supervisor to drain
    // Ends it with whatever is in it. With --drain-timeout that is soon.
    void abandon();
    // Waits for the supervisor's end, at most a minute. Throws std::runtime_error unless it was 0.
    void wait();

  private:
    [[nodiscard]] bool has_ended() noexcept;
    [[nodiscard]] std::string said() const;
    void start(const std::filesystem::path& supervisor, const std::vector<std::string>& options,
               int input) noexcept;

    std::string name_;
    std::filesystem::path directory_;
    pid_t pid_ = -1;
    std::optional<int> status_;
    std::optional<SegmentsView> segments_;
};

}  // namespace pipeline::bench
