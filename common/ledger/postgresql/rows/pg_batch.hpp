// SPDX-License-Identifier: Apache-2.0
// The records of one transaction, ordered as PostgreSQL gets them: by key, so that two hosts that write the
// same ids wait for each other, and never both for the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/record.hpp"
#include "common/ledger/rows/row_values.hpp"

namespace pipeline {

class PgBatch {
  public:
    struct Entry {
        std::string_view key;
        std::size_t i;  // the record's number in the range
        // The first record of its key, and not given again: mostly the key is new, and the record becomes its
        // row.
        bool is_fresh;
    };

    // Takes records [first, size) of the range. The views are valid as long as the records.
    void begin(const RecordRange& records, std::size_t first, RowValues& values);

    // In the order of the keys; those of one key in the order of the records.
    [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
    [[nodiscard]] std::size_t fresh() const noexcept { return fresh_; }
    // True if each record is the first one of its key, and none was given again.
    [[nodiscard]] bool is_all_fresh() const noexcept { return fresh_ == entries_.size(); }
    // Returns the narrowest form that has the columns of all records. All rows of a transaction have one
    // form: they are written by one statement, in the order of the keys.
    [[nodiscard]] RowForm form() const noexcept { return form_; }

  private:
    [[nodiscard]] std::string_view key_of(std::string_view id, RowValues& values);

    std::vector<Entry> entries_;
    std::deque<std::string> own_keys_;  // those that are not the bytes of an id
    std::size_t fresh_ = 0;
    RowForm form_ = RowForm::Plain;
};

}  // namespace pipeline
