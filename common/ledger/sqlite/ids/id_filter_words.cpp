// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/id_filter_words.hpp"

#include <sys/mman.h>

#include <new>

namespace pipeline {

IdFilterWords IdFilterWords::own() {
    OwnMemory memory(kBytes);
    void* words = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (words == MAP_FAILED) throw std::bad_alloc();
    return {std::move(memory), static_cast<std::uint64_t*>(words), false};
}

std::optional<IdFilterWords> IdFilterWords::shared(int fd, std::int64_t offset) noexcept {
    OwnMemory memory(kBytes);
    void* words = ::mmap(nullptr, kBytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, offset);
    if (words == MAP_FAILED) return std::nullopt;
    return IdFilterWords(std::move(memory), static_cast<std::uint64_t*>(words), true);
}

IdFilterWords::~IdFilterWords() {
    if (words_ != nullptr) ::munmap(words_, kBytes);
}

}  // namespace pipeline
