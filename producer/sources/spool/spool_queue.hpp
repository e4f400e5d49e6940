// SPDX-License-Identifier: Apache-2.0
// Keeps the names of a spool's waiting files, each once, within a memory limit. The queue returns most files
// in order of arrival. A file that may be incomplete must first settle: it waits until it has been unmodified
// for some time. The queue returns it when that time is over, and the caller then checks whether the file has
// changed meanwhile.
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
    Settled,  // add_settling() queued it, and its due time has come
};

class SpoolQueue {
  public:
    using Clock = std::chrono::steady_clock;
    struct File {
        std::string name;
        Arrival arrival = Arrival::Found;
        std::int64_t modified_ns = 0;  // last modification, as far as the queue knows it
        std::uint64_t bytes = 0;       // if Settled: the size when it was queued
    };
    enum class Added { New, Known, Full };

    // Keeps at most `most` names; `most` must be at least 1.
    explicit SpoolQueue(std::size_t most) noexcept : most_(most) {}

    // Adds a file behind all others; `arrival` is Moved, Closed or Found. If the queue has the file already,
    // Found changes nothing; Moved or Closed becomes its arrival, and next() no longer holds it back.
    Added add(std::string_view name, Arrival arrival, std::int64_t modified_ns);
    // Adds a file that next() holds back until `due`, and then returns as Settled.
    Added add_settling(const File& file, Clock::time_point due);

    // Puts the last result of next() back at the front of the waiting files.
    void put_back(const File& file);

    // Removes and returns the next file; none if no file is ready. Files of add_settling() that are due come
    // before the waiting files.
    [[nodiscard]] std::optional<File> next(Clock::time_point now);
    // True if next() would return a file.
    [[nodiscard]] bool has_next(Clock::time_point now) noexcept;
    // Returns the earliest due time of the files of add_settling(); none if the queue has no such file.
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
    KeyTable<Known> index_;  // all queued names, by their hashes
    std::deque<File> waiting_;
    // The files of add_settling(), by due time. If an event reports one of them meanwhile, add() puts it into
    // waiting_, and its entry here is stale.
    std::multimap<Clock::time_point, File> settling_;
};

}  // namespace pipeline
