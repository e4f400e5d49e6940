// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/loaded_filters.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace pipeline {
namespace {

// How long to wait until another process has stored a group, which takes some 30 ms.
constexpr std::chrono::milliseconds kPatience{1000};

[[noreturn]] void fail_damaged(std::int64_t slice) {
    throw SqliteError(SqliteError::Kind::Damaged,
                      "the filter of slice " + std::to_string(slice) + " in its table id_filters is damaged");
}

}  // namespace

LoadedFilters::LoadedFilters(SqliteConnection& database, SharedFilters shared)
    : find_digest_(database, "SELECT digest FROM id_filters WHERE slice = ?1"),
      count_(database, "SELECT count(*) FROM id_filters WHERE slice <= ?1"),
      find_from_(database, "SELECT slice FROM id_filters WHERE slice >= ?1 ORDER BY slice LIMIT 1"),
      find_digests_(database, "SELECT slice, digest FROM id_filters WHERE slice >= ?1 AND slice < ?2"),
      load_(database,
            "SELECT slice, digest, filter FROM id_filters WHERE slice >= ?1 AND slice < ?2 ORDER BY slice"),
      shared_(shared) {}

// True if filters are missing in memory that are not new, or they are of other rows: somebody has put an
// older copy into the ledger's file. (Filters of slices without rows may have been removed.)
bool LoadedFilters::has_changed(const Last& last) {
    if (loaded_.slice < 0) return false;
    if (last.slice < loaded_.slice) return true;
    find_digest_.bind(1, loaded_.slice);
    const bool is_there = find_digest_.first_row() && find_digest_.digest(0) == loaded_.digest;
    find_digest_.finish();
    if (!is_there) return true;
    count_.bind(1, loaded_.slice);
    static_cast<void>(count_.first_row());  // it has one row
    const bool has_more = count_.integer(0) > loaded_.count;
    count_.finish();
    return has_more;
}

// Returns the first slice from `slice` on that has a filter.
std::optional<std::int64_t> LoadedFilters::slice_from(std::int64_t slice) {
    std::optional<std::int64_t> found;
    find_from_.bind(1, slice);
    if (find_from_.first_row()) found = find_from_.integer(0);
    find_from_.finish();
    return found;
}

void LoadedFilters::forget() noexcept {
    filter_.clear();
    loaded_ = {};
}

void LoadedFilters::load(const Last& last) {
    if (loaded_ == last) return;
    if (has_changed(last)) forget();
    try {
        load_groups(last);
    } catch (...) {
        load_.finish();  // ends what it has read: a snapshot would stay open
        forget();        // no filter stays that `loaded_` does not vouch for
        throw;
    }
    loaded_ = last;
}

void LoadedFilters::load_groups(const Last& last) {
    constexpr std::int64_t kGroup = IdFilter::kGroup;
    // A group that is this process's own may be shared by now.
    std::int64_t begin = filter_.first_own().value_or((loaded_.slice + 1) / kGroup * kGroup);
    for (auto slice = slice_from(begin); slice && *slice <= last.slice; slice = slice_from(begin)) {
        load_group(*slice / kGroup, last);
        begin = (*slice / kGroup + 1) * kGroup;
    }
}

void LoadedFilters::load_group(std::int64_t group, const Last& last) {
    const std::int64_t first = group * IdFilter::kGroup;
    const std::int64_t end = std::min(first + IdFilter::kGroup, last.slice + 1);
    if (const IdFilterWords* words = filter_.words(first); words != nullptr && words->is_shared()) return;
    const bool gets_no_more = end == first + IdFilter::kGroup;
    if (gets_no_more && use_shared(group)) return;
    const auto turn = gets_no_more ? shared_.take_turn(group, kPatience) : std::nullopt;
    if (gets_no_more && !turn && use_shared(group)) return;  // another process has stored it meanwhile
    load_own(std::max(first, loaded_.slice + 1), end);
    const IdFilterWords* own = filter_.words(first);
    if (!turn || own == nullptr || !has_filters(own->words(), digests_of(group))) return;
    if (shared_.store(*turn, own->words())) static_cast<void>(use_shared(group));
}

// Uses the pipeline's copy of the group, if there is one.
bool LoadedFilters::use_shared(std::int64_t group) {
    auto words = shared_.find(group, digests_of(group));
    if (words) filter_.put(group * IdFilter::kGroup, std::move(*words));
    return words.has_value();
}

IdFilter::Digests LoadedFilters::digests_of(std::int64_t group) {
    IdFilter::Digests digests;
    const std::int64_t first = group * IdFilter::kGroup;
    find_digests_.bind(1, first);
    find_digests_.bind(2, first + IdFilter::kGroup);
    while (find_digests_.next_row())
        digests[static_cast<std::size_t>(find_digests_.integer(0) - first)] = find_digests_.digest(1);
    find_digests_.finish();
    return digests;
}

// Loads the slices [begin, end) of one group from the table. It exchanges rows and columns of all of them at
// once, which takes 6 MiB for a moment.
void LoadedFilters::load_own(std::int64_t begin, std::int64_t end) {
    std::vector<std::string> columns;
    std::array<const std::uint8_t*, IdFilter::kGroup> of_group{};
    const std::int64_t first = begin - begin % IdFilter::kGroup;
    columns.reserve(of_group.size());  // so that the bytes stay where they are
    load_.bind(1, begin);
    load_.bind(2, end);
    while (load_.next_row()) {
        const std::int64_t slice = load_.integer(0);
        const std::string& column = columns.emplace_back(load_.bytes(2));
        if (column.size() != IdFilterColumn::kBytes || Sha256().add(column).finish() != load_.digest(1))
            fail_damaged(slice);
        of_group[static_cast<std::size_t>(slice - first)] =
            reinterpret_cast<const std::uint8_t*>(column.data());
    }
    load_.finish();
    if (!columns.empty()) filter_.add(first, of_group);
}

}  // namespace pipeline
