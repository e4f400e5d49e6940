// SPDX-License-Identifier: Apache-2.0
// What the ledger's tests have in common: a folder that goes away, a batch of records made by hand, and
// a look into the file from outside.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "ledger-test.XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw system_failure(ExitStatus::CannotCreate, "mkdtemp", pattern, errno);
        }
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path ledger() const { return path_ / "invoices.db"; }
    void write(const std::filesystem::path& file, std::string_view bytes) const {
        std::ofstream(file, std::ios::binary) << bytes;
    }

  private:
    std::filesystem::path path_;
};

// Records as they lie in the storage segment; `outcome` begins as something no status gives.
class Batch {
  public:
    Record& add(std::string_view id, std::uint64_t position, Status status = Status::Booked) {
        Record record{};
        record.position = position;
        record.acquired_ns = monotonic_ns();
        record.attempts = 1;
        record.place = 3;
        record.status = status;
        record.outcome = kNoOutcome;
        record.id_length = static_cast<std::uint8_t>(id.copy(record.id.data(), record.id.size()));
        records_.push_back(record);
        details_.emplace_back().clear();
        return records_.back();
    }
    // For the record that was added last.
    Details& details() {
        records_.back().has_details = 1;
        return details_.back();
    }
    [[nodiscard]] RecordRange range() { return range_from(0); }
    // The same records as if storage were a ring that wraps after `first` of them.
    [[nodiscard]] RecordRange range_from(std::uint64_t first) {
        return {records_.data(), details_.data(), static_cast<std::uint32_t>(records_.size()), first,
                records_.size()};
    }
    [[nodiscard]] std::vector<Outcome> outcomes() const {
        std::vector<Outcome> all;
        for (const auto& record : records_) all.push_back(record.outcome);
        return all;
    }

    static constexpr auto kNoOutcome = static_cast<Outcome>(99);

  private:
    std::vector<Record> records_;
    std::vector<Details> details_;
};

// Each is of a generation of its own: a batch that is committed again by another context is given again after
// a loss of the segments.
inline CommitContext context(std::string_view source, std::optional<std::uint64_t> cursor = std::nullopt) {
    static std::atomic<std::uint32_t> number{0};
    return {source, cursor, WallClock(), static_cast<std::uint64_t>(::getpid()) << 32U | ++number};
}

// Without a matcher: those for texts are named differently in Catch2 2 and 3.
inline void check_contains(const std::string& text, const std::string& part) {
    CAPTURE(text, part);
    CHECK(text.find(part) != std::string::npos);
}

// The first column of the first row, by a connection of its own.
inline std::string ask(const std::filesystem::path& file, const std::string& sql) {
    SqliteConnection database(file, false, std::chrono::seconds(5));
    return database.query_text(sql.c_str());
}

inline void change(const std::filesystem::path& file, const std::string& sql) {
    SqliteConnection database(file, true, std::chrono::seconds(5));
    database.execute(sql.c_str());
}

// Runs `action` in a child process, to be reaped, and returns its pid. Its exit status is 0, or 1 after an
// exception, which is printed. The child leaves without running what belongs to the test runner.
template <class Action>
pid_t start_child(Action&& action) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    int status = 0;
    try {
        action();
    } catch (const std::exception& error) {
        const auto line = std::string("child: ") + error.what() + "\n";
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
        status = 1;
    }
    ::_exit(status);
}

// The wait status, of waitpid(2).
inline int reap(pid_t pid) {
    int status = -1;
    while (::waitpid(pid, &status, 0) == -1 && errno == EINTR) {
    }
    return status;
}

}  // namespace pipeline::test
