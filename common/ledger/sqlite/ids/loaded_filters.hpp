// SPDX-License-Identifier: Apache-2.0
// The filters of a ledger's finished slices (id_slices.hpp) in the memory of this process: those of a group
// that gets no more filters in memory that the pipeline's processes share (shared_filters.hpp), those of the
// last group in this process's own. A pipeline takes 3 bytes for each row of its ledger, and each of these
// objects at most 6 MiB for itself. Without shared memory, each object takes 3 bytes for each row.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/digest.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ids/id_filter.hpp"
#include "common/ledger/sqlite/ids/shared_filters.hpp"

namespace pipeline {

class LoadedFilters {
  public:
    // The table id_filters, as a transaction sees it.
    struct Last {
        std::int64_t slice = -1;  // of the last filter; -1: there is none
        std::int64_t count = 0;   // of all filters
        Digest digest{};          // of the last filter
        bool operator==(const Last&) const = default;
    };

    // The connection must outlive this object.
    LoadedFilters(SqliteConnection& database, SharedFilters shared);

    // Loads the filters up to the last one, as the present transaction sees them.
    void load(const Last& last);
    // As the functions of IdFilter, for the slices up to the last one that is loaded.
    template <class Visit>
    bool any_that_may_have(std::string_view id, Visit&& visit) const {
        return filter_.any_that_may_have(id, visit);
    }
    void expect(std::string_view id) const noexcept { filter_.expect(id); }

  private:
    [[nodiscard]] bool has_changed(const Last& last);
    [[nodiscard]] std::optional<std::int64_t> slice_from(std::int64_t slice);
    [[nodiscard]] IdFilter::Digests digests_of(std::int64_t group);
    void forget() noexcept;
    void load_groups(const Last& last);
    void load_group(std::int64_t group, const Last& last);
    [[nodiscard]] bool use_shared(std::int64_t group);
    void load_own(std::int64_t begin, std::int64_t end);

    SqliteStatement find_digest_, count_, find_from_, find_digests_, load_;
    IdFilter filter_;  // of all slices up to that of `loaded_`
    SharedFilters shared_;
    Last loaded_;
};

}  // namespace pipeline
