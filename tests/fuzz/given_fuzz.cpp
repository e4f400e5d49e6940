// SPDX-License-Identifier: Apache-2.0
// Any bytes as what a source's program says, in pieces of any size: the pieces do not matter, every line is
// an invoice that can be pushed, nothing, or a problem that is told in one line, and an invoice that is said
// in JSON is read again.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/core/item.hpp"
#include "producer/sources/program/given_line.hpp"
#include "tests/fuzz/require.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::uint64_t kBodyMax = 64;

// What the line means, as text.
std::string meaning_of(const ProgramLines::Line& line) {
    const GivenLine given = read_given_line(line);
    if (given.kind == GivenLine::Kind::Nothing) return "nothing";
    if (given.kind == GivenLine::Kind::Wrong) {
        require(!given.problem.empty(), "what is wrong is said");
        require(is_clean(given.problem), "what is wrong is said in one line of UTF-8");
        require(given.problem.size() < 600, "what is wrong is said shortly");
        return given.problem;
    }
    require(given.position <= GivenLine::kLastPosition, "a position is in the range");
    require(is_clean(given.unknown_key) && given.unknown_key.size() < 100, "an unknown key can be shown");
    require(line.is_cut() || (!given.is_id_cut && !given.is_body_cut), "only a cut line loses something");
    Item item{};
    std::string bytes;
    item.set_id_and_body(given.id, given.body.value_or(""), kBodyMax, bytes);
    const ByteAreaView area(bytes);
    require(is_usable_id(item.id_in(area)), "every invoice gets an id that can be used");
    require(item.id_unusable() == !is_usable_id(given.id), "a usable id is kept");
    return fmt::format("{}|{}|{}|{}", given.position, given.id, given.body.value_or("-"), given.is_body_cut);
}

std::vector<std::string> meanings_of(std::string_view text, std::size_t piece) {
    ProgramLines lines(ProgramLines::kKeptBytes);
    std::vector<std::string> found;
    while (!text.empty()) {
        const auto room = lines.room();
        const std::size_t count = std::min({piece, text.size(), room.size()});
        text.copy(room.data(), count);
        lines.filled(count);
        text.remove_prefix(count);
        while (const auto line = lines.next()) found.push_back(meaning_of(*line));
    }
    if (const auto rest = lines.take_rest()) found.push_back(meaning_of(*rest));
    return found;
}

void require_said_again(std::string_view line) {
    const GivenLine given = read_given_line({line, line.size(), 0});
    if (given.kind != GivenLine::Kind::Invoice) return;
    std::string buffer;
    if (readable_utf8(given.id, buffer) != given.id) return;
    nlohmann::json said{{"position", given.position}, {"id", given.id}};
    if (given.body && readable_utf8(*given.body, buffer) == *given.body) said["body"] = *given.body;
    const std::string text = said.dump();
    const GivenLine again = read_given_line({text, text.size(), 0});
    require(again.kind == GivenLine::Kind::Invoice, "an invoice that is said in JSON is read");
    require(again.position == given.position && again.id == given.id, "and is the same");
    require(!said.contains("body") || again.body == given.body, "and has the same body");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0] % 64;
    std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
    // Long lines, without long inputs: one byte stands for many of the character before it.
    if (const auto at = text.find('\x01'); at != std::string::npos && at != 0)
        text.replace(at, 1, std::string(std::size_t{70'000}, text[at - 1]));
    const auto whole = meanings_of(text, ProgramLines::kReadBytes);
    if (text.size() < 10'000) require(meanings_of(text, piece) == whole, "the pieces do not matter");
    require_said_again(std::string_view(text).substr(0, text.find('\n')));
    return 0;
}
