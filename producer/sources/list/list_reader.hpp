// SPDX-License-Identifier: Apache-2.0
// Reads the lines of a list from a position on, everything before which has been read or compared. What it
// reads it takes only together with the bytes before it: they must be the ones that were read, or somebody
// has cut the file, or cut it and filled it anew.
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
    // `before` is of all before the position. Nothing if that lies within a line. `name` is for messages.
    // Throws Failure (InputOutput).
    [[nodiscard]] static std::optional<ListReader> begin(ListFile file, const std::string& name,
                                                         const ListDigest& before);

    enum class State {
        More,        // there may be more
        End,         // that was all there is now
        Cut,         // the file ends before where reading has come to
        FilledAnew,  // before that it does not hold what was read
        WithinLine   // the last line was taken without a line end, and has grown since
    };
    struct Taken {
        std::size_t count;
        State state;
    };
    // Takes complete lines. Throws Failure: NoInput for a line that is too long, InputOutput.
    [[nodiscard]] Taken take(std::span<Item> items);
    // Takes what follows the last line end; false if that is nothing.
    [[nodiscard]] bool take_rest(Item& item) { return lines_.take_rest(item); }

    // True if take() would give something without reading.
    [[nodiscard]] bool has_line() const noexcept { return lines_.has_line(); }
    // The offset behind the last byte that was read.
    [[nodiscard]] std::uint64_t end_position() const noexcept { return lines_.end_position(); }
    // Of all before the next line.
    [[nodiscard]] const ListDigest& digest() const noexcept { return lines_.digest(); }
    [[nodiscard]] MarkedPosition mark() const;
    // The mark of a position where an item ended that the last take() gave, by reading again what it read;
    // none if that is not the same any more.
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
    bool start_found_ = false;  // false: it was the end of the file, and what follows is not known yet

    // The last bytes that were read, and what is in their place now.
    static constexpr std::size_t kBefore = 4096;
    std::array<char, kBefore> before_{};
    std::array<char, kBefore> now_{};
    std::size_t before_bytes_ = 0;

    // From where mark_at() reads again.
    Digest last_chain_{};
    std::uint64_t last_position_ = 0;
};

}  // namespace pipeline
