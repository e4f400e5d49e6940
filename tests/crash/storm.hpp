// SPDX-License-Identifier: Apache-2.0
// Kills a running pipeline's processes at random moments and watches from outside whether it goes on. It
// looks at the segments through a read-only mapping, which it keeps: what is in them can be read to the very
// end.
//
// A death is followed by a successor that reads everything anew, which hides a lost wake-up. Therefore some
// kills are done while the supervisor is stopped, and the others must go on before it is continued.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "tests/support/process.hpp"

namespace pipeline::test {

class Storm {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kStall{2000};

    // Time as it has been watched: what passed while the watcher itself did not run (a busy processor, a
    // virtual machine that was paused) says nothing about the watched.
    class Watched {
      public:
        void begin() noexcept { *this = {}; }
        Clock::duration go_on() noexcept {
            const auto now = Clock::now();
            constexpr std::chrono::milliseconds kMostBetweenLooks{200};
            total_ += std::min<Clock::duration>(now - last_, kMostBetweenLooks);
            last_ = now;
            return total_;
        }

      private:
        Clock::time_point last_ = Clock::now();
        Clock::duration total_{};
    };

    // Waits until the segments are there.
    Storm(const std::string& name, Process& supervisor, std::uint64_t seed);

    // One kill of a random child; with `probe` the supervisor is stopped meanwhile and the others must move
    // first.
    void kill_one(bool probe);
    // Stops a random child for up to `longest` (the producer for less than kStall), or until the supervisor
    // has killed it.
    void stop_one(std::chrono::milliseconds longest);
    // Nothing may move for so long, instead of kStall.
    void allow_stalls(std::chrono::milliseconds stall) { stall_ = stall; }
    // Fails the test if nothing has moved for that long; to be called often.
    void look();

    [[nodiscard]] std::uint64_t kills() const noexcept { return kills_; }
    [[nodiscard]] std::uint64_t producer_kills() const noexcept { return producer_kills_; }
    [[nodiscard]] std::uint64_t probes() const noexcept { return probes_; }
    [[nodiscard]] std::uint64_t stops() const noexcept { return stops_; }
    [[nodiscard]] std::chrono::milliseconds longest_stall() const noexcept {
        return std::chrono::duration_cast<std::chrono::milliseconds>(longest_stall_);
    }
    [[nodiscard]] const SegmentsView& segments() const noexcept { return segments_; }
    // Everything that can be said about the pipeline's state, for a failure.
    [[nodiscard]] std::string state() const;

  private:
    // The commit words: what moves when the pipeline does.
    struct Sight {
        std::uint64_t acquired, claimed, stored, durable, released;
        bool operator==(const Sight&) const = default;
    };
    [[nodiscard]] Sight sight() const;
    [[nodiscard]] std::vector<pid_t> children() const;
    [[nodiscard]] bool is_producer(pid_t child) const;
    [[nodiscard]] bool has_worked(pid_t child);
    [[nodiscard]] pid_t pick();
    void probe(pid_t victim, const Sight& before);
    [[nodiscard]] bool has_left(pid_t child) const;
    // True once the processes that are left have done what was there to be done at the time of `before`.
    [[nodiscard]] bool went_on(const Sight& before, const std::vector<pid_t>& others) const;
    [[nodiscard]] std::uint64_t random(std::uint64_t below) { return random_() % below; }

    Process& supervisor_;
    std::mt19937_64 random_;
    SegmentsView segments_;
    std::map<pid_t, std::uint64_t> first_word_;  // of a child, what its work began with
    std::chrono::milliseconds stall_ = kStall;
    Sight last_{};
    Watched unmoved_;
    Clock::duration longest_stall_{};
    std::uint64_t kills_ = 0;
    std::uint64_t producer_kills_ = 0;
    std::uint64_t probes_ = 0;
    std::uint64_t stops_ = 0;
};

}  // namespace pipeline::test
