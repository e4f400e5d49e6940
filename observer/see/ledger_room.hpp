// SPDX-License-Identifier: Apache-2.0
// How large the ledger's file and its log are, and how much room their file system has. It is asked by
// stat(2) and statvfs(3) alone, which open nothing, and by a thread of its own: on a file system that does
// not answer (a network that is down) that thread waits, and whoever looks goes on with what it knew.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>

namespace pipeline {

class LedgerRoom {
  public:
    struct Sight {
        std::optional<std::uint64_t> free_bytes;  // of the file system, for a user without privileges
        std::optional<std::uint64_t> file_bytes;
        std::optional<std::uint64_t> log_bytes;  // of FILE-wal; 0: there is none
        bool is_answered = true;                 // false: the file system has not answered lately
    };

    LedgerRoom() = default;
    LedgerRoom(const LedgerRoom&) = delete;
    LedgerRoom& operator=(const LedgerRoom&) = delete;
    // Leaves a thread behind that still waits for its answer.
    ~LedgerRoom();

    // Looks at the file of `ledger`, "sqlite:FILE"; a ledger of another kind has none. Waits a moment for the
    // answer.
    [[nodiscard]] Sight look(std::string_view ledger);

  private:
    struct Shared;
    static void answer(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace pipeline
