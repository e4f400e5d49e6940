// SPDX-License-Identifier: Apache-2.0
// The memory of the filters of one group of slices (id_filter.hpp): this process's own, or a read-only
// mapping of a file that other processes map as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "common/memory/memory_limit.hpp"

namespace pipeline {

class IdFilterWords {
  public:
    static constexpr std::size_t kCount = std::size_t{24} * 32'768;
    static constexpr std::size_t kBytes = kCount * sizeof(std::uint64_t);

    // Returns words of this process's own, all zero. Throws std::bad_alloc.
    [[nodiscard]] static IdFilterWords own();
    // Maps the words at `offset` of a file that has them. `offset` is a multiple of the page size. Returns
    // none if the system refuses.
    [[nodiscard]] static std::optional<IdFilterWords> shared(int fd, std::int64_t offset) noexcept;

    IdFilterWords(IdFilterWords&& other) noexcept
        : memory_(std::move(other.memory_)),
          words_(std::exchange(other.words_, nullptr)),
          is_shared_(other.is_shared_) {}
    IdFilterWords& operator=(IdFilterWords&& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(words_, other.words_);
        std::swap(is_shared_, other.is_shared_);
        return *this;
    }
    ~IdFilterWords();

    [[nodiscard]] bool is_shared() const noexcept { return is_shared_; }
    [[nodiscard]] std::span<const std::uint64_t, kCount> words() const noexcept {
        return std::span<const std::uint64_t, kCount>(words_, kCount);
    }
    // Only if they are this process's own.
    [[nodiscard]] std::span<std::uint64_t, kCount> own_words() noexcept {
        return std::span<std::uint64_t, kCount>(words_, kCount);
    }

  private:
    IdFilterWords(OwnMemory&& memory, std::uint64_t* words, bool is_shared) noexcept
        : memory_(std::move(memory)), words_(words), is_shared_(is_shared) {}

    OwnMemory memory_;
    std::uint64_t* words_;
    bool is_shared_;
};

}  // namespace pipeline
