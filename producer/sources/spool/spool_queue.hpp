// SPDX-License-Identifier: Apache-2.0
// The names of a spool's waiting files, each once, within a memory limit. Most are given in order of arrival.
// Some must settle first: they are given when due, if the file has not changed meanwhile (the caller checks
// that).
//
// The queue identifies names by a 64-bit hash. If two names collide, it takes the later one for the first; a
// look at the folder finds it after the first was given.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "producer/sources/key_table.hpp"

namespace pipeline {

// How the queue learned of a file.
enum class Arrival : std::uint8_t {
    Moved,    // it was renamed or linked into the spool: it is complete
    Closed,   // a writer has closed it
    Found,    // a look at the folder found it
    Settled,  // it was seen before and is due now
};

class SpoolQueue {
  public:
    using Clock = std::chrono::steady_clock;
    struct File {
        std::string name;
        Arrival arrival = Arrival::Found;
        std::int64_t modified_ns = 0;  // last modification, as far as known (Settled: when queued)
        std::uint64_t bytes = 0;       // Settled: size when queued
    };
    enum class Added { New, Known, Full };

    // Keeps at most `most` names, at least 1.
    explicit SpoolQueue(std::size_t most) noexcept : most_(most) {}

    // Adds a file, not Settled, behind all others. If the file is known already and `arrival` is an event, it
    // is given with this arrival.
    Added add(std::string_view name, Arrival arrival, std::int64_t modified_ns);
    // Adds a file that is given at `due` or later, as Settled.
    Added add_settling(const File& file, Clock::time_point due);

    // Takes back the last result of next(): it is the next one again.
    void put_back(const File& file);

    // Removes and returns the next file; none if there is none yet. Due files come before waiting ones.
    [[nodiscard]] std::optional<File> next(Clock::time_point now);
    // True if next() would return one.
    [[nodiscard]] bool has_next(Clock::time_point now) noexcept;
    // When the first settling file is due.
    [[nodiscard]] std::optional<Clock::time_point> due() noexcept;

    [[nodiscard]] bool contains(std::string_view name) const { return index_.contains(hash(name)); }
    [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
    [[nodiscard]] std::size_t room() const noexcept { return most_ - index_.size(); }
    // When the oldest queued file was last modified, as far as known; 0 if there is none.
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
    KeyTable<Known> index_;  // of all names, by their hashes
    std::deque<File> waiting_;
    // By due time. An entry is stale if an event for its file came meanwhile: the file then waits instead.
    std::multimap<Clock::time_point, File> settling_;
};

}  // namespace pipeline
