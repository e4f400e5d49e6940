// SPDX-License-Identifier: Apache-2.0
// Splits bytes into lines and lines into items, in a buffer of fixed size. Where the bytes come from is
// not its business: a source puts them into room() and takes the items out with take().
//
// An item's position is the offset of its line's first byte, its extent reaches to the next line. The
// line end is "\n" or "\r\n". Every line is an item: one that cannot be an id (empty, too long, control
// characters) gets a safe id (Item::set_id). Of a line that does not fit in the buffer only the beginning
// is kept, with its length and a hash of all of it, from which its safe id is made.
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

    // `name` is the source's, for messages; `position` is the offset of the first byte that will come. A
    // buffer smaller than 256 bytes is made that large. `longest` is the most bytes that a line may have.
    LineReader(std::string name, std::uint64_t position, std::size_t buffer_bytes = kBufferBytes,
               std::uint64_t longest = kLongestLine);

    // From now on the lines' bytes are digested as they are taken; `before` is of all bytes before
    // `position`.
    void digest_from(ListDigest before) { digest_ = std::move(before); }
    // Of all before the next line, which take() has not given yet. Only after digest_from().
    [[nodiscard]] const ListDigest& digest() const noexcept {
        return before_line_ ? *before_line_ : *digest_;
    }

    // Where the next bytes belong; never empty. Only to be called when take() gave nothing more: it moves
    // what is left of the last line to the front. Throws Failure (NoInput) if a line is longer than
    // `longest`: its extent could not be told.
    [[nodiscard]] std::span<char> room();
    // The first `count` bytes of room() are filled.
    void filled(std::size_t count) noexcept { end_ += count; }

    // Takes complete lines as items, as many as there are and fit in `items`; returns how many.
    [[nodiscard]] std::size_t take(std::span<Item> items);
    // Takes what follows the last line end as a line, since nothing more will come; false if that is
    // nothing.
    [[nodiscard]] bool take_rest(Item& item);

    // True if take() would give something.
    [[nodiscard]] bool has_line() const noexcept { return find_line_end() != nullptr; }
    // How many bytes there are behind the last line that was taken.
    [[nodiscard]] std::uint64_t pending_bytes() const noexcept { return folded_ + (end_ - begin_); }
    // How many of these belong to a line whose end has not come yet.
    [[nodiscard]] std::uint64_t unfinished_bytes() const noexcept;
    // The offset behind the last byte that was filled in.
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
    std::size_t begin_ = 0;    // of the current line, or of what is left of it
    std::size_t scanned_ = 0;  // [begin_, scanned_) has no line end
    std::size_t end_ = 0;

    // Of a current line that did not fit: how much of it was folded away, its hash and its beginning.
    std::uint64_t folded_ = 0;
    std::uint64_t hash_ = 0;
    std::array<char, kKeptBytes> beginning_{};

    // Of all up to [digested_], which is begin_ but within take().
    std::optional<ListDigest> digest_;
    std::size_t digested_ = 0;
    // Of all before a line that is folded: the other one is ahead of it.
    std::optional<ListDigest> before_line_;
};

}  // namespace pipeline
