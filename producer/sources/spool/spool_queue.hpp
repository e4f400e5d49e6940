// SPDX-License-Identifier: Apache-2.0
// The names of a spool's files that wait to be given, each once, and no more than fit in memory. Most are
// given in the order in which they came. Some have to settle first: they are given when they are due, if the
// file has not changed until then (that is the caller's to see).
//
// Names are told apart by a hash of 64 bits. Two that have the same one are taken for one: the later one is
// then found by a look at the folder after the first was given.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pipeline {

// How it is known that a file is there.
enum class Arrival : std::uint8_t {
    Moved,    // it was renamed or linked into the spool: it is complete
    Closed,   // somebody who had it open for writing has closed it
    Found,    // a look at the folder has found it
    Settled,  // it was seen before, and is due now
};

class SpoolQueue {
  public:
    using Clock = std::chrono::steady_clock;
    struct File {
        std::string name;
        Arrival arrival = Arrival::Found;
        std::int64_t modified_ns = 0;  // when it was last modified, as far as is known; of Settled: then
        std::uint64_t bytes = 0;       // of Settled: its size then
    };
    enum class Added { New, Known, Full };

    // Keeps at most `most` names, at least 1.
    explicit SpoolQueue(std::size_t most) noexcept : most_(most) {}

    // Adds a file whose turn comes after all others'; not Settled. One that is known already is given as what
    // it came by last, if that was an event.
    Added add(std::string_view name, Arrival arrival, std::int64_t modified_ns);
    // Adds a file that is to be given, as Settled, not before `due`.
    Added add_settling(const File& file, Clock::time_point due);

    // Takes back what next() gave last: it is the next one again.
    void put_back(const File& file);

    // The next one, which is forgotten; none if there is none yet. What is due comes before what waits.
    [[nodiscard]] std::optional<File> next(Clock::time_point now);
    // True if next() gives one.
    [[nodiscard]] bool has_next(Clock::time_point now) noexcept;
    // When the first settling file is due.
    [[nodiscard]] std::optional<Clock::time_point> due() noexcept;

    [[nodiscard]] bool contains(std::string_view name) const { return index_.contains(hash(name)); }
    [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
    [[nodiscard]] std::size_t room() const noexcept { return most_ - index_.size(); }
    // When the oldest of those that are known was last modified, as far as is known; 0 if there is none.
    [[nodiscard]] std::int64_t oldest_ns() noexcept;

  private:
    enum class State : std::uint8_t { Waits, Settles };
    struct Known {
        State state;
        Arrival arrival;
    };
    [[nodiscard]] static std::uint64_t hash(std::string_view name) noexcept {
        return std::hash<std::string_view>{}(name);
    }
    void drop_stale() noexcept;

    std::size_t most_;
    std::unordered_map<std::uint64_t, Known> index_;  // of all names, by their hashes
    std::deque<File> waiting_;
    // By the time when they are due. One that has been told of meanwhile waits instead, and is stale here.
    std::multimap<Clock::time_point, File> settling_;
};

}  // namespace pipeline
