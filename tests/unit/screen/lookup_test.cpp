// SPDX-License-Identifier: Apache-2.0
// The screen's pages about what the ledger knows.
#include "observer/screen/lookup.hpp"

#include <string>
#include <vector>

#include "observer/screen/lookup_picture.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kNow = 1'700'000'000'000'000;
constexpr ScreenSize kSmall{24, 80};
const Lookup::TimePoint kStart{1h};

KeyPress key(Key pressed) {
    return {pressed, {}};
}
KeyPress character(const std::string& text) {
    return {Key::Character, text};
}

// A lookup whose questions a test answers.
struct Asked {
    Lookup lookup;
    Lookup::TimePoint now = kStart;

    std::optional<LedgerQuestion> question() { return lookup.next_question("sqlite:/l", now); }
    void answer(const LedgerAnswer& answer) {
        const auto asked = question();
        REQUIRE(asked);
        CHECK(asked->ledger == "sqlite:/l");
        lookup.take_answer(*asked, answer);
    }
    bool press(const KeyPress& pressed) { return lookup.take(pressed, 10); }
    std::vector<std::string> lines(ScreenSize size = kSmall) const {
        Picture picture(size);
        draw_lookup(picture, lookup, {1, size.rows - 2}, kNow);
        return picture.lines();
    }
    bool shows(const std::string& part) const {
        std::string text;
        for (const auto& line : lines()) text += line + '\n';
        INFO(text);
        return text.find(part) != std::string::npos;
    }
};

