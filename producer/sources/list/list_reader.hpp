// SPDX-License-Identifier: Apache-2.0
// Reads the lines of a list from a position on; everything before has been read or compared. Each read also
// rereads the bytes before it. If these changed, the file was truncated, perhaps also rewritten, and the new
// bytes are not taken.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "common/core/list_marks.hpp"
#include "producer/sources/list/line_reader.hpp"
#include "producer/sources/list/list_file.hpp"

namespace pipeline {

class ListReader {
  public:
    // `before` is the digest of all before the position. None if the position is inside a line. `name` is for
    // messages. Throws Failure (InputOutput).
    [[nodiscard]] static std::optional<ListReader> begin(ListFile file, const std::string& name,
                                                         const ListDigest& before);

    enum class State {
        More,        // there may be more
        End,         // the end of the file for now
        Cut,         // the file ends before the read position
        FilledAnew,  // the bytes before the read position are not the ones that were read
        WithinLine   // the last line was taken without a line end and has grown since
    };
    struct Taken {
        std::size_t count;
        State state;
    };
    // Takes complete lines. Throws Failure: NoInput for a line that is too long, InputOutput.
    [[nodiscard]] Taken take(std::span<Item> items);
    // Takes the bytes after the last line end as a line; false if there are none.
    [[nodiscard]] bool take_rest(Item& item) { return lines_.take_rest(item); }

    // True if take() would return something without reading.
    [[nodiscard]] bool has_line() const noexcept { return lines_.has_line(); }
    // The offset after the last byte read.
    [[nodiscard]] std::uint64_t end_position() const noexcept { return lines_.end_position(); }
    // The digest of all before the next line.
    [[nodiscard]] const ListDigest& digest() const noexcept { return lines_.digest(); }
    [[nodiscard]] MarkedPosition mark() const;
    // The mark at the end of an item that the last take() returned. Rereads what that take() read; none if it
    // has changed.
    [[nodiscard]] std::optional<MarkedPosition> mark_at(std::uint64_t position) const;

    [[nodiscard]] const ListFile& file() const noexcept { return file_; }

  private:
    ListReader(ListFile file, const std::string& name, const ListDigest& before);
    [[nodiscard]] bool find_start();
    [[nodiscard]] State read_more();
    void keep(std::span<const char> read) noexcept;

    ListFile file_;
    std::string name_;
    LineReader lines_;
    bool start_found_ = false;  // false: the start was the end of the file, and no byte followed yet

    // The last bytes that were read, and the bytes in their place now.
    static constexpr std::size_t kBefore = 4096;
    std::array<char, kBefore> before_{};
    std::array<char, kBefore> now_{};
    std::size_t before_bytes_ = 0;

    // Where mark_at() starts to reread.
    Digest last_chain_{};
    std::uint64_t last_position_ = 0;
};

}  // namespace pipeline
