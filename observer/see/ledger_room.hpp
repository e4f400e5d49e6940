// SPDX-License-Identifier: Apache-2.0
// The sizes of the ledger's file and its log, and the free space of their file system. It asks with stat(2)
// and statvfs(3) only, which open nothing, in a thread of its own. If the file system does not answer (a
// network that is down), that thread waits, and the caller goes on with the last answer.
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
        std::optional<std::uint64_t> free_bytes;  // of the file system, for an unprivileged user
        std::optional<std::uint64_t> file_bytes;
        std::optional<std::uint64_t> log_bytes;  // of FILE-wal; 0: there is none
        bool is_answered = true;                 // false: the file system has not answered lately
    };

    LedgerRoom() = default;
    LedgerRoom(const LedgerRoom&) = delete;
    LedgerRoom& operator=(const LedgerRoom&) = delete;
    // A thread that still waits for its answer is left behind.
    ~LedgerRoom();

    // Looks at the file of `ledger`, "sqlite:FILE"; other kinds of ledgers have none. Waits a moment for the
    // answer.
    [[nodiscard]] Sight look(std::string_view ledger);

  private:
    struct Shared;
    static void answer(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace pipeline
