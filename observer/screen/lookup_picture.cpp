// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/lookup_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/printable.hpp"
#include "observer/judge/readable.hpp"

namespace pipeline {
namespace {

constexpr int kHead = 2;  // rows above a list: what it is, and the names of the columns
constexpr int kAge = 9;

std::string many(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", readable_count(count), noun, count == 1 ? "" : "s");
}

std::string age_of(std::int64_t at_us, std::int64_t now_us) {
    return readable_seconds(static_cast<double>(std::max<std::int64_t>(0, now_us - at_us)) / 1e6);
}

Style style_of(RowStatus status) noexcept {
    switch (status) {
        case RowStatus::Failed:
            return Style::Bad;
        case RowStatus::Rejected:
        case RowStatus::Waiting:
            return Style::Warn;
        case RowStatus::Booked:
            break;
    }
    return Style::Good;
}

// A list of which one entry is selected: where it begins so that this one is shown.
std::size_t first_shown(std::size_t selected, std::size_t entries, int rows) noexcept {
    const auto room = static_cast<std::size_t>(std::max(1, rows));
    if (entries <= room) return 0;
    return std::min(selected < room / 2 ? 0 : selected - room / 2, entries - room);
}

// Draws the entries of a list, each by draw(row, entry, style); the selected one stands out.
template <class Draw>
void draw_list(Picture& picture, RowSpan where, std::size_t selected, std::size_t entries, Draw&& draw) {
    const int rows = list_rows(where);
    const std::size_t first = first_shown(selected, entries, rows);
    for (int i = 0; i < rows && first + static_cast<std::size_t>(i) < entries; ++i) {
        const std::size_t entry = first + static_cast<std::size_t>(i);
        const int row = where.first + kHead + i;
        const bool is_selected = entry == selected;
        if (is_selected) picture.put_over(row, 0, "", Style::Header);
        draw(row, entry, is_selected);
    }
}

void draw_groups(Picture& picture, const Lookup::Opened& page, RowSpan where, std::int64_t now_us) {
    const ReasonGroups& groups = *page.groups;
    std::string head = fmt::format("not booked: {}, {}", many(groups.invoices, "invoice"),
                                   many(groups.groups.size(), "reason"));
    if (groups.others != 0) head += fmt::format("; {} with further reasons", many(groups.others, "invoice"));
    for (const ReasonGroups::Rest& rest : groups.rests)
        head += fmt::format("; of {} those since {}", to_text(rest.status),
                            readable_time(rest.reached_us, now_us));
    picture.put(where.first, 0, head, Style::Strong);
    constexpr int kStatus = 9;
    constexpr int kNumber = 10;
    constexpr int kReason = kStatus + 2 * kNumber + 2 * (kAge + 1) + 2;
    const auto line = [&](int row, const std::array<std::string, 5>& texts, Style style) {
        picture.put_right(row, kStatus, kNumber, texts[0], style);
        picture.put_right(row, kStatus + kNumber, kNumber, texts[1], style);
        picture.put_right(row, kStatus + 2 * kNumber, kAge + 1, texts[2], style);
        picture.put_right(row, kStatus + 2 * kNumber + kAge + 1, kAge + 1, texts[3], style);
        picture.put(row, kReason, texts[4], style);
    };
    picture.put(where.first + 1, 0, "status", Style::Faint);
    line(where.first + 1, {"invoices", "attempts", "newest", "oldest", "reason"}, Style::Faint);
    draw_list(picture, where, page.selected, groups.groups.size(),
              [&](int row, std::size_t i, bool is_selected) {
                  const ReasonGroup& group = groups.groups[i];
                  const Style style = is_selected ? Style::Header : Style::Plain;
                  picture.put(row, 0, group.is_held ? "held" : to_text(group.status),
                              is_selected ? Style::Header : style_of(group.status));
                  line(row,
                       {readable_count(group.invoices), readable_count(group.attempts),
                        age_of(group.newest_us, now_us), age_of(group.oldest_us, now_us),
                        group.reason.empty() ? "(no reason is given)" : group.reason},
                       style);
              });
}

void draw_group(Picture& picture, const Lookup::Opened& page, RowSpan where, std::int64_t now_us) {
    const GroupRows& rows = *page.rows;
    constexpr int kAttempts = 9;
    // The ids have as much room as they need, but leave some to the reasons, of which the title says the
    // most.
    constexpr int kLeastReason = 14;
    constexpr int kLeastId = 12;
    int id = kLeastId;
    for (const GroupRow& row : rows.rows) id = std::max(id, length_of(row.id));
    const int others = kAttempts + 2 * (kAge + 1) + 2;
    id = std::max(kLeastId, std::min(id, picture.size().columns - others - kLeastReason));
    const int reason = id + others;
    const auto line = [&](int row, std::string_view attempts, std::string_view stored, std::string_view due,
                          std::string_view why, Style style) {
        picture.put_right(row, id, kAttempts, attempts, style);
        picture.put_right(row, id + kAttempts, kAge + 1, stored, style);
        picture.put_right(row, id + kAttempts + kAge + 1, kAge + 1, due, style);
        picture.put(row, reason, why, style);
    };
    picture.put(where.first + 1, 0, "invoice", Style::Faint);
    line(where.first + 1, "attempts", "stored", "due in", "reason", Style::Faint);
    draw_list(picture, where, page.selected, rows.rows.size(), [&](int row, std::size_t i, bool is_selected) {
        const GroupRow& each = rows.rows[i];
        const Style style = is_selected ? Style::Header : Style::Plain;
        picture.put(row, 0, cut_middle(each.id, id), style);
        const std::string due = each.is_leased    ? "now"
                                : !each.due_at_us ? "-"
                                                  : age_of(now_us, std::max(now_us, *each.due_at_us));
        line(row, readable_count(each.attempts), age_of(each.stored_at_us, now_us), due, each.reason, style);
    });
}

struct TextLine {
    std::string text;
    Style style = Style::Plain;
};

// Breaks the text into lines of so many columns.
void add_broken(std::vector<TextLine>& lines, std::string_view before, std::string_view given, int columns,
                Style style) {
    const std::string text = safe_line(given);
    const int width = std::max(8, columns - length_of(before));
    std::string_view rest = text;
    std::string lead(before);
    do {
        const std::size_t end = offset_of(rest, width);
        lines.push_back({lead + std::string(rest.substr(0, end)), style});
        rest.remove_prefix(end);
        lead.assign(static_cast<std::size_t>(length_of(before)), ' ');
    } while (!rest.empty());
}

std::vector<TextLine> lines_of(const InvoiceFacts& facts, int columns, std::int64_t now_us) {
    constexpr int kName = 17;
    std::vector<TextLine> lines;
    const auto add = [&](std::string_view name, std::string_view text, Style style = Style::Plain) {
        add_broken(lines, fmt::format("{:<{}}", name, kName), text, columns, style);
    };
    for (const auto& [name, value] : facts.fields)
        add(name, value, name == "status" && facts.status ? style_of(*facts.status) : Style::Plain);
    if (facts.body_bytes) add("body", many(*facts.body_bytes, "byte"));
    for (const InvoiceFacts::File& file : facts.files)
        add("file", file.is_the_one ? file.path : file.path + " (another file of this name)");
    if (facts.files.empty() && facts.is_of_spool) add("file", "not found");
    std::string_view name = "history";
    for (const InvoiceFacts::Outcome& outcome : facts.history) {
        add(name, fmt::format("{} {} after {}{}{}", readable_time(outcome.stored_at_us, now_us),
                              outcome.status, many(outcome.attempts, "attempt"),
                              outcome.reason.empty() ? "" : ": ", outcome.reason));
        name = "";
    }
    if (facts.history_rows > facts.history.size())
        add("", fmt::format("{} more", readable_count(facts.history_rows - facts.history.size())));
    name = "duplicates";
    for (const InvoiceFacts::Duplicate& duplicate : facts.duplicates) {
        add(name, fmt::format("{} at {} of {}", readable_time(duplicate.seen_at_us, now_us),
                              duplicate.position, duplicate.source));
        name = "";
    }
    for (const std::string& sentence : facts.pruned) add("pruned", sentence);
    name = "what to do";
    for (const std::string& command : facts.commands) {
        add(name, command, Style::First);
        name = "";
    }
    return lines;
}

void draw_invoice(Picture& picture, const Lookup::Opened& page, RowSpan where, std::int64_t now_us) {
    const auto lines = lines_of(*page.invoice, picture.size().columns, now_us);
    const auto rows = static_cast<std::size_t>(std::max(0, where.count - 1));
    const std::size_t most = lines.size() > rows ? lines.size() - rows : 0;
    const std::size_t first = std::min(static_cast<std::size_t>(page.scrolled), most);
    int row = where.first + 1;
    for (std::size_t i = first; i < std::min(lines.size(), first + rows); ++i)
        picture.put(row++, 0, lines[i].text, lines[i].style);
}

// The line above a group or an invoice.
std::string title_of(const Lookup::Opened& page) {
    switch (page.page) {
        case Lookup::Page::Group:
            return fmt::format("{}: {}", to_text(page.question.status),
                               page.question.text.empty() ? "(no reason is given)" : page.question.text);
        case Lookup::Page::Invoice:
            return "invoice " + printable(page.question.text);
        case Lookup::Page::Groups:
            break;
    }
    return "not booked";
}

void draw_page(Picture& picture, const Lookup::Opened& page, RowSpan where, std::int64_t now_us) {
    const bool has_answer = page.groups || page.rows || page.invoice;
    if (page.page != Lookup::Page::Groups || !has_answer)
        picture.put(where.first, 0, cut_middle(title_of(page), picture.size().columns), Style::Strong);
    if (!page.trouble.empty()) {
        picture.put(where.first + where.count - 1, 0, page.trouble, Style::Bad);
        --where.count;
    } else if (!has_answer) {
        picture.put(where.first + 1, 0, "asking the ledger", Style::Faint);
    }
    if (page.groups) draw_groups(picture, page, where, now_us);
    if (page.rows) draw_group(picture, page, where, now_us);
    if (page.invoice) draw_invoice(picture, page, where, now_us);
    const bool is_empty =
        (page.groups && page.groups->groups.empty()) || (page.rows && page.rows->rows.empty());
    if (is_empty) picture.put(where.first + kHead, 0, "none", Style::Faint);
}

}  // namespace

int list_rows(RowSpan where) noexcept {
    return std::max(0, where.count - kHead);
}

void draw_lookup(Picture& picture, const Lookup& lookup, RowSpan where, std::int64_t now_us) {
    if (lookup.is_typing()) {
        const std::string text = "id: " + safe_line(lookup.typed()) + "_";
        const int columns = picture.size().columns;
        const int length = length_of(text);
        // Its end is where people type.
        picture.put_over(where.first + where.count - 1, 0,
                         length <= columns ? text : text.substr(offset_of(text, length - columns)),
                         Style::Strong);
        --where.count;
    }
    if (const auto* page = lookup.opened()) draw_page(picture, *page, where, now_us);
}

}  // namespace pipeline
