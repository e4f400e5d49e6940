// SPDX-License-Identifier: Apache-2.0
// Any bytes as a list of ids, in pieces of any size: each line is one item, the positions have no gap, and
// it does not matter how the bytes came in.
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

std::vector<Line> lines_of(std::span<const std::uint8_t> text, std::size_t piece, std::size_t batch) {
    LineReader reader("fuzz", 0, 256);
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
    if (size < 2) return 0;
    const std::span<const std::uint8_t> text(data + 2, size - 2);
    const auto lines = lines_of(text, std::size_t{1} + data[0], std::size_t{1} + data[1] % 16U);
    std::uint64_t end = 0;
    for (const Line& line : lines) {
        require(line.position == end && line.extent > 0, "the lines lie end to end");
        end += line.extent;
        const auto last = text[end - 1];
        require(last == '\n' || end == text.size(), "a line ends at its end");
    }
    require(end == text.size(), "all bytes belong to a line");
    require(lines == lines_of(text, text.size() + 1, 256), "the pieces do not matter");
    return 0;
}
