// SPDX-License-Identifier: Apache-2.0
// Reads the lines of a list from a position on. All bytes before that position have been read or compared
// already. Each read also rereads the bytes just before it. If these have changed, the file was truncated or
// rewritten, and the reader does not take the new bytes.
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
    // Begins after the bytes that `before` covers. Returns none if that position is inside a line. `name` is
    // for messages. Throws Failure (InputOutput).
    [[nodiscard]] static std::optional<ListReader> begin(ListFile file, const std::string& name,
                                                         const ListDigest& before,
                                                         const ListForm& form = kLines);

    enum class State {
        More,        // more lines may follow
        End,         // the end of the file for now
        Cut,         // the file ends before the read position
        FilledAnew,  // the bytes before the read position are not the ones that were read
        WithinLine   // the last line was taken without a line end and has grown since
    };
    struct Taken {
        std::size_t count;
        State state;
    };
    // Turns complete lines into items. Reads more of the file if the lines read so far do not fill `items`,
    // but returns without an item (More) after 4 MiB of lines that name no invoice. Throws Failure: NoInput
    // if a line is too long, InputOutput if the file cannot be read.
    [[nodiscard]] Taken take(std::span<Item> items);
    // Turns the bytes after the last line end into an item; returns false if they name no invoice.
    [[nodiscard]] bool take_rest(Item& item) { return lines_.take_rest(item); }

    // The bytes that the spans of the items since the beginning of the last take() refer to.
    [[nodiscard]] std::string_view bytes() const noexcept { return lines_.bytes(); }

    // True if take() would return or pass over something without reading more of the file.
    [[nodiscard]] bool has_line() const noexcept { return lines_.has_line(); }
    // The offset after the last byte read.
    [[nodiscard]] std::uint64_t end_position() const noexcept { return lines_.end_position(); }
    // The digest of all bytes up to the end of the last item: lines that were passed over after it are not in
    // it, so that a mark lies where the next producer goes on.
    [[nodiscard]] const ListDigest& digest() const noexcept { return lines_.digest(); }
    // The digest of everything that was read, but for the present line.
    [[nodiscard]] ListDigest digest_of_passed() const { return lines_.digest_of_passed(); }
    [[nodiscard]] MarkedPosition mark() const;
    // Returns the mark at `position`, the end of an item that the last take() returned. Rereads the bytes of
    // that take(); returns none if they have changed.
    [[nodiscard]] std::optional<MarkedPosition> mark_at(std::uint64_t position) const;

    [[nodiscard]] const ListFile& file() const noexcept { return file_; }

  private:
    ListReader(ListFile file, const std::string& name, const ListDigest& before, const ListForm& form);
    [[nodiscard]] bool find_start();
    [[nodiscard]] State read_more();
    void keep(std::span<const char> read) noexcept;

    ListFile file_;
    std::string name_;
    ListForm form_;
    LineReader lines_;
    bool start_found_ = false;  // false: reading began at the end of the file, which has not grown yet

    // The last bytes that were read, and the bytes that the file has in their place now.
    static constexpr std::size_t kBefore = 4096;
    std::array<char, kBefore> before_{};
    std::array<char, kBefore> now_{};
    std::size_t before_bytes_ = 0;

    // The chain (list_digest.hpp) and the position before the lines of the last take(): mark_at() rereads
    // from here.
    Digest last_chain_{};
    std::uint64_t last_position_ = 0;
};

}  // namespace pipeline