ReasonGroups groups(const std::vector<std::string>& reasons) {
    ReasonGroups found;
    for (const std::string& reason : reasons) {
        found.groups.push_back(
            {RowStatus::Failed, reason, false, 1200, 3600, kNow - 5'000'000, kNow - 3'600'000'000});
        found.invoices += 1200;
    }
    return found;
}

GroupRows rows(int first, int last, bool has_more) {
    GroupRows found;
    for (int i = first; i <= last; ++i)
        found.rows.push_back({"INV-" + std::to_string(i), "exit status 3", 3, kNow - 1'000'000, {}, false});
    if (has_more) found.next = RowMark{kNow, last};
    return found;
}

}  // namespace

TEST_CASE("a failed invoice is found by its reason in three keys", "[lookup]") {
    Asked asked;
    asked.lookup.toggle_groups();
    REQUIRE(asked.lookup.is_open());
    CHECK(asked.shows("asking the ledger"));
    asked.answer(groups({"exit status 3", "no sum in {}"}));
    CHECK(asked.shows("not booked: 2,400 invoices, 2 reasons"));
    CHECK(asked.shows("failed        1,200     3,600    5.00 s   1:00:00  exit status 3"));

    CHECK(asked.press(key(Key::Enter)));
    const auto question = asked.question();
    REQUIRE(question);
    CHECK(question->kind == LedgerQuestion::Kind::Group);
    CHECK(question->status == RowStatus::Failed);
    CHECK(question->text == "exit status 3");
    CHECK_FALSE(asked.question());  // it is under way
    asked.lookup.take_answer(*question, rows(1, 3, false));
    CHECK(asked.shows("INV-2"));

    asked.press(key(Key::Down));
    CHECK(asked.press(key(Key::Enter)));
    InvoiceFacts facts;
    facts.id = "INV-2";
    facts.status = RowStatus::Failed;
    facts.fields = {{"id", "INV-2"}, {"status", "failed"}, {"reason", std::string(200, 'x')}};
    facts.commands = {"clerk retry INV-2"};
    asked.answer(facts);
    CHECK(asked.shows("invoice INV-2"));
    CHECK(asked.shows("what to do       clerk retry INV-2"));
    CHECK(asked.shows(std::string(63, 'x')));  // broken, and not cut

    asked.press(key(Key::Escape));
    CHECK(asked.shows("INV-3"));
    asked.press(key(Key::Backspace));
    CHECK(asked.shows("no sum in {}"));
    asked.lookup.toggle_groups();
    CHECK_FALSE(asked.lookup.is_open());
}

TEST_CASE("an invoice is found by its id, which is typed", "[lookup]") {
    Asked asked;
    asked.lookup.begin_search();
    for (const char* typed : {"a", "q", "f", "\xc3\xa4", "x"}) CHECK(asked.press(character(typed)));
    asked.press(key(Key::Backspace));
    asked.press(key(Key::Backspace));
    CHECK(asked.lookup.typed() == "aqf");
    CHECK(asked.shows("id: aqf_"));
    asked.press(key(Key::Enter));
    CHECK_FALSE(asked.lookup.is_typing());
    const auto question = asked.question();
    REQUIRE(question);
    CHECK(question->kind == LedgerQuestion::Kind::Invoice);
    CHECK(question->text == "aqf");
    asked.lookup.take_answer(*question, std::monostate());
    CHECK(asked.shows("the ledger does not know it"));
    asked.press(key(Key::Escape));
    CHECK_FALSE(asked.lookup.is_open());
    // An empty id, or Escape, is no question.
    asked.lookup.begin_search();
    asked.press(key(Key::Enter));
    CHECK_FALSE(asked.lookup.is_open());
    asked.lookup.begin_search();
    asked.press(character("x"));
    asked.press(key(Key::Escape));
    CHECK_FALSE(asked.lookup.is_open());
}

TEST_CASE("what is selected stays so when the answer is a newer one", "[lookup]") {
    Asked asked;
    asked.lookup.toggle_groups();
    asked.answer(groups({"a", "b", "c"}));
    asked.press(key(Key::Down));
    CHECK(asked.lookup.opened()->selected == 1);
    CHECK_FALSE(asked.question());  // not yet again
    asked.now += Lookup::kAskAgain;
    asked.answer(groups({"new", "c", "b"}));
    CHECK(asked.lookup.opened()->selected == 2);
    // It is gone: the nearest one is.
    asked.now += Lookup::kAskAgain;
    asked.answer(groups({"new"}));
    CHECK(asked.lookup.opened()->selected == 0);
    // No answer leaves the last one, and says why.
    CHECK(asked.press(character("r")));
    asked.answer(NoAnswer{"the ledger is locked"});
    CHECK(asked.shows("the ledger is locked"));
    CHECK(asked.shows("new"));
    CHECK(asked.press(character("r")));
    asked.answer(groups({}));
    CHECK(asked.shows("none"));
    CHECK(asked.press(key(Key::Enter)));  // on nothing
    CHECK(asked.lookup.opened()->page == Lookup::Page::Groups);
}

TEST_CASE("more of a group is read when people come to its end", "[lookup]") {
    Asked asked;
    asked.lookup.toggle_groups();
    asked.answer(groups({"a"}));
    asked.press(key(Key::Enter));
    asked.answer(rows(1, 50, true));
    CHECK_FALSE(asked.question());
    for (int i = 0; i < 6; ++i) asked.press(key(Key::PageDown));
    const auto question = asked.question();
    REQUIRE(question);
    CHECK(question->behind_row == 50);
    asked.lookup.take_answer(*question, rows(51, 60, false));
    REQUIRE(asked.lookup.opened()->rows);
    CHECK(asked.lookup.opened()->rows->rows.size() == 60);
    CHECK(asked.lookup.opened()->selected == 49);
    asked.now += 10 * Lookup::kAskAgain;
    CHECK_FALSE(asked.question());  // several pages stay as they were read
    // An answer that nobody waits for any more changes nothing.
    asked.press(key(Key::Escape));
    asked.lookup.take_answer(*question, rows(1, 2, false));
    CHECK(asked.lookup.opened()->page == Lookup::Page::Groups);
}

TEST_CASE("an answer for a page that was left is not one for the same page opened again", "[lookup]") {
    Asked asked;
    asked.lookup.toggle_groups();
    asked.answer(groups({"a"}));
    asked.press(key(Key::Enter));
    asked.answer(rows(1, 50, true));
    for (int i = 0; i < 6; ++i) asked.press(key(Key::PageDown));
    const auto more = asked.question();
    REQUIRE(more);
    asked.press(key(Key::Escape));
    asked.press(key(Key::Enter));
    const auto first = asked.question();
    REQUIRE(first);
    asked.lookup.take_answer(*more, rows(51, 60, false));
    CHECK_FALSE(asked.lookup.opened()->rows);
    asked.lookup.take_answer(*first, rows(1, 50, true));
    REQUIRE(asked.lookup.opened()->rows);
    CHECK(asked.lookup.opened()->rows->rows.size() == 50);
}

TEST_CASE("whatever the size, nothing of a page is drawn outside of it", "[lookup]") {
    Asked asked;
    asked.lookup.toggle_groups();
    asked.answer(groups(std::vector<std::string>(100, std::string(300, 'r'))));
    asked.press(key(Key::PageDown));
    const auto fit = [&] {
        for (const ScreenSize size :
             {ScreenSize{24, 80}, ScreenSize{3, 10}, ScreenSize{1, 1}, ScreenSize{60, 300}}) {
            Picture picture(size);
            draw_lookup(picture, asked.lookup, {1, size.rows - 2}, kNow);
            for (const auto& piece : picture.pieces()) {
                CHECK(piece.row < size.rows);
                CHECK(piece.column + length_of(piece.text) <= size.columns);
            }
        }
    };
    fit();
    asked.lookup.begin_search();
    for (int i = 0; i < 200; ++i) asked.press(character("\xe2\x82\xac"));
    fit();
    CHECK(asked.lines()[22].ends_with("\xe2\x82\xac_"));
    asked.press(key(Key::Escape));
    asked.press(key(Key::Enter));
    asked.answer(rows(1, 50, true));
    fit();
}
