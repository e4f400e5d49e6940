// SPDX-License-Identifier: Apache-2.0
#include "tests/programs/forking/verdict.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"

namespace pipeline::test {
namespace {

constexpr unsigned kRecordBits = 20;

std::uint64_t entry(std::uint64_t position, std::uint64_t record) noexcept {
    return (position << kRecordBits) | (record & ((std::uint64_t{1} << kRecordBits) - 1));
}
std::uint64_t position_of(std::uint64_t entry) noexcept {
    return entry >> kRecordBits;
}

}  // namespace

Verdict::Verdict(const std::filesystem::path& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    void* memory = MAP_FAILED;
    if (fd && ::ftruncate(fd.get(), sizeof(File)) == 0) {
        memory = ::mmap(nullptr, sizeof(File), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    }
    if (memory == MAP_FAILED) throw system_failure(ExitStatus::CannotCreate, "mapping", path, errno);
    file_ = static_cast<File*>(memory);
}

Verdict::~Verdict() {
    ::munmap(file_, sizeof(File));
}

void Verdict::record(std::uint64_t position, std::uint64_t record) noexcept {
    auto& place = file_->entries[position % kLap];
    const std::uint64_t found = place.load(std::memory_order_relaxed);
    const std::uint64_t wanted = entry(position, record);
    if (found == wanted) return;
    if (position_of(found) >= position) {
        file_->doubled.store(position);
    } else if (position > kLap && position_of(found) != position - kLap) {
        file_->lost.store(position - kLap);
    }
    place.store(wanted, std::memory_order_release);
}

std::string Verdict::judge(std::uint64_t last) const {
    // A number that is more than a lap late is called both.
    const auto doubled = file_->doubled.load();
    const auto lost = file_->lost.load();
    if (doubled != 0 || lost != 0) {
        return fmt::format("recorded twice: number {}; lost, or more than a lap late: number {} (0: none)",
                           doubled, lost);
    }
    if (const auto wrong = file_->wrong.load(); wrong != 0)
        return fmt::format("number {} was recorded with other bytes than its own", wrong);
    const std::uint64_t first = last > kLap ? last - kLap + 1 : 1;
    for (std::uint64_t position = first; position <= last; ++position) {
        const std::uint64_t found = position_of(file_->entries[position % kLap].load());
        if (found < position) return fmt::format("number {} is lost", position);
        if (found > position) return fmt::format("number {} was never acquired", found);
    }
    for (std::uint64_t position = last + 1; position <= std::min(kLap, last + kLap); ++position) {
        const std::uint64_t found = position_of(file_->entries[position % kLap].load());
        if (found > last) return fmt::format("number {} was never acquired", found);
    }
    return {};
}

}  // namespace pipeline::test
