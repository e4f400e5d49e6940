// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/lookup.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace pipeline {
namespace {

constexpr std::size_t kMostPages = 8;  // a search from an invoice opens another one on top of it

std::size_t entries_of(const Lookup::Opened& page) noexcept {
    switch (page.page) {
        case Lookup::Page::Groups:
            return page.groups ? page.groups->groups.size() : 0;
        case Lookup::Page::Group:
            return page.rows ? page.rows->rows.size() : 0;
        case Lookup::Page::Invoice:
            break;
    }
    return 0;
}

}  // namespace

void Lookup::open(Page page, LedgerQuestion question) {
    if (pages_.size() == kMostPages) pages_.erase(pages_.begin());
    Opened opened;
    opened.page = page;
    opened.question = std::move(question);
    pages_.push_back(std::move(opened));
}

void Lookup::toggle_groups() {
    is_typing_ = false;
    if (!pages_.empty() && pages_.back().page == Page::Groups) return pages_.clear();
    pages_.clear();
    open(Page::Groups, {});
}

void Lookup::begin_search() {
    is_typing_ = true;
    typed_.clear();
}

bool Lookup::take(const KeyPress& press, int rows_on_page) {
    if (is_typing_) {
        type(press);
        return true;
    }
    Opened& page = pages_.back();
    const int jump = std::max(1, rows_on_page - 1);
    switch (press.key) {
        case Key::Up:
            select(page, -1);
            return true;
        case Key::Down:
            select(page, 1);
            return true;
        case Key::PageUp:
            select(page, -jump);
            return true;
        case Key::PageDown:
            select(page, jump);
            return true;
        case Key::Home:
            page.selected = 0;
            page.scrolled = 0;
            return true;
        case Key::Enter:
            enter();
            return true;
        case Key::Escape:
        case Key::Backspace:
            pages_.pop_back();
            return true;
        case Key::Character:
            if (press.is("j")) return take({Key::Down, {}}, rows_on_page);
            if (press.is("k")) return take({Key::Up, {}}, rows_on_page);
            if (press.is("r")) page.answered_at = {};
            return press.is("r");
        case Key::None:
        case Key::Help:
        case Key::End:
        case Key::Resize:
        case Key::Other:
            break;
    }
    return false;
}

void Lookup::type(const KeyPress& press) {
    switch (press.key) {
        case Key::Character:
            if (typed_.size() + press.character.size() <= kMostTyped) typed_ += press.character;
            break;
        case Key::Backspace:
            // The last character of UTF-8, with all its bytes.
            while (!typed_.empty() && (static_cast<unsigned char>(typed_.back()) & 0xc0U) == 0x80U)
                typed_.pop_back();
            if (!typed_.empty()) typed_.pop_back();
            break;
        case Key::Escape:
            is_typing_ = false;
            break;
        case Key::Enter:
            is_typing_ = false;
            if (!typed_.empty()) {
                LedgerQuestion question;
                question.kind = LedgerQuestion::Kind::Invoice;
                question.text = typed_;
                open(Page::Invoice, std::move(question));
            }
            break;
        default:
            break;
    }
}

void Lookup::enter() {
    const Opened& page = pages_.back();
    LedgerQuestion question;
    if (page.page == Page::Groups && page.selected < entries_of(page)) {
        const ReasonGroup& group = page.groups->groups[page.selected];
        question.kind = LedgerQuestion::Kind::Group;
        question.status = group.status;
        question.text = group.reason;
        open(Page::Group, std::move(question));
    } else if (page.page == Page::Group && page.selected < entries_of(page)) {
        question.kind = LedgerQuestion::Kind::Invoice;
        question.text = page.rows->rows[page.selected].id;
        open(Page::Invoice, std::move(question));
    }
}

