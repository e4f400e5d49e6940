// SPDX-License-Identifier: Apache-2.0
// Splits bytes into lines and turns lines into items, in a buffer of fixed size. The class reads no file: a
// source puts bytes into room() and takes items out with take().
//
// An item's position is the offset of its line's first byte; its extent reaches to the next line. The line
// end is "\n" or "\r\n". Every line is an item; a line that is no valid id (empty, too long, control
// characters) gets a safe id (Item::set_id). If a line does not fit in the buffer, the reader keeps its
// beginning, its length and a hash of all of it, and makes the safe id from these.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/error.hpp"
#include "common/core/item.hpp"
#include "common/core/list_digest.hpp"

namespace pipeline {

class LineReader {
  public:
    static constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
    static constexpr std::uint64_t kLongestLine = std::numeric_limits<std::uint32_t>::max();

    // `name` is the source's name, for messages; `position` is the offset of the first byte to come. The
    // buffer has at least 256 bytes. `longest` is the most bytes that a line may have.
    LineReader(std::string name, std::uint64_t position, std::size_t buffer_bytes = kBufferBytes,
               std::uint64_t longest = kLongestLine);

    // From now on take() adds the lines' bytes to a digest. `before` is the digest of all bytes before
    // `position`.
    void digest_from(ListDigest before) { digest_ = std::move(before); }
    // Returns the digest of all bytes before the line that take() returns next. Call only after
    // digest_from().
    [[nodiscard]] const ListDigest& digest() const noexcept {
        return before_line_ ? *before_line_ : *digest_;
    }

    // The space for the next bytes; never empty. Call it only when take() has nothing more, because room()
    // moves the unfinished line to the front. Throws Failure (NoInput) if a line is longer than `longest`:
    // its extent would not fit in an item.
    [[nodiscard]] std::span<char> room();
    // Tells the reader that the first `count` bytes of room() are filled.
    void filled(std::size_t count) noexcept { end_ += count; }

    // Turns complete lines into items, as many as there are and fit in `items`; returns their number.
    [[nodiscard]] std::size_t take(std::span<Item> items);
    // At the end of input, turns the bytes after the last line end into an item; returns false if there are
    // none.
    [[nodiscard]] bool take_rest(Item& item);

    // The bytes that the spans of the taken items refer to (Item::set_id()): they grow until clear_bytes().
    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    void clear_bytes() noexcept { bytes_.clear(); }

    // True if take() would return something.
    [[nodiscard]] bool has_line() const noexcept { return find_line_end() != nullptr; }
    // The number of bytes after the last taken line.
    [[nodiscard]] std::uint64_t pending_bytes() const noexcept { return folded_ + (end_ - begin_); }
    // The number of pending bytes that belong to an unfinished line.
    [[nodiscard]] std::uint64_t unfinished_bytes() const noexcept;
    // The offset after the last byte filled in.
    [[nodiscard]] std::uint64_t end_position() const noexcept { return position_ + pending_bytes(); }

  private:
    static constexpr std::size_t kKeptBytes = 128;

    [[nodiscard]] const char* find_line_end() const noexcept;
    void give(Item& item, std::size_t content_bytes, std::size_t end_bytes);
    void fold(std::size_t count);
    void digest_taken();
    [[nodiscard]] Failure too_long() const;

    std::string name_;
    std::uint64_t position_;  // of the current line
    std::uint64_t longest_;
    std::size_t capacity_;
    std::unique_ptr<char[]> buffer_;
    std::string bytes_;        // of the taken items with spans
    std::size_t begin_ = 0;    // where the current line begins, or the part of it that is not folded
    std::size_t scanned_ = 0;  // [begin_, scanned_) has no line end
    std::size_t end_ = 0;

    // If the current line does not fit in the buffer: the number of its bytes that are folded (hashed), their
    // hash, and the line's beginning.
    std::uint64_t folded_ = 0;
    std::uint64_t hash_ = 0;
    std::array<char, kKeptBytes> beginning_{};

    // The digest of all bytes up to buffer_[digested_]; digested_ equals begin_ except inside take().
    std::optional<ListDigest> digest_;
    std::size_t digested_ = 0;
    // The digest of all bytes before a folded line. digest_ already covers the folded part of the line too.
    std::optional<ListDigest> before_line_;
};

}  // namespace pipeline
