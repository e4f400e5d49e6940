// SPDX-License-Identifier: Apache-2.0
// A sentence in shared memory, for observers. It has one writer at a time, which stores it word by word. A
// reader that reads between two of these stores, or after a kill between them, sees the beginning of one
// sentence and the end of another.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace pipeline {

class StatusText {
  public:
    static constexpr std::size_t kBytes = 512;  // of the text and its final NUL

    // Stores `text`, truncated to kBytes - 1.
    void store(std::string_view text) noexcept {
        std::array<char, kBytes> bytes{};
        std::memcpy(bytes.data(), text.data(), std::min(text.size(), kBytes - 1));
        for (std::size_t i = 0; i < words_.size(); ++i) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + i * sizeof word, sizeof word);
            words_[i].store(word, std::memory_order_relaxed);
        }
    }

    [[nodiscard]] std::string load() const {
        std::array<char, kBytes> bytes{};
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const std::uint64_t word = words_[i].load(std::memory_order_relaxed);
            std::memcpy(bytes.data() + i * sizeof word, &word, sizeof word);
        }
        return {bytes.data(),
                static_cast<std::size_t>(std::find(bytes.begin(), bytes.end(), '\0') - bytes.begin())};
    }

  private:
    std::array<std::atomic<std::uint64_t>, kBytes / sizeof(std::uint64_t)> words_;
};

}  // namespace pipeline
