// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/id_check.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "common/base/printable.hpp"
#include "common/ledger/sqlite/ids/id_slices.hpp"

namespace pipeline {

// The later one of two rows of an id finds the earlier one: directly, or by the filter of that one's slice.
// That filter is complete, because each row is looked for in the filter of its own slice too.
void check_ids(SqliteConnection& database, std::size_t most, std::vector<std::string>& faults) {
    if (!has_id_slices(database)) return;
    IdSlices slices(database);
    slices.begin();
    const std::size_t end = faults.size() + most;
    SqliteStatement rows(database,
                         "SELECT serial >> 15, id FROM invoices INDEXED BY invoices_id ORDER BY 1, 2");
    while (faults.size() < end && rows.next_row()) {
        const std::int64_t slice = rows.integer(0);
        const std::string_view id = rows.text(1);
        if (slices.find_before(slice, id))
            faults.push_back(fmt::format("'{}' has two rows in invoices", printable(id)));
        if (!slices.is_looked_for(slice, id)) {
            faults.push_back(
                fmt::format("the filter of slice {} in id_filters lacks '{}', which could be "
                            "booked again",
                            slice, printable(id)));
        }
    }
    rows.finish();
}

}  // namespace pipeline
