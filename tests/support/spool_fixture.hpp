// SPDX-License-Identifier: Apache-2.0
// Fixtures of the spool's tests: a spool to put files into, and the records of what it gave.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "producer/sources/spool/spool_source.hpp"
#include "tests/support/source_fixture.hpp"

namespace pipeline::test {

// A spool with a place outside it on the same file system, from where files are handed over by rename.
struct Spool {
    Spool() {
        std::filesystem::create_directory(path);
        std::filesystem::create_directory(outside);
    }
    void write(const std::string& name, std::string_view text = "x") const { write_file(path / name, text); }
    void hand_over(const std::string& name, std::string_view text = "x") const {
        write_file(outside / name, text);
        std::filesystem::rename(outside / name, path / name);
    }
    // Sets the time of last change, in seconds since 1970.
    void date(const std::string& name, std::time_t seconds) const {
        const std::array<timespec, 2> times{{{seconds, 0}, {seconds, 0}}};
        if (::utimensat(AT_FDCWD, (path / name).c_str(), times.data(), 0) != 0) {
            throw std::runtime_error("utimensat " + name);
        }
    }
    [[nodiscard]] std::vector<std::string> in(const std::string& subfolder) const {
        return names_in(path / subfolder);
    }

    TemporaryFolder root;
    std::filesystem::path path = root / "spool";
    std::filesystem::path outside = root / "outside";
};

// `item` must outlive the receipt.
inline Receipt receipt_of(const Taken& item, Outcome outcome = Outcome::Booked) {
    return {item.position, item.id, item.unusable, outcome};
}

inline SpoolSource::Limits limits_of(std::size_t waiting, std::size_t kept = 100) {
    SpoolSource::Limits limits;
    limits.waiting = waiting;
    limits.receipts.kept = kept;
    limits.receipts.retry_after = std::chrono::milliseconds::zero();
    return limits;
}

inline std::vector<std::string> sorted(std::vector<std::string> ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
}

}  // namespace pipeline::test
