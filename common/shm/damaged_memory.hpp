// SPDX-License-Identifier: Apache-2.0
// A word of shared memory that has a value which no process and no kill leaves there: memory was damaged, or
// a program wrote into it. Nobody repairs it by a guess. The process that meets it stops, all others stop too
// (RingArea::damaged), and the segments stay as they are.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "common/base/error.hpp"

namespace pipeline {

class DamagedMemory : public Failure {
  public:
    // `what` names the word, its value and what it can be: "ring.tail is 512, and can be 0 to 64".
    explicit DamagedMemory(const std::string& what) : Failure(ExitStatus::Internal, what) {}
};

// The name of a word: "ring.tail"; or, of an array, "ring.hands[3].done".
struct WordName {
    static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
    const char* name;
    std::uint64_t index = kNone;
    const char* field = "";
};

// Throws DamagedMemory.
[[noreturn]] void refuse_word(WordName word, std::uint64_t value, std::uint64_t least, std::uint64_t most);
[[noreturn]] void refuse_word(WordName word, std::uint64_t value, const char* must_be);

// Throws DamagedMemory unless least <= value <= most. Call it before the commit that relies on the word.
inline void require_within(std::uint64_t value, std::uint64_t least, std::uint64_t most, WordName word) {
    if (value < least || value > most) [[unlikely]]
        refuse_word(word, value, least, most);
}

}  // namespace pipeline
