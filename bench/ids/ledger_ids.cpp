// SPDX-License-Identifier: Apache-2.0
// Fills a ledger as a flush does, with ids in a given order, and says for each million rows what they cost:
// rows a second of elapsed time and of processor time, bytes written to the disk for a row, and how long
// commits took.
//
//     ledger_ids FILE rising|random|names ROWS ROWS-A-COMMIT
//
// rising: 1, 2, 3 ...; random: 32 hexadecimal digits, as of UUIDs; names: INV-2026-0000012345, in no order.
// The ledger may have rows already. Elapsed time on a machine that does something else as well means nothing.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"

namespace pipeline::bench {
namespace {

constexpr std::uint64_t kStep = 1'000'000;

std::uint64_t mixed(std::uint64_t value) noexcept {  // splitmix64: https://prng.di.unimi.it/splitmix64.c
    value += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111eb;
    return value ^ (value >> 31U);
}

// Each number has an id of its own: the factor has no divisor in common with 10^10.
std::string id_of(std::string_view kind, std::uint64_t number) {
    if (kind == "random") return fmt::format("{:016x}{:016x}", mixed(number), mixed(~number));
    if (kind == "names") return fmt::format("INV-2026-{:010}", number * 6'180'339'887 % 10'000'000'000);
    return std::to_string(number);
}

std::uint64_t bytes_written() {
    std::ifstream io("/proc/self/io");
    for (std::string word; io >> word;) {
        if (word != "write_bytes:") continue;
        std::uint64_t bytes = 0;
        io >> bytes;
        return bytes;
    }
    return 0;
}

double processor_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double quantile(std::vector<double>& sorted, double share) {
    std::sort(sorted.begin(), sorted.end());
    return sorted[std::min(sorted.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

class Filling {
  public:
    Filling(const char* file, std::string_view kind, std::uint64_t batch)
        : ledger_(std::filesystem::path(file)), kind_(kind), records_(batch), details_(batch) {
        const auto last = ledger_.last_commit(kGeneration);
        done_ = last ? last->recorded : 0;
    }

    void add(std::uint64_t rows) {
        const std::uint64_t end = done_ + rows;
        while (done_ < end) {
            step(std::min(kStep, end - done_));
        }
    }

  private:
    static constexpr std::uint64_t kGeneration = 0x3d0358efc8b68388;  // any number of 64 bits

    void step(std::uint64_t rows) {
        std::vector<double> commits;
        const double cpu = processor_seconds();
        const std::uint64_t bytes = bytes_written();
        const std::uint64_t began = monotonic_ns();
        for (const std::uint64_t end = done_ + rows; done_ < end;) {
            const std::uint64_t before = monotonic_ns();
            commit(std::min<std::uint64_t>(records_.size(), end - done_));
            commits.push_back(static_cast<double>(monotonic_ns() - before) / 1e6);
        }
        const double seconds = static_cast<double>(monotonic_ns() - began) / 1e9;
        const auto count = static_cast<double>(rows);
        std::printf(
            R"({"ids":"%s","rows":%llu,"rate":%.0f,"cpu_rate":%.0f,"bytes_per_row":%.0f,"commit_p50_ms":%.1f,)"
            R"("commit_p999_ms":%.1f,"commit_max_ms":%.1f})"
            "\n",
            std::string(kind_).c_str(), static_cast<unsigned long long>(done_), count / seconds,
            count / (processor_seconds() - cpu), static_cast<double>(bytes_written() - bytes) / count,
            quantile(commits, 0.5), quantile(commits, 0.999), quantile(commits, 1));
        std::fflush(stdout);
    }

    void commit(std::uint64_t rows) {
        for (std::uint64_t i = 0; i < rows; ++i) {
            Record& record = records_[(done_ + i) % records_.size()];
            record = Record{};
            const std::string id = id_of(kind_, done_ + i + 1);
            record.id_length = static_cast<std::uint8_t>(id.copy(record.id.data(), record.id.size()));
            record.position = done_ + i + 1;
            record.ring_index = done_ + i;
            record.acquired_ns = monotonic_ns();
            record.attempts = 1;
            record.status = Status::Booked;
            record.outcome = Outcome::Booked;
        }
        const RecordRange range(records_.data(), details_.data(), static_cast<std::uint32_t>(records_.size()),
                                ByteAreaView(std::string_view()), done_, rows);
        ledger_.commit(range, CommitContext{"lines:/ids", std::nullopt, WallClock(), kGeneration});
        done_ += rows;
    }

    SqliteLedger ledger_;
    std::string_view kind_;
    std::vector<Record> records_;
    std::vector<Details> details_;
    std::uint64_t done_ = 0;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    const std::string_view kind = argc == 5 ? argv[2] : "";
    const std::uint64_t rows = argc == 5 ? std::strtoull(argv[3], nullptr, 10) : 0;
    const std::uint64_t batch = argc == 5 ? std::strtoull(argv[4], nullptr, 10) : 0;
    if ((kind != "rising" && kind != "random" && kind != "names") || rows == 0 || batch == 0 ||
        batch > 1'000'000) {
        std::fputs("ledger_ids: FILE, rising, random or names, ROWS and ROWS-A-COMMIT are needed\n", stderr);
        return 64;
    }
    try {
        pipeline::bench::Filling(argv[1], kind, batch).add(rows);
        return 0;
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "ledger_ids: %s\n", exception.what());
        return 1;
    }
}
