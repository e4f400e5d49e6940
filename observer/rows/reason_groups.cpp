// SPDX-License-Identifier: Apache-2.0
#include "observer/rows/reason_groups.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>

#include "common/base/printable.hpp"
#include "common/core/pace/hold.hpp"
#include "common/ledger/plain_reason.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;
using Groups = std::map<std::string, ReasonGroup, std::less<>>;

// The pipeline's own texts are shorter; a file that somebody else wrote may have anything.
constexpr std::size_t kMostReason = 512;
constexpr std::size_t kMostId = 4096;

std::uint64_t not_negative(std::int64_t number) noexcept {
    return number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

// The reason under which a row is counted, safe to show.
std::string group_of(const RowOutline& row) {
    return safe_line(plain_reason(row.reason.substr(0, kMostReason), row.id.substr(0, kMostId)));
}

void count(const RowOutline& row, ReasonGroup& group) {
    group.invoices += 1;
    group.attempts += not_negative(row.attempts);
    group.newest_us = std::max(group.newest_us, row.mark.stored_at_us);
    group.oldest_us = std::min(group.oldest_us, row.mark.stored_at_us);
}

void count_status(LedgerBrowser& browser, RowStatus status, Deadline until, ReasonGroups& found) {
    Groups groups;
    std::optional<std::int64_t> reached;
    browser.walk(status, {}, [&](const RowOutline& row) {
        const std::string reason = group_of(row);
        auto group = groups.find(reason);
        if (group == groups.end() && groups.size() < kMostGroups) {
            group = groups.try_emplace(reason).first;
            group->second = {status,
                             reason,
                             status == RowStatus::Waiting && reason == kHeldReason,
                             0,
                             0,
                             row.mark.stored_at_us,
                             row.mark.stored_at_us};
        }
        if (group == groups.end()) {
            ++found.others;
        } else {
            count(row, group->second);
        }
        ++found.invoices;
        if (Clock::now() < until) return true;
        reached = row.mark.stored_at_us;
        return false;
    });
    if (reached) found.rests.push_back({status, *reached});
    for (auto& [reason, group] : groups) found.groups.push_back(std::move(group));
}

}  // namespace

ReasonGroups read_reason_groups(LedgerBrowser& browser, Deadline until) {
    constexpr std::array kStatuses{RowStatus::Failed, RowStatus::Waiting, RowStatus::Rejected};
    ReasonGroups found;
    // Each status gets an equal share of the time that the ones before it have left.
    for (std::size_t i = 0; i < kStatuses.size(); ++i) {
        const auto now = Clock::now();
        const auto share = (until - now) / static_cast<int>(kStatuses.size() - i);
        count_status(browser, kStatuses[i], now + share, found);
    }
    std::stable_sort(
        found.groups.begin(), found.groups.end(),
        [](const ReasonGroup& one, const ReasonGroup& other) { return one.invoices > other.invoices; });
    return found;
}

GroupRows read_group(LedgerBrowser& browser, RowStatus status, std::string_view reason, const RowMark& behind,
                     Deadline until) {
    GroupRows page;
    browser.walk(status, behind, [&](const RowOutline& row) {
        // A row behind a full page: there is a next one.
        const bool is_full = page.rows.size() == kGroupPage;
        if (is_full) return false;
        page.next = row.mark;
        if (group_of(row) == reason) {
            page.rows.push_back({safe_line(row.id.substr(0, kMostId)),
                                 safe_line(row.reason.substr(0, kMostReason)), not_negative(row.attempts),
                                 row.mark.stored_at_us, row.due_at_us, row.is_leased});
        }
        page.is_cut = Clock::now() >= until;
        return !page.is_cut;
    });
    if (page.rows.size() < kGroupPage && !page.is_cut) page.next.reset();
    return page;
}

}  // namespace pipeline
