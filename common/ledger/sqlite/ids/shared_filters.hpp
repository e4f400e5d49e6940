// SPDX-License-Identifier: Apache-2.0
// The filters of finished groups of slices (id_filter.hpp) in the cache memory of the pipeline
// (cache_memory.hpp), so that its processes have one copy of them. Nothing is kept here that the ledger does
// not keep. A process without such memory finds nothing, and keeps the filters in its own.
//
// Group g has the bytes from g * kSlot on: a page that begins with kWhole once the group is there, and then
// its words. A group is written once, by the holder of its lock, the words first. Words that are there are
// never changed, since others have mapped them. A kill before the last store leaves a group that is not
// there; the lock, a process's own (fcntl(2), F_SETLK), ends with the process. A process that maps a
// group compares its filters with their digests in the ledger. So it never uses those of other rows, such as
// those of an older copy that somebody has put into the ledger's file.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include "common/ledger/sqlite/ids/id_filter.hpp"

namespace pipeline {

class SharedFilters {
  public:
    static constexpr std::uint64_t kWhole = 0x3130'7364'692d'7069;  // "ip-ids01"
    static constexpr std::int64_t kWordsAt = 64 << 10;  // within a slot; a multiple of every page size
    static constexpr std::int64_t kSlot = kWordsAt + std::int64_t{IdFilterWords::kBytes};

    // `fd`: the cache memory; -1: none.
    explicit SharedFilters(int fd) noexcept : fd_(fd) {}

    // Returns the words of the group, if they are there and fit the digests. Throws std::bad_alloc.
    [[nodiscard]] std::optional<IdFilterWords> find(std::int64_t group,
                                                    const IdFilter::Digests& digests) const;

    // While it lives, nobody else writes the group.
    class Turn {
      public:
        Turn(Turn&& other) noexcept
            : in_process_(std::move(other.in_process_)),
              fd_(std::exchange(other.fd_, -1)),
              begin_(other.begin_) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn();

      private:
        friend class SharedFilters;
        Turn(std::unique_lock<std::mutex> in_process, int fd, std::int64_t begin) noexcept
            : in_process_(std::move(in_process)), fd_(fd), begin_(begin) {}
        std::unique_lock<std::mutex> in_process_;  // threads of one process share its fcntl(2) locks
        int fd_;
        std::int64_t begin_;
    };
    // Returns none if the group is there, if somebody else has the turn for longer than `patience`, or
    // there is no memory.
    [[nodiscard]] std::optional<Turn> take_turn(std::int64_t group, std::chrono::milliseconds patience) const;
    // Writes the words of a group that is not there. Returns whether it succeeded.
    [[nodiscard]] bool store(const Turn& turn,
                             std::span<const std::uint64_t, IdFilterWords::kCount> words) const noexcept;

  private:
    [[nodiscard]] bool is_there(std::int64_t begin) const noexcept;

    int fd_;
};

}  // namespace pipeline
