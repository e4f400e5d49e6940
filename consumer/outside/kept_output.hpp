// SPDX-License-Identifier: Apache-2.0
// Keeps the standard output of a program (--keep-output), up to kMaxResultBytes. A longer output is cut
// between two UTF-8 characters, and ends with a mark that tells its length.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/result.hpp"

namespace pipeline {

class KeptOutput {
  public:
    void clear() noexcept {
        text_.clear();
        bytes_ = 0;
    }
    void take(std::string_view bytes) {
        text_ += bytes.substr(0, kMaxResultBytes - text_.size());
        bytes_ += bytes.size();
    }
    // Returns the text: what take() got, or its beginning and the mark.
    [[nodiscard]] std::string text() const {
        if (bytes_ <= kMaxResultBytes) return text_;
        std::size_t length = kMaxResultBytes - kMarkBytes;
        while (length > 0 && (static_cast<unsigned char>(text_[length]) & 0xc0U) == 0x80U) --length;
        return fmt::format("{}\n[cut: {} of {} bytes]", text_.substr(0, length), length, bytes_);
    }

  private:
    static constexpr std::size_t kMarkBytes = 64;  // more than the mark ever has
    std::string text_;
    std::uint64_t bytes_ = 0;
};

}  // namespace pipeline
