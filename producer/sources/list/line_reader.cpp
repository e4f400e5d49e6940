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
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_blank(std::string_view text) noexcept {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

LineReader::LineReader(std::string name, std::uint64_t position, const ListForm& form,
                       std::size_t buffer_bytes, std::uint64_t longest)
    : name_(std::move(name)),
      form_(form),
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
        keep_digest();
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    }
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = digested_ = item_end_ = 0;
    return {buffer_.get() + end_, capacity_ - end_};
}

// Adds the bytes before buffer_[end] to the digest.
void LineReader::digest_up_to(std::size_t end) {
    if (digest_) digest_->add({buffer_.get() + digested_, end - digested_});
    digested_ = end;
}

// Adds all bytes before the current line to the digest before they leave the buffer. If lines among them were
// passed over, keeps the digest up to the last item's end.
void LineReader::keep_digest() {
    if (!at_item_end_ && digested_ < begin_) at_item_end_ = digest_;
    digest_up_to(begin_);
}

ListDigest LineReader::digest_of_passed() const {
    ListDigest passed = *digest_;
    passed.add({buffer_.get() + digested_, begin_ - digested_});
    return passed;
}

void LineReader::fold(std::size_t count) {
    const char* bytes = buffer_.get() + begin_;
    if (folded_ == 0) {
        keep_digest();
        if (!at_item_end_) at_item_end_ = digest_;
        hash_ = kHashStart;
        folded_is_blank_ = true;
        std::copy_n(bytes, kKeptBytes, beginning_.begin());
    }
    for (std::size_t i = 0; i < count; ++i) {
        hash_ = (hash_ ^ static_cast<unsigned char>(bytes[i])) * kHashPrime;
    }
    const std::string_view text(bytes, count);
    folded_is_blank_ = folded_is_blank_ && is_blank(folded_ == 0 ? without_mark(text) : text);
    folded_ += count;
    begin_ += count;
    scanned_ = begin_;
    digest_up_to(begin_);
}

const char* LineReader::find_line_end() const noexcept {
    const char* from = buffer_.get() + scanned_;
    return static_cast<const char*>(std::memchr(from, form_.separator, end_ - scanned_));
}

// Returns the current line's beginning `line` without a byte order mark.
std::string_view LineReader::without_mark(std::string_view line) const noexcept {
    if (form_.is_text && position_ == beginning_of_list_ && line.starts_with(kByteOrderMark))
        line.remove_prefix(kByteOrderMark.size());
    return line;
}

// Returns the id in the current line, of which `line` is all but the separator; empty if it has none.
std::string_view LineReader::id_in(std::string_view line) const noexcept {
    if (!form_.is_text) return line;
    line = without_mark(line);
    if (is_blank(line)) return {};
    if (line.back() == '\r') line.remove_suffix(1);
    return line;
}

// True if the current line, whose bytes in the buffer are `rest`, names an invoice.
bool LineReader::has_id(std::string_view rest) const noexcept {
    if (folded_ == 0) return !id_in(rest).empty();
    return !form_.is_text || !folded_is_blank_ || !is_blank(rest);
}

// Makes an item of the current line, and goes on to the next one. Returns false if the line names no invoice:
// it is passed over.
bool LineReader::give(Item& item, std::size_t content_bytes, std::size_t end_bytes) {
    const std::string_view rest(buffer_.get() + begin_, content_bytes);
    const std::uint64_t extent = folded_ + content_bytes + end_bytes;
    if (extent > longest_) throw too_long();
    const bool is_item = has_id(rest);
    if (folded_ == 0) {
        if (is_item) item.set_id(id_in(rest), bytes_);
        begin_ += content_bytes;
    } else {
        fold(content_bytes);
        // This text is longer than an id can be, so set_id() makes a safe id from it. The text stands for the
        // whole line, because it has the line's hash and length.
        if (is_item) {
            item.set_id(fmt::format("{}~{:016x}~{}", std::string_view(beginning_.data(), beginning_.size()),
                                    hash_, folded_));
        }
        folded_ = 0;
    }
    begin_ += end_bytes;
    if (is_item) {
        item.position.store(position_, std::memory_order_relaxed);
        item.extent.store(static_cast<std::uint32_t>(extent), std::memory_order_relaxed);
        item_end_ = begin_;
        at_item_end_.reset();
    }
    scanned_ = begin_;
    position_ += extent;
    return is_item;
}

std::size_t LineReader::take(std::span<Item> items) {
    std::size_t count = 0;
    while (count < items.size()) {
        const char* line_end = find_line_end();
        if (line_end == nullptr) {
            scanned_ = end_;
            break;
        }
        if (give(items[count], static_cast<std::size_t>(line_end - (buffer_.get() + begin_)), 1)) ++count;
    }
    if (!at_item_end_) digest_up_to(item_end_);
    return count;
}

bool LineReader::take_rest(Item& item) {
    if (pending_bytes() == 0 || !has_id({buffer_.get() + begin_, end_ - begin_})) return false;
    static_cast<void>(give(item, end_ - begin_, 0));
    digest_up_to(item_end_);
    return true;
}

std::uint64_t LineReader::unfinished_bytes() const noexcept {
    const auto* last_end =
        static_cast<const char*>(::memrchr(buffer_.get() + begin_, form_.separator, end_ - begin_));
    if (last_end == nullptr) return pending_bytes();
    return static_cast<std::uint64_t>(buffer_.get() + end_ - (last_end + 1));
}

}  // namespace pipeline
