// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/list/line_reader.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline;
using pipeline::test::test_seed;

namespace {

struct Line {
    std::string id;
    std::uint64_t position;
    std::uint32_t extent;
    bool unusable;
    bool operator==(const Line& other) const = default;
};

ListDigest digest_of(std::string_view text) {
    ListDigest digest;
    digest.add(text);
    return digest;
}

// The list that a reader is given: its text, its form, and where the reader begins.
struct List {
    std::string_view text;
    ListForm form = kLines;
    std::uint64_t from = 0;
    std::uint64_t longest = LineReader::kLongestLine;
};

// What becomes of the list if it comes in pieces of `piece` bytes and leaves in batches of `batch` items.
// After each batch, the digest is that of everything up to the last item's end, and the other one that of all
// lines that were taken or passed over.
std::vector<Line> lines_of(const List& list, std::size_t piece, std::size_t batch) {
    LineReader reader("test", list.from, list.form, 256, list.longest);
    reader.digest_from(digest_of(list.text.substr(0, list.from)));
    std::string_view text = list.text.substr(list.from);
    std::uint64_t end = list.from;
    std::vector<Line> lines;
    std::vector<Item> items(batch);
    const auto keep = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            lines.push_back({std::string(items[i].id_in(ByteAreaView(reader.bytes()))), items[i].position,
                             items[i].extent, items[i].id_unusable()});
            end = lines.back().position + lines.back().extent;
        }
        REQUIRE(reader.digest().digest() == digest_of(list.text.substr(0, end)).digest());
    };
    while (true) {
        std::size_t count = 0;
        while ((count = reader.take(items)) > 0) keep(count);
        keep(0);
        const ListDigest passed = reader.digest_of_passed();
        REQUIRE(passed.position() >= end);
        REQUIRE(passed.digest() == digest_of(list.text.substr(0, passed.position())).digest());
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

std::vector<std::string> ids_of(const std::vector<Line>& lines) {
    std::vector<std::string> ids;
    for (const Line& line : lines) ids.push_back(line.id);
    return ids;
}

using Ids = std::vector<std::string>;

// A list of `count` lines, of ids, of blanks, of what is long, with every line end of its form; the last one
// may lack it. Reads its ids in the plainest way too.
struct RandomList {
    RandomList(std::mt19937& random, const ListForm& form, int count) {
        const std::string alphabet =
            form.is_text ? std::string(" \t\rab\x1b\xff\\") : std::string(" \t\r\nab\xef");
        if (random() % 2 == 0) text += "\xef\xbb\xbf";
        for (int i = 0; i < count; ++i) {
            const auto start = text.size();
            const std::size_t length = random() % 12 == 0 ? 200 + random() % 400 : random() % 5;
            const bool is_blank = random() % 3 == 0;
            for (std::size_t j = 0; j < length; ++j)
                text += alphabet[random() % (is_blank ? 3 : alphabet.size())];
            if (random() % 3 == 0) text += '\r';
            std::string_view id = std::string_view(text).substr(i == 0 ? 0 : start);
            if (form.is_text && i == 0 && id.starts_with("\xef\xbb\xbf")) id.remove_prefix(3);
            if (form.is_text && id.find_first_not_of(" \t\r") == std::string_view::npos) id = {};
            if (form.is_text && id.ends_with('\r')) id.remove_suffix(1);
            const bool has_end = i + 1 < count || random() % 2 == 0;
            if (!id.empty()) {
                Item item{};
                std::string bytes;
                item.set_id(id, bytes);
                const auto at = i == 0 ? 0 : start;
                lines.push_back({std::string(item.id_in(ByteAreaView(bytes))), at,
                                 static_cast<std::uint32_t>(text.size() + (has_end ? 1 : 0) - at),
                                 item.id_unusable()});
            }
            if (has_end) text += form.separator;
        }
    }
    std::string text;
    std::vector<Line> lines;
};

}  // namespace

TEST_CASE("lines are items with the offsets of their bytes, whatever their line end", "[line_reader]") {
    const auto lines = lines_of({"a\nbc\r\n\nd\re\nlast"}, 7, 2);
    REQUIRE(lines.size() == 4);
    CHECK(lines[0] == Line{"a", 0, 2, false});
    CHECK(lines[1] == Line{"bc", 2, 4, false});
    CHECK(lines[2] == Line{"d\re", 7, 4, false});
    CHECK(lines[3] == Line{"last", 11, 4, false});
}

TEST_CASE("a blank line names no invoice", "[line_reader]") {
    const auto* blank = GENERATE("", "\r", " ", "\t", " \t \r", "\r\r");
    const auto lines = lines_of({std::string("a\n") + blank + "\n" + blank + "\nb\n" + blank}, 3, 1);
    CHECK(ids_of(lines) == Ids{"a", "b"});
    CHECK(lines_of({std::string(blank) + "\n" + blank}, 3, 4).empty());
    // One that does not fit in the buffer.
    CHECK(ids_of(lines_of({std::string(5000, ' ') + "\r\nb\n" + std::string(600, '\t')}, 100, 2)) ==
          Ids{"b"});
}

