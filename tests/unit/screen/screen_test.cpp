// SPDX-License-Identifier: Apache-2.0
// What is on the screen, read as lines.
#include "observer/screen/screen_picture.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/sample_view.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr ScreenSize kSmall{24, 80};
constexpr ScreenSize kLarge{50, 200};

std::string text_of(const Picture& picture) {
    std::string text;
    for (const auto& line : picture.lines()) text += line + '\n';
    return text;
}

bool shows(const View& view, const ScreenState& state, ScreenSize size, const std::string& part) {
    const std::string text = text_of(draw_screen(view, state, size));
    INFO(text);
    return text.find(part) != std::string::npos;
}

// The names of the processes that are shown, in their order.
std::vector<std::string> shown_consumers(const View& view, const ScreenState& state, ScreenSize size) {
    std::vector<std::string> names;
    for (const auto& line : draw_screen(view, state, size).lines()) {
        if (line.starts_with("consumer "))
            names.push_back(line.substr(0, line.find_last_of("0123456789", 11) + 1));
    }
    return names;
}

}  // namespace

TEST_CASE("a picture is cut at the edges of its screen", "[screen]") {
    Picture picture({2, 10});
    CHECK(picture.put(0, 8, "abc") == 11);
    picture.put(5, 0, "below");
    picture.put(1, 12, "beside");
    picture.put_right(1, 2, 4, "12");
    CHECK(picture.lines() == std::vector<std::string>{"        a~", "    12"});
    CHECK(cut("äöü", 3) == "äöü");
    CHECK(cut("äöü", 2) == "ä~");
    CHECK(cut("abc", 0).empty());
}

