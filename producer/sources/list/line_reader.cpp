// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/list/line_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace pipeline {
namespace {

// The 64-bit FNV-1a hash, which Item::set_id() also uses for safe ids.
constexpr std::uint64_t kHashStart = 0xcbf29ce484222325;
constexpr std::uint64_t kHashPrime = 0x100000001b3;
// In a smaller buffer a usable id might not fit.
constexpr std::size_t kLeastBufferBytes = kMaxIdBytes + 2;

}  // namespace

LineReader::LineReader(std::string name, std::uint64_t position, std::size_t buffer_bytes,
                       std::uint64_t longest)
    : name_(std::move(name)),
      position_(position),
      longest_(std::min(longest, kLongestLine)),
      capacity_(std::max(buffer_bytes, kLeastBufferBytes)),
      buffer_(std::make_unique<char[]>(capacity_)) {}

Failure LineReader::too_long() const {
    return Failure(ExitStatus::NoInput,
                   fmt::format("{}: the line at byte {} is longer than {} bytes; this is not a list of ids",
                               name_, position_, longest_));
}

std::span<char> LineReader::room() {
    if (pending_bytes() >= longest_) throw too_long();
    // Fold (hash) bytes only when the line fills the buffer. Then only the line's length decides whether it
    // is folded, not the sizes of the reads, so the same line always gets the same safe id.
    if (end_ - begin_ == capacity_) {
        fold(end_ - begin_);
    } else if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    }
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = digested_ = 0;
    return {buffer_.get() + end_, capacity_ - end_};
}

// Adds the bytes of the taken lines to the digest before these bytes leave the buffer.
void LineReader::digest_taken() {
    if (digest_) digest_->add({buffer_.get() + digested_, begin_ - digested_});
    digested_ = begin_;
}

void LineReader::fold(std::size_t count) {
    const char* bytes = buffer_.get() + begin_;
    if (folded_ == 0) {
        digest_taken();
        before_line_ = digest_;
        hash_ = kHashStart;
        std::copy_n(bytes, kKeptBytes, beginning_.begin());
    }
    for (std::size_t i = 0; i < count; ++i) {
        hash_ = (hash_ ^ static_cast<unsigned char>(bytes[i])) * kHashPrime;
    }
    folded_ += count;
    begin_ += count;
    scanned_ = begin_;
    digest_taken();
}

const char* LineReader::find_line_end() const noexcept {
    const char* from = buffer_.get() + scanned_;
    return static_cast<const char*>(std::memchr(from, '\n', end_ - scanned_));
}

void LineReader::give(Item& item, std::size_t content_bytes, std::size_t end_bytes) {
    const std::uint64_t extent = folded_ + content_bytes + end_bytes;
    if (extent > longest_) throw too_long();
    item.position.store(position_, std::memory_order_relaxed);
    item.extent.store(static_cast<std::uint32_t>(extent), std::memory_order_relaxed);
    if (folded_ == 0) {
        const char* line = buffer_.get() + begin_;
        if (content_bytes > 0 && line[content_bytes - 1] == '\r') {
            --content_bytes;
            ++end_bytes;
        }
        item.set_id({line, content_bytes}, bytes_);
    } else {
        fold(content_bytes);
        // This text is longer than an id can be, so set_id() makes a safe id from it. The text stands for the
        // whole line, because it has the line's hash and length.
        item.set_id(fmt::format("{}~{:016x}~{}", std::string_view(beginning_.data(), beginning_.size()),
                                hash_, folded_));
        content_bytes = 0;
        folded_ = 0;
        before_line_.reset();
    }
    begin_ += content_bytes + end_bytes;
    scanned_ = begin_;
    position_ += extent;
}

std::size_t LineReader::take(std::span<Item> items) {
    std::size_t count = 0;
    while (count < items.size()) {
        const char* line_end = find_line_end();
        if (line_end == nullptr) {
            scanned_ = end_;
            break;
        }
        give(items[count], static_cast<std::size_t>(line_end - (buffer_.get() + begin_)), 1);
        ++count;
    }
    digest_taken();
    return count;
}

bool LineReader::take_rest(Item& item) {
    if (pending_bytes() == 0) return false;
    give(item, end_ - begin_, 0);
    digest_taken();
    return true;
}

std::uint64_t LineReader::unfinished_bytes() const noexcept {
    const auto* last_end = static_cast<const char*>(::memrchr(buffer_.get() + begin_, '\n', end_ - begin_));
    if (last_end == nullptr) return pending_bytes();
    return static_cast<std::uint64_t>(buffer_.get() + end_ - (last_end + 1));
}

}  // namespace pipeline
