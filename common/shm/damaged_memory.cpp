// SPDX-License-Identifier: Apache-2.0
#include "common/shm/damaged_memory.hpp"

#include <fmt/format.h>

namespace pipeline {
namespace {

std::string text_of(WordName word) {
    return word.index == WordName::kNone ? word.name
                                         : fmt::format("{}[{}]{}", word.name, word.index, word.field);
}

}  // namespace

void refuse_word(WordName word, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    throw DamagedMemory(
        least == most ? fmt::format("{} is {}, and can only be {}", text_of(word), value, least)
                      : fmt::format("{} is {}, and can be {} to {}", text_of(word), value, least, most));
}

void refuse_word(WordName word, std::uint64_t value, const char* must_be) {
    throw DamagedMemory(fmt::format("{} is {:#x}, and {}", text_of(word), value, must_be));
}

}  // namespace pipeline