void Lookup::select(Opened& page, int by) {
    if (page.page == Page::Invoice) {
        page.scrolled = std::max(0, page.scrolled + by);
        return;
    }
    const auto most = static_cast<std::ptrdiff_t>(entries_of(page)) - 1;
    page.selected = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(
        static_cast<std::ptrdiff_t>(page.selected) + by, 0, std::max<std::ptrdiff_t>(0, most)));
}

std::optional<LedgerQuestion> Lookup::next_question(const std::string& ledger, TimePoint now) {
    if (pages_.empty() || pages_.back().asked) return std::nullopt;
    Opened& page = pages_.back();
    LedgerQuestion question = page.question;
    const bool has_more_rows = page.rows && page.rows->rows.size() > kGroupPage;
    const bool wants_more = page.rows && page.rows->next && page.selected + 1 >= page.rows->rows.size() &&
                            page.rows->rows.size() < kMostRows && page.trouble.empty();
    if (wants_more) {
        question.behind_us = page.rows->next->stored_at_us;
        question.behind_row = page.rows->next->row;
    } else if (page.answered_at != TimePoint{} && (has_more_rows || now - page.answered_at < kAskAgain)) {
        return std::nullopt;  // several pages of a group are not read again by themselves
    }
    question.ledger = ledger;
    page.asked = question;
    page.answered_at = now;
    return question;
}

// Selects the entry again that was selected before the answer, if it is still there.
void Lookup::keep_selection(Opened& page, const LedgerAnswer& answer) {
    std::size_t now = page.selected;
    if (const auto* groups = std::get_if<ReasonGroups>(&answer)) {
        if (page.selected < entries_of(page)) {
            const ReasonGroup& before = page.groups->groups[page.selected];
            const auto same =
                std::find_if(groups->groups.begin(), groups->groups.end(), [&](const ReasonGroup& group) {
                    return group.status == before.status && group.reason == before.reason;
                });
            if (same != groups->groups.end()) now = static_cast<std::size_t>(same - groups->groups.begin());
        }
        page.groups = *groups;
    } else if (const auto* rows = std::get_if<GroupRows>(&answer)) {
        if (page.selected < entries_of(page)) {
            const std::string& before = page.rows->rows[page.selected].id;
            const auto same = std::find_if(rows->rows.begin(), rows->rows.end(),
                                           [&](const GroupRow& row) { return row.id == before; });
            if (same != rows->rows.end()) now = static_cast<std::size_t>(same - rows->rows.begin());
        }
        page.rows = *rows;
    }
    const std::size_t entries = entries_of(page);
    page.selected = entries == 0 ? 0 : std::min(now, entries - 1);
}

void Lookup::take_answer(const LedgerQuestion& question, const LedgerAnswer& answer) {
    const auto found = std::find_if(pages_.rbegin(), pages_.rend(),
                                    [&](const Opened& page) { return page.asked == question; });
    if (found == pages_.rend()) return;  // people have left the page
    Opened& page = *found;
    page.asked.reset();
    page.trouble.clear();
    if (const auto* none = std::get_if<NoAnswer>(&answer)) {
        page.trouble = none->sentence;
    } else if (std::holds_alternative<std::monostate>(answer)) {
        page.invoice.reset();
        page.trouble = "the ledger does not know it";
    } else if (const auto* facts = std::get_if<InvoiceFacts>(&answer)) {
        page.invoice = *facts;
    } else if (const auto* rows = std::get_if<GroupRows>(&answer);
               rows != nullptr && question.behind_row != INT64_MAX) {
        page.rows->rows.insert(page.rows->rows.end(), rows->rows.begin(), rows->rows.end());
        page.rows->next = rows->next;
        page.rows->is_cut = rows->is_cut;
    } else {
        keep_selection(page, answer);
    }
}

std::string Lookup::keys() const {
    if (is_typing_) return "enter look the id up  esc leave";
    if (pages_.back().page == Page::Invoice) return "up, down scroll  esc back  / find  f failures";
    return "up, down  enter open  esc back  / find  r read again";
}

}  // namespace pipeline
