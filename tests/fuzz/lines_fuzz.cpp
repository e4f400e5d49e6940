// SPDX-License-Identifier: Apache-2.0
// Any bytes as a list of ids, in pieces of any size and in both forms: an item lies between two separators,
// there is nothing but blank lines between two items, and neither the pieces nor a new start behind an item
// matter.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "producer/sources/list/line_reader.hpp"
#include "tests/fuzz/require.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

struct Line {
    std::string id;
    std::uint64_t position;
    std::uint32_t extent;
    bool unusable;
    bool operator==(const Line&) const = default;
};

std::vector<Line> lines_of(std::span<const std::uint8_t> text, const ListForm& form, std::size_t piece,
                           std::size_t batch, std::uint64_t from = 0) {
    LineReader reader("fuzz", from, form, 256);
    text = text.subspan(from);
    std::vector<Line> lines;
    std::vector<Item> items(batch);
    const auto keep = [&](std::size_t count) {
        for (const Item& item : std::span(items).first(count)) {
            require(is_usable_id(item.shown_id()), "every item has an id that can be used");
            lines.push_back({item.shown_id(), item.position, item.extent, item.id_unusable()});
        }
    };
    while (true) {
        while (const std::size_t count = reader.take(items)) keep(count);
        if (text.empty()) break;
        const std::span<char> room = reader.room();
        require(!room.empty(), "there is always room");
        const std::size_t count = std::min({room.size(), piece, text.size()});
        std::copy_n(text.begin(), count, room.begin());
        reader.filled(count);
        text = text.subspan(count);
    }
    if (reader.take_rest(items.front())) keep(1);
    return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    const ListForm& form = data[2] % 2 == 0 ? kLines : kNulSeparated;
    const std::span<const std::uint8_t> text(data + 3, size - 3);
    const auto lines = lines_of(text, form, std::size_t{1} + data[0], std::size_t{1} + data[1] % 16U);
    const auto require_blank = [&](std::uint64_t from, std::uint64_t to) {
        for (std::uint64_t i = from; i < to; ++i) {
            const auto byte = static_cast<char>(text[i]);
            const bool is_mark = i < 3 && byte == "\xef\xbb\xbf"[i];
            const bool is_blank = byte == ' ' || byte == '\t' || byte == '\r' || is_mark;
            require(byte == form.separator || (form.is_text && is_blank), "only blank lines are passed over");
        }
    };
    std::uint64_t end = 0;
    for (const Line& line : lines) {
        require(line.position >= end && line.extent > 0, "the lines lie one after the other");
        require_blank(end, line.position);
        end = line.position + line.extent;
        require(static_cast<char>(text[end - 1]) == form.separator || end == text.size(),
                "a line ends at its end");
    }
    require_blank(end, text.size());
    require(lines == lines_of(text, form, text.size() + 1, 256), "the pieces do not matter");
    if (!lines.empty()) {
        const std::size_t taken = 1 + data[1] % lines.size();
        end = lines[taken - 1].position + lines[taken - 1].extent;
        const std::vector<Line> rest(lines.begin() + static_cast<std::ptrdiff_t>(taken), lines.end());
        require(rest == lines_of(text, form, std::size_t{1} + data[0], 1, end),
                "a new start does not matter");
    }
    return 0;
}
