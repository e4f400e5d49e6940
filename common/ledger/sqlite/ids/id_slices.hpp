// SPDX-License-Identifier: Apache-2.0
// Finds the row of an id in the table invoices, at a cost that depends neither on the order of ids nor,
// hardly, on the number of rows.
//
// Every row has a serial number, in the order in which rows are inserted, and kSliceRows numbers are a slice.
// The unique index on slice and id keeps the newest slice together, so that an INSERT touches few of its
// pages. The index refuses an id that the newest slice has. A slice that gets no more rows is finished: the
// table id_filters has a filter of its ids (id_filter.hpp) and the filter's SHA-256, which nobody changes any
// more. The slices up to the last filter are asked through the filters, which lie in memory
// (loaded_filters.hpp); the others are asked directly. So an answer is right whichever filters there are, as
// long as each of them holds all ids of its slice (id_check.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ids/loaded_filters.hpp"

namespace pipeline {

inline constexpr int kSliceShift = 15;
inline constexpr std::int64_t kSliceRows = std::int64_t{1} << kSliceShift;

class IdSlices {
  public:
    enum class Filters : std::uint8_t {
        Shared,  // by the processes of the pipeline, if this one has cache memory
        Own,     // read from the table by this object
    };
    // The connection must outlive this object.
    explicit IdSlices(SqliteConnection& database, Filters filters = Filters::Own);

    // Call it at the beginning of each transaction, and of each snapshot.
    void begin();
    // Loads the filters that are not in memory yet; the first question would do so. It takes less than a
    // second for 20 million rows.
    void load() { filters_.load(last_); }

    // Makes the next `rows` serial numbers lie in one slice. `rows` is at most kSliceRows.
    void make_room(std::int64_t rows);
    // Returns the serial number of a new row.
    [[nodiscard]] std::int64_t take_serial() noexcept {
        is_automatic_ = true;
        return next_++;
    }
    // True if SQLite gives the next row the number that take_serial() would return.
    [[nodiscard]] bool is_automatic() const noexcept { return is_automatic_; }
    // Notes that SQLite has given new rows their numbers.
    void add_automatic(std::int64_t rows) noexcept { next_ += rows; }
    // Finishes the slices that get no more rows. Call it before the COMMIT of a transaction that has inserted
    // rows.
    void end();

    // True if the id, as it is stored, has a row in a slice before that of the next row. In that slice itself
    // the index refuses a second row.
    [[nodiscard]] bool is_in_earlier(std::string_view stored_id) {
        return find_before(newest(), stored_id).has_value();
    }
    // Fetches into the processor's cache what is_in_earlier() is about to read.
    void expect(std::string_view stored_id) const noexcept { filters_.expect(stored_id); }
    // Returns the serial number of the id's row.
    [[nodiscard]] std::optional<std::int64_t> find(std::string_view stored_id) {
        return find_before(newest() + 1, stored_id);
    }
    // Returns the serial number of a row of the id in a slice before `slice`.
    [[nodiscard]] std::optional<std::int64_t> find_before(std::int64_t slice, std::string_view stored_id);
    // True if the other functions look for the id in `slice`.
    [[nodiscard]] bool is_looked_for(std::int64_t slice, std::string_view stored_id);

  private:
    void find_unfinished();
    [[nodiscard]] std::optional<std::int64_t> find_in(std::int64_t slice, std::string_view stored_id);
    [[nodiscard]] std::int64_t newest() const noexcept { return next_ >> kSliceShift; }

    SqliteConnection* database_;
    SqliteStatement find_highest_, find_last_, find_row_, find_;
    LoadedFilters::Last last_;              // as the transaction sees it
    std::vector<std::int64_t> unfinished_;  // slices with rows, after the last filter and before newest()
    std::int64_t next_ = 1;                 // the serial number of the next row
    bool is_automatic_ = true;              // `next_` follows the highest number that a row has
    LoadedFilters filters_;
};

// False before version 8.
[[nodiscard]] bool has_id_slices(SqliteConnection& database);

// Stores filters of all slices before that of the last row, within the caller's transaction.
void store_id_filters(SqliteConnection& database);

// Removes some filters of slices without rows, within the caller's transaction. Returns false if there are no
// more. The last filter stays: it says which serial numbers are not given again.
bool remove_unused_id_filters(SqliteConnection& database);

}  // namespace pipeline