TEST_CASE("a screen of 80 x 24 has everything", "[screen]") {
    const std::string text = text_of(draw_screen(sample_view(2), {}, kSmall));
    INFO(text);
    for (const auto* part :
         {"sample  running  2 consumers (1 to 32)  sequence", "up 0:10:00", "consumers are the bottleneck",
          "acquired/s      1,000", "stored/s          400", "] 7,000 of 16,384", "in flight 8,000",
          "oldest    under way for 4.00 s", "processing  2.02 ms",
          "acquired 20,000  booked 11,980  rejected 10  failed 5  duplicates 5", "supervisor",
          "producer        4001 running    1,000", "consumer 0", "INV-1",
          " q quit  f failures  / find  p freeze  s sort: place  ? help"}) {
        INFO(part);
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("whatever the size, nothing is drawn outside of it", "[screen]") {
    const View view = sample_view(32);
    for (const int columns : {0, 1, 7, 40, 79, 80, 104, 105, 159, 160, 300}) {
        for (const int rows : {0, 1, 5, 12, 13, 24, 100}) {
            for (const bool help : {false, true}) {
                ScreenState state;
                state.shows_help = help;
                state.scrolled = 1000;
                const Picture picture = draw_screen(view, state, {rows, columns});
                for (const auto& piece : picture.pieces()) {
                    REQUIRE(piece.row >= 0);
                    REQUIRE(piece.row < rows);
                    REQUIRE(piece.column >= 0);
                    REQUIRE(piece.column + length_of(piece.text) <= columns);
                }
            }
        }
    }
}

TEST_CASE("columns do not run into one another", "[screen]") {
    View view = sample_view(3);
    view.now->consumers[1].invoice->id = std::string(103, 'x');
    view.now->consumers[1].deaths.count = 1'234'567'890;
    for (const ScreenSize size : {kSmall, ScreenSize{24, 120}, kLarge}) {
        std::vector<std::pair<int, int>> spans;
        const Picture picture = draw_screen(view, {}, size);
        const auto consumer =
            std::find_if(picture.pieces().begin(), picture.pieces().end(),
                         [](const auto& piece) { return piece.text.starts_with("consumer 1"); });
        REQUIRE(consumer != picture.pieces().end());
        for (const auto& piece : picture.pieces()) {
            if (piece.row == consumer->row)
                spans.emplace_back(piece.column, piece.column + length_of(piece.text));
        }
        std::sort(spans.begin(), spans.end());
        REQUIRE(spans.size() > 5);
        for (std::size_t i = 1; i < spans.size(); ++i) CHECK(spans[i - 1].second < spans[i].first);
    }
}

TEST_CASE("wide screens have more of each process", "[screen]") {
    const View view = sample_view(2);
    CHECK_FALSE(shows(view, {}, kSmall, "waits: ring full"));
    CHECK(shows(view, {}, {24, 120}, "waits: ring full"));
    CHECK(shows(view, {}, kLarge, "killed by signal 9 (SIGKILL), 30.0 s ago"));
}

TEST_CASE("more processes than rows are scrolled through and sorted", "[screen]") {
    const View view = sample_view(32);
    CHECK(most_scrolled(view, kSmall) == 34 - 11);
    CHECK(most_scrolled(view, kLarge) == 0);
    CHECK(shows(view, {}, kSmall, "+23 more"));
    ScreenState state;
    CHECK(shown_consumers(view, state, kSmall).front() == "consumer 0");
    state.scrolled = 1000;
    CHECK(shown_consumers(view, state, kSmall).back() == "consumer 31");
    state.scrolled = 0;
    state.order = SortOrder::Rate;
    CHECK(shown_consumers(view, state, kSmall).front() == "consumer 31");
    CHECK(shows(view, state, kSmall, "items/s*"));
    state.order = SortOrder::Deaths;
    CHECK(shown_consumers(view, state, kSmall).front() == "consumer 1");
}

TEST_CASE("the screen says that it is held, that nothing moves, and why nothing can be seen", "[screen]") {
    View view = sample_view(1);
    ScreenState state;
    state.is_frozen = true;
    CHECK(shows(view, state, kSmall, " FROZEN "));
    CHECK(shows(view, state, kSmall, "p thaw"));
    view.moved_ns = view.now->at_ns - 20'000'000'000;
    view.health = {false, "every process is stopped"};
    CHECK(shows(view, {}, kSmall, "nothing has moved for 20.0 s, since "));
    CHECK(shows(view, {}, kSmall, "every process is stopped"));
    view.is_attached = false;
    view.health.reason = "it has finished";
    CHECK(shows(view, {}, kSmall, "it has finished; waiting for a pipeline of the name 'sample'"));
    View nothing;
    nothing.name = "x";
    CHECK(shows(nothing, {}, kSmall, "waiting for a pipeline of the name 'x'"));
    nothing.trouble = "segment /dev/shm/x.ring is damaged";
    CHECK(shows(nothing, {}, kSmall, nothing.trouble));
}

TEST_CASE("a name from outside cannot command the terminal", "[screen]") {
    View view = sample_view(2);
    view.now->source = "lines:\xc2\x9b";
    view.now->consumers[1].invoice->id = "\x9b\x1b";
    CHECK(shows(view, {}, kLarge, R"(lines:\xc2\x9b)"));
    CHECK(shows(view, {}, kLarge, R"(\x9b\x1b)"));
    view.now->consumers[1].invoice->id = "rtl\xe2\x80\xae";
    CHECK(shows(view, {}, kLarge, R"(rtl\xe2\x80\xae)"));
    // Nor can a sentence, wherever it was made; and it is broken between characters.
    view.health = {false, "\xc2\x9b\x33m" + std::string(70, '-') + "\xc3\xbc\xc3\xbc\xc3\xbc \x1b"};
    CHECK(shows(view, {}, kSmall, R"(\xc2\x9b3m)" + std::string(70, '-')));
    CHECK(shows(view, {}, kSmall, "\xc3\xbc\xc3\xbc \\x1b"));
}

TEST_CASE("the help fits a small screen, uncut", "[screen]") {
    ScreenState state;
    state.shows_help = true;
    const std::string text = text_of(draw_screen(sample_view(1), state, kSmall));
    INFO(text);
    CHECK(text.find('~') == std::string::npos);
    CHECK(text.find("docs/observer.md has the rest.") != std::string::npos);
}

TEST_CASE("the last two minutes are seen however narrow the screen is", "[screen]") {
    View view = sample_view(1);
    view.history.assign(240, Pace{});
    for (std::size_t i = 0; i < 240; ++i) {
        view.history[i].at_ns = (i + 1) * 1'000'000'000;
        view.history[i].seconds = 1;
        if (i >= 120) view.history[i].acquired_per_second = 100;
    }
    view.history[120].acquired_per_second = 1'000;  // the oldest of the two minutes is the highest
    ScreenState state;
    state.has_unicode = false;
    for (const auto& [columns, characters] :
         {std::pair(80, 40U), std::pair(143, 120U), std::pair(200, 120U)}) {
        const auto lines = draw_screen(view, state, {24, columns}).lines();
        INFO(lines[3]);
        CHECK(std::count(lines[3].begin(), lines[3].end(), '#') == 1);
        CHECK(lines[3].size() - lines[3].find('#') == characters);
        CHECK(lines[4].size() < 22);  // nothing was stored
    }
}

TEST_CASE("a tall screen draws the rates as charts with axes", "[screen]") {
    View view = sample_view(1);
    view.history.assign(240, Pace{});
    for (std::size_t i = 0; i < 240; ++i) {
        view.history[i].at_ns = (i + 1) * 1'000'000'000;
        view.history[i].seconds = 1;
        view.history[i].acquired_per_second = i < 120 ? 500 : 1'000;
    }
    ScreenState state;
    state.has_unicode = false;
    const auto lines = draw_screen(view, state, kLarge).lines();
    CHECK(lines[3].starts_with("acquired/s "));
    CHECK(lines[3].ends_with(" " + std::string(120, '#')));  // only the later half is as high as the chart
    CHECK(lines[4].starts_with("           most 1,000"));
    CHECK(lines[14].ends_with(" " + std::string(177, '#')));
    CHECK(lines[14].starts_with("                    0"));
    CHECK(lines[15].starts_with("stored/s "));
    CHECK(lines[27].find("0:02:57 ago") == 22);
    CHECK(lines[27].ends_with(" now"));
    CHECK(lines[28].starts_with("ring "));
    for (const auto& line : lines) CHECK(length_of(line) <= 200);
}

TEST_CASE("looks that are far apart fill the time that they are of", "[screen]") {
    View view = sample_view(1);
    view.history.clear();
    // Three looks, ten seconds apart; before the last one there was no pipeline for a minute.
    for (const auto& [second, rate] : {std::pair(10, 400.0), std::pair(20, 800.0), std::pair(90, 400.0)})
        view.history.push_back({static_cast<std::uint64_t>(second) * 1'000'000'000, 10, rate, 0, 0, 0});
    ScreenState state;
    state.has_unicode = false;
    const auto lines = draw_screen(view, state, {24, 143}).lines();
    INFO(lines[3]);
    // A column is a second; ':' is half as high as '#'.
    CHECK(lines[3].ends_with(std::string(10, ':') + std::string(10, '#') + std::string(60, ' ') +
                             std::string(10, ':')));
}
