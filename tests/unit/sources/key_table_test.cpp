// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/key_table.hpp"

#include <map>
#include <random>

#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("an empty table has nothing, and erases nothing", "[key_table]") {
    KeyTable<int> table;
    CHECK(table.empty());
    CHECK_FALSE(table.contains(0));
    CHECK_FALSE(table.erase(0));
    CHECK(table.find(1) == nullptr);
}

TEST_CASE("a key is inserted once and keeps its value, zero too", "[key_table]") {
    KeyTable<int> table;
    CHECK(table.insert(0).second);
    CHECK_FALSE(table.insert(0).second);
    table.insert(0).first = 7;
    REQUIRE(table.find(0) != nullptr);
    CHECK(*table.find(0) == 7);
    CHECK(table.size() == 1);
    CHECK(table.erase(0));
    CHECK_FALSE(table.contains(0));
    CHECK(table.empty());
}

// Few keys, so that insertions and erasures meet in the same places; rising ones, as inodes are, and random
// ones.
TEST_CASE("a table holds what a map holds after any insertions and erasures", "[key_table]") {
    const bool rising = GENERATE(true, false);
    const auto seed = std::random_device{}();
    CAPTURE(rising, seed);
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> keys(rising ? 300 : 60);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = rising ? i : random();
    KeyTable<std::uint64_t> table;
    std::map<std::uint64_t, std::uint64_t> model;
    for (std::uint64_t step = 0; step < 20'000; ++step) {
        const std::uint64_t key = keys[random() % keys.size()];
        if (random() % 2 == 0) {
            REQUIRE(table.insert(key).second == !model.contains(key));
            table.insert(key).first = model[key] = step;
        } else {
            REQUIRE(table.erase(key) == (model.erase(key) != 0));
        }
        REQUIRE(table.size() == model.size());
        const std::uint64_t other = keys[random() % keys.size()];
        const auto known = model.find(other);
        const std::uint64_t* const found = table.find(other);
        REQUIRE((found != nullptr) == (known != model.end()));
        if (found != nullptr) REQUIRE(*found == known->second);
    }
}
