// SPDX-License-Identifier: Apache-2.0
// The pages of the screen that show what the ledger knows: the invoices that are not booked, grouped by the
// reason; the invoices of one group; one invoice. A page asks its question when it opens and every kAskAgain;
// what is selected stays so. This class asks nobody: its user takes next_question(), and brings the answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "observer/rows/ledger_question.hpp"
#include "observer/screen/key.hpp"

namespace pipeline {

class Lookup {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds kAskAgain{5};
    static constexpr std::size_t kMostRows = 2000;   // of one group
    static constexpr std::size_t kMostTyped = 4096;  // bytes

    enum class Page : std::uint8_t { Groups, Group, Invoice };

    [[nodiscard]] bool is_open() const noexcept { return !pages_.empty() || is_typing_; }
    [[nodiscard]] bool is_typing() const noexcept { return is_typing_; }

    // Shows the groups; if they are shown already, closes all pages.
    void toggle_groups();
    // Lets people type an id.
    void begin_search();
    // Takes a key while is_open(). Returns false if it means nothing here.
    bool take(const KeyPress& press, int rows_on_page);

    // Returns the question that must be asked now; none if none must be, or one is under way.
    [[nodiscard]] std::optional<LedgerQuestion> next_question(const std::string& ledger, TimePoint now);
    void take_answer(const LedgerQuestion& question, const LedgerAnswer& answer);

    // ---- for the picture ----
    struct Opened {
        Page page = Page::Groups;
        LedgerQuestion question;  // without the ledger
        std::size_t selected = 0;
        int scrolled = 0;  // the first line of an invoice that is shown
        std::optional<ReasonGroups> groups;
        std::optional<GroupRows> rows;  // all that have been read
        std::optional<InvoiceFacts> invoice;
        std::string trouble;                  // why there is no answer, or why the newest is not here
        std::optional<LedgerQuestion> asked;  // waits for its answer
        TimePoint answered_at{};
    };
    // Null: only the search line is there.
    [[nodiscard]] const Opened* opened() const noexcept { return pages_.empty() ? nullptr : &pages_.back(); }
    [[nodiscard]] const std::string& typed() const noexcept { return typed_; }
    // The keys that mean something now, for people.
    [[nodiscard]] std::string keys() const;

  private:
    void open(Page page, LedgerQuestion question);
    void enter();
    void type(const KeyPress& press);
    void select(Opened& page, int by);
    static void keep_selection(Opened& page, const LedgerAnswer& answer);

    std::vector<Opened> pages_;  // the last one is shown; Escape goes back to the one before
    bool is_typing_ = false;
    std::string typed_;
};

}  // namespace pipeline
