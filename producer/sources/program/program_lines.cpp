// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/program/program_lines.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pipeline {
namespace {

// The 64-bit FNV-1a hash.
constexpr std::uint64_t kHashStart = 0xcbf29ce484222325;
constexpr std::uint64_t kHashPrime = 0x100000001b3;

}  // namespace

std::span<char> ProgramLines::room() {
    if (folded_ != 0 || end_ - begin_ > longest_) fold();
    if (begin_ != 0) {
        std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        searched_ -= begin_;
        begin_ = 0;
    }
    if (bytes_.size() < end_ + kReadBytes) bytes_.resize(end_ + kReadBytes);
    return {bytes_.data() + end_, kReadBytes};
}

// Moves the current line's bytes into the hash.
void ProgramLines::fold() {
    const std::string_view text(bytes_.data() + begin_, end_ - begin_);
    if (folded_ == 0) {
        beginning_ = text.substr(0, kKeptBytes);
        hash_ = kHashStart;
    }
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * kHashPrime;
    folded_ += text.size();
    begin_ = searched_ = end_;
}

bool ProgramLines::has_line() {
    if (searched_ == end_) return false;
    const auto* const found =
        static_cast<const char*>(std::memchr(bytes_.data() + searched_, '\n', end_ - searched_));
    searched_ = found == nullptr ? end_ : static_cast<std::size_t>(found - bytes_.data());
    return found != nullptr;
}

std::optional<ProgramLines::Line> ProgramLines::next() {
    if (!has_line()) return std::nullopt;
    const Line line = whole(searched_ - begin_);
    begin_ = ++searched_;
    return line;
}

std::optional<ProgramLines::Line> ProgramLines::take_rest() {
    if (folded_ == 0 && begin_ == end_) return std::nullopt;
    const Line line = whole(end_ - begin_);
    begin_ = searched_ = end_;
    return line;
}

// Returns the current line, of which `length` bytes are not folded.
ProgramLines::Line ProgramLines::whole(std::size_t length) {
    if (folded_ == 0 && length <= longest_) return {{bytes_.data() + begin_, length}, length, 0};
    const std::size_t end = std::exchange(end_, begin_ + length);
    fold();
    end_ = end;
    return {beginning_, std::exchange(folded_, 0), hash_};
}

void ProgramLines::clear() noexcept {
    begin_ = end_ = searched_ = 0;
    folded_ = 0;
}

}  // namespace pipeline
