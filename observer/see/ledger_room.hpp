// SPDX-License-Identifier: Apache-2.0
// Finds out the sizes of the ledger's file and its log, and the free space of their file system. A thread of
// its own calls stat(2) and statvfs(3), which open nothing. If the file system does not answer (its network
// is down), that thread waits, and the caller continues with the last answer.
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
        std::optional<std::uint64_t> log_bytes;  // of SQLite's log, FILE-wal; 0: there is none
        bool is_answered = true;                 // false: the file system has not answered lately
    };

    LedgerRoom() = default;
    LedgerRoom(const LedgerRoom&) = delete;
    LedgerRoom& operator=(const LedgerRoom&) = delete;
    // If the thread still waits for the file system, detaches it. Otherwise joins it.
    ~LedgerRoom();

    // Asks about the file of `ledger`, which is "sqlite:FILE", and waits a moment for the answer. Returns an
    // empty Sight for other kinds of ledgers, which have no file.
    [[nodiscard]] Sight look(std::string_view ledger);

  private:
    struct Shared;
    static void answer(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace pipeline
