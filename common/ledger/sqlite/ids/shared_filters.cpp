// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/shared_filters.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <thread>

#include "common/memory/cache_memory.hpp"

namespace pipeline {
namespace {

constexpr std::int64_t kMostGroups = kCacheBytes / SharedFilters::kSlot;  // of 2,097,152 rows each
constexpr std::chrono::milliseconds kAskAgain{2};

std::mutex in_process_turn;

bool set_lock(int fd, std::int64_t begin, short type) noexcept {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = begin;
    lock.l_len = SharedFilters::kSlot;
    return ::fcntl(fd, F_SETLK, &lock) == 0;
}

bool write_all(int fd, std::span<const std::byte> bytes, std::int64_t offset) noexcept {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), offset);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += written;
    }
    return true;
}

}  // namespace

SharedFilters::Turn::~Turn() {
    if (fd_ >= 0) set_lock(fd_, begin_, F_UNLCK);
}

bool SharedFilters::is_there(std::int64_t begin) const noexcept {
    std::uint64_t head = 0;
    return ::pread(fd_, &head, sizeof head, begin) == ssize_t{sizeof head} && head == kWhole;
}

std::optional<IdFilterWords> SharedFilters::find(std::int64_t group, const IdFilter::Digests& digests) const {
    if (fd_ < 0 || group >= kMostGroups || !is_there(group * kSlot)) return std::nullopt;
    auto words = IdFilterWords::shared(fd_, group * kSlot + kWordsAt);
    if (words && !has_filters(words->words(), digests)) words.reset();
    return words;
}

std::optional<SharedFilters::Turn> SharedFilters::take_turn(std::int64_t group,
                                                            std::chrono::milliseconds patience) const {
    if (fd_ < 0 || group >= kMostGroups) return std::nullopt;
    const std::int64_t begin = group * kSlot;
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!is_there(begin)) {
        std::unique_lock in_process(in_process_turn, std::try_to_lock);
        if (in_process && set_lock(fd_, begin, F_WRLCK)) {
            Turn turn(std::move(in_process), fd_, begin);
            if (is_there(begin)) return std::nullopt;
            return turn;
        }
        if (std::chrono::steady_clock::now() >= until) return std::nullopt;
        std::this_thread::sleep_for(kAskAgain);
    }
    return std::nullopt;
}

bool SharedFilters::store(const Turn& turn,
                          std::span<const std::uint64_t, IdFilterWords::kCount> words) const noexcept {
    const std::uint64_t whole = kWhole;
    return write_all(fd_, std::as_bytes(words), turn.begin_ + kWordsAt) &&
           write_all(fd_, std::as_bytes(std::span(&whole, 1)), turn.begin_);
}

}  // namespace pipeline
