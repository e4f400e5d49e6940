// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/id_filter.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

IdFilterColumn column_of(const std::string& prefix, int ids) {
    IdFilterColumn column;
    for (int i = 0; i < ids; ++i) column.add(prefix + std::to_string(i));
    return column;
}

void add(IdFilter& filter, std::int64_t slice, const IdFilterColumn& column) {
    std::array<const std::uint8_t*, IdFilter::kGroup> columns{};
    columns[static_cast<std::size_t>(slice % IdFilter::kGroup)] = column.bytes().data();
    filter.add(slice / IdFilter::kGroup * IdFilter::kGroup, columns);
}

std::vector<std::int64_t> slices_that_may_have(const IdFilter& filter, const std::string& id) {
    std::vector<std::int64_t> slices;
    filter.any_that_may_have(id, [&](std::int64_t slice) {
        slices.push_back(slice);
        return false;
    });
    return slices;
}

bool may_have(const IdFilter& filter, std::int64_t slice, const std::string& id) {
    return filter.any_that_may_have(id, [&](std::int64_t other) { return other == slice; });
}

}  // namespace

TEST_CASE("an id has the same bits for ever", "[id_filter]") {
    using Bits = std::array<std::uint32_t, 6>;
    CHECK(id_filter_bits("") == Bits{208, 112, 48, 60, 262, 461});
    CHECK(id_filter_bits("1") == Bits{510653, 510559, 510691, 510914, 510778, 510809});
    CHECK(id_filter_bits("INV-2026-0012345") == Bits{707800, 707808, 707752, 707879, 707890, 707587});
    CHECK(id_filter_bits("caf\xc3\xa9") == Bits{275327, 275313, 275407, 275304, 275157, 274951});
    for (int i = 0; i < 1000; ++i) {
        const auto bits = id_filter_bits(std::to_string(i));
        CHECK(*std::max_element(bits.begin(), bits.end()) < kIdFilterBits);
        CHECK(bits.front() / 512 == bits.back() / 512);  // one block, one page of memory
    }
}

TEST_CASE("a filter names every slice that has an id, and few others", "[id_filter]") {
    IdFilter filter;
    CHECK(slices_that_may_have(filter, "a1").empty());
    constexpr int kIds = 32'768;
    add(filter, 0, column_of("a", kIds));
    add(filter, 70, column_of("b", kIds));  // slices 1 to 69 have no rows
    int missed = 0;
    int wrong = 0;
    for (int i = 0; i < kIds; ++i) {
        const std::string id = std::to_string(i);
        missed += may_have(filter, 0, "a" + id) ? 0 : 1;
        missed += may_have(filter, 70, "b" + id) ? 0 : 1;
        wrong += static_cast<int>(slices_that_may_have(filter, "c" + id).size());
    }
    CHECK(missed == 0);
    CHECK(wrong < 2 * kIds / 2000);
}

TEST_CASE("newer slices come first, and the search ends where it is told to", "[id_filter]") {
    IdFilter filter;
    const std::int64_t far = std::int64_t{1} << 40U;  // takes no more memory than a near one
    for (const std::int64_t slice : {std::int64_t{6}, std::int64_t{9}, far})
        add(filter, slice, column_of("a", 10));
    using Slices = std::vector<std::int64_t>;
    CHECK(slices_that_may_have(filter, "a3") == Slices{far, 9, 6});
    CHECK(slices_that_may_have(filter, "b3").empty());
    CHECK(may_have(filter, 9, "a3"));
    CHECK_FALSE(may_have(filter, 7, "a3"));
    filter.clear();
    CHECK(slices_that_may_have(filter, "a3").empty());
}

TEST_CASE("slices that are added together are those that are added one by one", "[id_filter]") {
    std::vector<IdFilterColumn> columns;
    for (int i = 0; i < 64; ++i) columns.push_back(column_of(std::to_string(i) + "-", 300));
    IdFilter together;
    std::array<const std::uint8_t*, IdFilter::kGroup> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = columns[i].bytes().data();
    together.add(0, all);
    IdFilter one_by_one;
    for (std::int64_t i = 0; i < 64; ++i) add(one_by_one, i, columns[static_cast<std::size_t>(i)]);
    for (int slice = 0; slice < 64; ++slice) {
        for (int i = 0; i < 300; ++i) {
            const std::string id = std::to_string(slice) + "-" + std::to_string(i);
            REQUIRE(may_have(together, slice, id));
            REQUIRE(slices_that_may_have(together, id) == slices_that_may_have(one_by_one, id));
        }
    }
}
