// SPDX-License-Identifier: Apache-2.0
// DamagedMemory is thrown if a word of shared memory has a value that no process of the pipeline writes and
// no kill leaves: the memory was damaged, or another program wrote into it. No process repairs the word by a
// guess. The process that finds it stops, and makes all others stop (RingArea::damaged). The segments stay as
// they are.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "common/base/error.hpp"

namespace pipeline {

class DamagedMemory : public Failure {
  public:
    // `what` names the word, its value and the allowed range: "ring.tail is 512, and can be 0 to 64".
    explicit DamagedMemory(const std::string& what) : Failure(ExitStatus::Internal, what) {}
};

// The name of a word: "ring.tail", or in an array "ring.hands[3].done".
struct WordName {
    static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
    const char* name;
    std::uint64_t index = kNone;
    const char* field = "";
};

// Both throw DamagedMemory. The message names the word, its value, and the allowed range or `must_be`.
[[noreturn]] void refuse_word(WordName word, std::uint64_t value, std::uint64_t least, std::uint64_t most);
[[noreturn]] void refuse_word(WordName word, std::uint64_t value, const char* must_be);

// Throws DamagedMemory unless least <= value <= most. Call it before the commit that relies on the word.
inline void require_within(std::uint64_t value, std::uint64_t least, std::uint64_t most, WordName word) {
    if (value < least || value > most) [[unlikely]]
        refuse_word(word, value, least, most);
}

}  // namespace pipeline
