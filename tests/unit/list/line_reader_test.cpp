// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/list/line_reader.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "common/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

struct Line {
    std::string id;
    std::uint64_t position;
    std::uint32_t extent;
    bool unusable;
    bool operator==(const Line& other) const = default;
};

// What becomes of `text` if it comes in pieces of `piece` bytes and leaves in batches of `batch` items.
std::vector<Line> lines_of(std::string_view text, std::size_t piece, std::size_t batch,
                           std::uint64_t longest = LineReader::kLongestLine) {
    LineReader reader("test", 0, 256, longest);
    std::vector<Line> lines;
    std::vector<Item> items(batch);
    const auto keep = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            lines.push_back(
                {items[i].shown_id(), items[i].position, items[i].extent, items[i].id_unusable()});
        }
    };
    while (true) {
        std::size_t count = 0;
        while ((count = reader.take(items)) > 0) keep(count);
        const std::span<char> room = reader.room();
        const std::size_t size = std::min({room.size(), piece, text.size()});
        if (size == 0) break;
        std::memcpy(room.data(), text.data(), size);
        reader.filled(size);
        text.remove_prefix(size);
    }
    if (reader.take_rest(items[0])) keep(1);
    return lines;
}

}  // namespace

TEST_CASE("lines are items with the offsets of their bytes, whatever their line end", "[line_reader]") {
    const auto lines = lines_of("a\nbc\r\n\nd\re\nlast", 7, 2);
    REQUIRE(lines.size() == 5);
    CHECK(lines[0] == Line{"a", 0, 2, false});
    CHECK(lines[1] == Line{"bc", 2, 4, false});
    CHECK(lines[2].unusable);  // empty
    CHECK(lines[2].position == 6);
    CHECK(lines[2].extent == 1);
    CHECK(lines[3].unusable);  // a carriage return within a line is a control character
    CHECK(lines[4] == Line{"last", 11, 4, false});
}

TEST_CASE("an id of 103 bytes is usable, one of 104 is not", "[line_reader]") {
    const auto lines = lines_of(std::string(103, 'x') + "\r\n" + std::string(104, 'x') + "\n", 16, 4);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == Line{std::string(103, 'x'), 0, 105, false});
    CHECK(lines[1].unusable);
    CHECK(lines[1].extent == 105);
}

TEST_CASE("how the bytes come in changes nothing", "[line_reader]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::string text;
    std::uint64_t count = 0;
    for (; count < 300; ++count) {
        const std::size_t length = random() % 8 == 0 ? 200 + random() % 900 : random() % 120;
        for (std::size_t i = 0; i < length; ++i) text += static_cast<char>('!' + random() % 90);
        text += random() % 3 == 0 ? "\r\n" : "\n";
    }
    const auto expected = lines_of(text, 100'000, 1000);
    REQUIRE(expected.size() == count);
    std::uint64_t position = 0;
    for (const Line& line : expected) {
        REQUIRE(line.position == position);
        position += line.extent;
    }
    CHECK(position == text.size());
    for (const std::size_t piece : {1U, 2U, 13U, 255U, 256U, 257U}) {
        for (const std::size_t batch : {1U, 7U}) {
            INFO("pieces of " << piece << " bytes, batches of " << batch);
            CHECK(lines_of(text, piece, batch) == expected);
        }
    }
}

TEST_CASE("a line that does not fit in the buffer is one item whose id stands for all of it",
          "[line_reader]") {
    const auto length = static_cast<std::size_t>(GENERATE(255, 256, 257, 511, 512, 5000));
    const std::string line(length, 'x');
    std::string other = line;
    other[length - 1] = 'y';
    const auto lines = lines_of(line + "\n" + other + "\n" + line + "\nnext\n" + line, 100, 2);
    REQUIRE(lines.size() == 5);
    CHECK(lines[0].unusable);
    CHECK(is_usable_id(lines[0].id));
    CHECK(lines[0].extent == length + 1);
    CHECK(lines[1].id != lines[0].id);
    CHECK(lines[2].id == lines[0].id);
    CHECK(lines[3] == Line{"next", 3 * (length + 1), 5, false});
    CHECK(lines[4].id == lines[0].id);  // without a line end
    CHECK(lines[4].extent == length);
}

TEST_CASE("a line whose extent could not be told is a failure", "[line_reader]") {
    CHECK(lines_of(std::string(999, 'x') + "\n", 64, 1, 1000).size() == 1);
    CHECK_THROWS_AS(lines_of(std::string(1000, 'x') + "\n", 64, 1, 1000), Failure);
    CHECK_THROWS_AS(lines_of("a\n" + std::string(5000, 'x'), 64, 1, 1000), Failure);
}
