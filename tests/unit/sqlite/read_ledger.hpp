// SPDX-License-Identifier: Apache-2.0
// A ledger that another process writes, and readings of it.
#pragma once

#include <poll.h>
#include <sys/stat.h>

#include <csignal>
#include <map>
#include <string>
#include <utility>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/sqlite_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

namespace pipeline::test {

// Every file of the folder: its bytes, and when it was changed last.
inline std::map<std::string, std::pair<std::string, long>> states_in(const LedgerFolder& folder) {
    std::map<std::string, std::pair<std::string, long>> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        struct stat status {};
        ::stat(entry.path().c_str(), &status);
        files[entry.path().filename()] = {read_file(entry.path()),
                                          status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
    }
    return files;
}

inline std::uint64_t rows_read(const std::filesystem::path& file) {
    std::uint64_t rows = 0;
    read_sqlite_ledger(file, [&](LedgerReader& reader) {
        rows = 0;
        for (const auto& books : reader.books()) rows += books.rows();
    });
    return rows;
}

inline Refusal refusal_to_read(const std::filesystem::path& file) {
    return refusal_of([&] { rows_read(file); });
}

// A child commits `size` numbers and then stays, with the ledger open, or dies as kill -9 leaves it.
class Writer {
  public:
    Writer(const std::filesystem::path& file, std::uint64_t size) {
        REQUIRE(::pipe(ready_) == 0);
        pid_ = start_child([&] {
            SqliteLedger ledger(file);
            if (size > 0) {
                auto batch = numbers(1, size);
                ledger.commit(batch.range(), context("sequence", size + 1));
            }
            [[maybe_unused]] const auto told = ::write(ready_[1], "x", 1);
            ::poll(nullptr, 0, -1);
        });
        char byte = 0;
        pollfd readable{ready_[0], POLLIN, 0};
        REQUIRE(::poll(&readable, 1, 30'000) == 1);
        REQUIRE(::read(ready_[0], &byte, 1) == 1);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() {
        die();
        ::close(ready_[0]);
        ::close(ready_[1]);
    }
    void stop() const { ::kill(pid_, SIGSTOP); }
    void die() {
        if (pid_ == 0) return;
        ::kill(pid_, SIGKILL);
        reap(std::exchange(pid_, 0));
    }

  private:
    int ready_[2]{};
    pid_t pid_ = 0;
};

}  // namespace pipeline::test
