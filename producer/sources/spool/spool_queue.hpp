// SPDX-License-Identifier: Apache-2.0
// Keeps the names of a spool's waiting files, each once, within a memory limit. The queue returns most files
// in order of arrival. A file that must settle first is returned when it is due; the caller then checks
// whether the file has changed meanwhile.
//
// The queue identifies names by a 64-bit hash. If two names have the same hash, the queue takes the second
// file for the first; a scan of the folder finds the second one after the queue has returned the first.
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
    Found,    // a scan of the folder found it
    Settled,  // it was queued to settle, and is due now
};

class SpoolQueue {
  public:
    using Clock = std::chrono::steady_clock;
    struct File {
        std::string name;
        Arrival arrival = Arrival::Found;
        std::int64_t modified_ns = 0;  // last modification, as far as known; Settled: as it was when queued
        std::uint64_t bytes = 0;       // Settled: the size when queued
    };
    enum class Added { New, Known, Full };

    // Keeps at most `most` names; `most` must be at least 1.
    explicit SpoolQueue(std::size_t most) noexcept : most_(most) {}

    // Adds a file behind all others; `arrival` is Moved, Closed or Found. If the file is known already, Moved
    // or Closed replaces its arrival, and Found changes nothing.
    Added add(std::string_view name, Arrival arrival, std::int64_t modified_ns);
    // Adds a file that next() returns as Settled, at `due` or later.
    Added add_settling(const File& file, Clock::time_point due);

    // Puts the last result of next() back at the front of the waiting files.
    void put_back(const File& file);

    // Removes and returns the next file; none if no file is ready. A settling file that is due comes before
    // the waiting files.
    [[nodiscard]] std::optional<File> next(Clock::time_point now);
    // True if next() would return a file.
    [[nodiscard]] bool has_next(Clock::time_point now) noexcept;
    // Returns the time at which the first settling file is due; none if no file settles.
    [[nodiscard]] std::optional<Clock::time_point> due() noexcept;

    [[nodiscard]] bool contains(std::string_view name) const { return index_.contains(hash(name)); }
    [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
    [[nodiscard]] std::size_t room() const noexcept { return most_ - index_.size(); }
    // Returns the time at which the oldest queued file was last modified, as far as known; 0 if the queue is
    // empty.
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
    // By due time. An entry is stale if an event has reported its file meanwhile: the file is then in
    // waiting_.
    std::multimap<Clock::time_point, File> settling_;
};

}  // namespace pipeline
