// SPDX-License-Identifier: Apache-2.0
// Fixtures of the ledger's tests: a folder for a ledger, a batch of records made by hand, and
// a look into the file from outside.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/text.hpp"

namespace pipeline::test {

class LedgerFolder : public TemporaryFolder {
  public:
    [[nodiscard]] std::filesystem::path ledger() const { return path() / "invoices.db"; }
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
        if (id.size() <= kInlineIdBytes) {
            record.id_length = static_cast<std::uint8_t>(id.copy(record.id.data(), record.id.size()));
        } else {
            ByteSpan::make(bytes_.size(), id, Extra::None, 0).store(record.id);
            record.id_length = kSpanned;
            bytes_ += id;
        }
        records_.push_back(record);
        details_.emplace_back().clear();
        return records_.back();
    }
    // For the record that was added last.
    Details& details() {
        records_.back().parts = Record::kHasDetails;
        return details_.back();
    }
    void add_extra(Extra kind, std::string_view text) {
        Record& record = records_.back();
        const std::string id = record.shown_id();
        ByteSpan::make(bytes_.size(), id, kind, text.size()).store(record.id);
        record.id_length = kSpanned;
        bytes_.append(id).append(text);
    }
    [[nodiscard]] RecordRange range() { return range_from(0); }
    // The same records as if storage were a ring that wraps after `first` of them.
    [[nodiscard]] RecordRange range_from(std::uint64_t first) {
        return {records_.data(),      details_.data(), static_cast<std::uint32_t>(records_.size()),
                ByteAreaView(bytes_), first,           records_.size()};
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
    std::string bytes_;
};

[[nodiscard]] inline RecordRange no_records() {
    return {nullptr, nullptr, 1, ByteAreaView(std::string_view()), 0, 0};
}

// Booked numbers, each with its own place in the storage.
[[nodiscard]] inline Batch numbers(std::uint64_t first, std::uint64_t size) {
    Batch batch;
    for (std::uint64_t i = first; i < first + size; ++i) batch.add(std::to_string(i), i).ring_index = i;
    return batch;
}

// Each is of a generation of its own: a batch that is committed again by another context is given again after
// a loss of the segments.
inline CommitContext context(std::string_view source, std::optional<std::uint64_t> cursor = std::nullopt) {
    static std::atomic<std::uint32_t> number{0};
    return {source, cursor, WallClock(), static_cast<std::uint64_t>(::getpid()) << 32U | ++number};
}

// The first column of the first row, by a connection of its own.
inline std::string ask(const std::filesystem::path& file, const std::string& sql) {
    SqliteConnection database(file, false, std::chrono::seconds(5));
    return database.query_text(sql.c_str());
}

// Invoices, duplicates and acquired items of the ledger.
[[nodiscard]] inline std::string counts(const LedgerFolder& folder) {
    return ask(folder.ledger(),
               "SELECT (SELECT count(*) FROM invoices) || ' ' || (SELECT count(*) FROM duplicates) || ' ' ||"
               " (SELECT sum(acquired) FROM sources)");
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