TEST_CASE("blanks around an id, and TABs and other control characters in it, are the id's own",
          "[line_reader]") {
    CHECK(ids_of(lines_of({" a\tb \n\x1b[1m\ncaf\xe9\n"}, 100, 8)) == Ids{" a\tb ", "\x1b[1m", "caf\xe9"});
    CHECK(lines_of({std::string_view("a\0b\n", 4)}, 100, 8).at(0).unusable);
}

TEST_CASE("a byte order mark at the beginning of a list is no part of its first id", "[line_reader]") {
    const auto lines = lines_of({"\xef\xbb\xbf"
                                 "a\r\n\xef\xbb\xbf"
                                 "b\n"},
                                2, 1);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == Line{"a", 0, 6, false});
    CHECK(lines[1] == Line{"\xef\xbb\xbf"
                           "b",
                           6, 5, false});
    CHECK(ids_of(lines_of({"\xef\xbb\xbf\n\nb"}, 2, 1)) == Ids{"b"});
    CHECK(lines_of({"\xef\xbb\xbf"}, 2, 1).empty());
}

TEST_CASE("ids that end with NUL have every other byte", "[line_reader]") {
    const std::string_view text(
        "\xef\xbb\xbf"
        "a\r\0\0b\nc\0 \0\n\0last",
        19);
    const auto lines = lines_of({text, kNulSeparated}, 3, 2);
    CHECK(ids_of(lines) == Ids{"\xef\xbb\xbf"
                               "a\r",
                               "b\nc", " ", "\n", "last"});
    CHECK(lines[1] == Line{"b\nc", 7, 4, false});
}

TEST_CASE("a list of either form has the same items however it is cut", "[line_reader]") {
    const auto seed = test_seed();
    INFO("seed " << seed);
    std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
    for (int round = 0; round < 40; ++round) {
        for (const ListForm& form : {kLines, kNulSeparated}) {
            const RandomList list(random, form, 1 + static_cast<int>(random() % 60));
            INFO("round " << round << ", " << form.word);
            const auto whole = lines_of({list.text, form}, 100'000, 1000);
            // What does not fit in the buffer has an id of its own kind.
            REQUIRE(whole.size() == list.lines.size());
            for (std::size_t i = 0; i < whole.size(); ++i) {
                REQUIRE(whole[i].position == list.lines[i].position);
                REQUIRE(whole[i].extent == list.lines[i].extent);
                REQUIRE(whole[i].unusable == list.lines[i].unusable);
                REQUIRE((whole[i].extent >= 256 || whole[i].id == list.lines[i].id));
            }
            REQUIRE(lines_of({list.text, form}, 1 + random() % 300, 1 + random() % 4) == whole);
            // A kill anywhere: the next reader goes on behind the last item that was taken.
            for (std::size_t taken = 0; taken <= whole.size(); ++taken) {
                const auto from = taken == 0 ? 0 : whole[taken - 1].position + whole[taken - 1].extent;
                const std::vector<Line> rest(whole.begin() + static_cast<std::ptrdiff_t>(taken), whole.end());
                REQUIRE(lines_of({list.text, form, from}, 1 + random() % 300, 1 + random() % 4) == rest);
            }
        }
    }
}

TEST_CASE("an id of 4096 bytes is usable, one of 4097 is not", "[line_reader]") {
    const auto lines = lines_of(
        {std::string(4096, 'x') + "\r\n" + std::string(104, 'y') + "\n" + std::string(4097, 'x') + "\n"}, 16,
        4);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == Line{std::string(4096, 'x'), 0, 4098, false});
    CHECK(lines[1] == Line{std::string(104, 'y'), 4098, 105, false});
    CHECK(lines[2].unusable);
    CHECK(lines[2].extent == 4098);
}

TEST_CASE("how the bytes come in changes nothing", "[line_reader]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::string text;
    std::uint64_t count = 0;
    for (; count < 300; ++count) {
        const std::size_t length = random() % 8 == 0 ? 200 + random() % 900 : 1 + random() % 120;
        for (std::size_t i = 0; i < length; ++i) text += static_cast<char>('!' + random() % 90);
        text += random() % 3 == 0 ? "\r\n" : "\n";
    }
    const auto expected = lines_of({text}, 100'000, 1000);
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
            CHECK(lines_of({text}, piece, batch) == expected);
        }
    }
}

TEST_CASE("a line that does not fit in the buffer is one item whose id stands for all of it",
          "[line_reader]") {
    const auto length = static_cast<std::size_t>(GENERATE(4097, 4098, 4099, 8195, 8196, 20'000));
    const std::string line(length, 'x');
    std::string other = line;
    other[length - 1] = 'y';
    const auto lines = lines_of({line + "\n" + other + "\n" + line + "\nnext\n" + line}, 100, 2);
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
    CHECK(lines_of({std::string(999, 'x') + "\n", kLines, 0, 1000}, 64, 1).size() == 1);
    CHECK_THROWS_AS(lines_of({std::string(1000, 'x') + "\n", kLines, 0, 1000}, 64, 1), Failure);
    CHECK_THROWS_AS(lines_of({"a\n" + std::string(5000, 'x'), kLines, 0, 1000}, 64, 1), Failure);
}
