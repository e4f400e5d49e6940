// SPDX-License-Identifier: Apache-2.0
// The faults that observer --audit --deep names: ids that have two rows, and filters that lack their ids.
#include "common/ledger/sqlite/ids/id_check.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/ids/sliced_ledger.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Two finished slices and a third one.
class ThreeSlices : public SlicedLedger {
  public:
    ThreeSlices() {
        commit({"first"});
        for (const char* prefix : {"a", "b"}) {
            leave_room(100);
            commit(ids(prefix, 200));
        }
    }
    [[nodiscard]] std::vector<std::string> id_faults(std::size_t most = 3) const {
        SqliteConnection database(file(), false, std::chrono::seconds(5));
        std::vector<std::string> faults;
        check_ids(database, most, faults);
        return faults;
    }
    void copy_row(const std::string& id, std::int64_t slice) const {
        change(file(), fmt::format("INSERT INTO invoices(id, source, position, status, attempts, consumer,"
                                   " acquired_at, stored_at, serial) SELECT id, source, position, status,"
                                   " attempts, consumer, acquired_at, stored_at, {} FROM invoices"
                                   " WHERE id = '{}'",
                                   slice * kSliceRows + 30'000, id));
    }
};

using Faults = std::vector<std::string>;

}  // namespace

TEST_CASE("a second row of an id is found in any slice", "[id_check]") {
    const ThreeSlices ledger;
    CHECK(ledger.id_faults().empty());
    SECTION("in the newest slice") {
        ledger.copy_row("first", 2);
        CHECK(ledger.id_faults() == Faults{"'first' has two rows in invoices"});
    }
    SECTION("both in slices that are not finished") {
        ledger.copy_row("b200", 4);
        CHECK(ledger.id_faults() == Faults{"'b200' has two rows in invoices"});
    }
    SECTION("in a finished slice, whose filter does not have it") {
        ledger.copy_row("b200", 1);
        CHECK(ledger.id_faults() ==
              Faults{"the filter of slice 1 in id_filters lacks 'b200', which could be booked again"});
    }
}

TEST_CASE("a filter that lacks ids is found", "[id_check]") {
    const ThreeSlices ledger;
    SECTION("its bits are gone") {
        const Digest empty = Sha256().add(std::string(98'304, '\0')).finish();
        change(ledger.file(), fmt::format("UPDATE id_filters SET filter = zeroblob(98304), digest = x'{}'"
                                          " WHERE slice = 0",
                                          to_text(empty)));
        CHECK(ledger.id_faults().size() == 3);
        CHECK(ledger.id_faults(1) ==
              Faults{"the filter of slice 0 in id_filters lacks 'a1', which could be booked again"});
    }
    SECTION("all of it is gone") {
        change(ledger.file(), "DELETE FROM id_filters WHERE slice = 0");
        CHECK(ledger.id_faults().size() == 3);
    }
    SECTION("it is not what its digest says") {
        const auto* const filter = GENERATE("x'00'", "zeroblob(98304)");
        change(ledger.file(), fmt::format("UPDATE id_filters SET filter = {} WHERE slice = 0", filter));
        CHECK_THROWS_WITH(ledger.id_faults(),
                          Catch::Contains("the filter of slice 0 in its table id_filters is damaged"));
    }
}

TEST_CASE("without the last filters the slices are asked directly", "[id_check]") {
    const ThreeSlices ledger;
    change(ledger.file(), "DELETE FROM id_filters");
    CHECK(ledger.id_faults().empty());
    CHECK(ledger.commit({"first", "a1", "a200", "b200", "new"}, kOtherSource) == "1 booked, 4 duplicate");
    CHECK(ledger.filters() == "0 1");  // that commit has stored them again
    CHECK(ledger.id_faults().empty());
}
