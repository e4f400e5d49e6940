// SPDX-License-Identifier: Apache-2.0
#include "common/core/bytes/byte_span.hpp"

#include <cstring>

#include "common/core/item.hpp"
#include "common/shm/damaged_memory.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("an id of up to 103 bytes needs no span, a longer one does, up to 4096", "[byte_span]") {
    std::string bytes = "before";
    const std::string id(GENERATE(1U, 103U, 104U, 4096U), 'x');
    Item item{};
    item.set_id(id, bytes);
    CHECK(item.is_spanned() == (id.size() > 103));
    CHECK_FALSE(item.id_unusable());
    CHECK(item.id_in(ByteAreaView(bytes)) == id);
    CHECK(item.body_in(ByteAreaView(bytes)).data() == nullptr);
    CHECK(bytes.size() == 6 + (id.size() > 103 ? id.size() : 0));
}

TEST_CASE("an id of more than 4096 bytes is unusable, and takes no bytes", "[byte_span]") {
    std::string bytes;
    Item item{};
    item.set_id(std::string(4097, 'x'), bytes);
    CHECK(item.id_unusable());
    CHECK_FALSE(item.is_spanned());
    CHECK(bytes.empty());
}

TEST_CASE("a body follows its id, be it short, long or unusable, and may be empty", "[byte_span]") {
    const std::string id = GENERATE(std::string("1"), std::string(4096, 'y'), std::string(5000, 'z'));
    const std::string body = GENERATE(std::string(), std::string("a\0b", 3), std::string(100'000, 'b'));
    std::string bytes;
    Item item{};
    item.set_id_and_body(id, body, UINT64_MAX, bytes);
    CHECK(item.is_spanned());
    CHECK(item.id_unusable() == (id.size() > 4096));
    if (!item.id_unusable()) CHECK(item.id_in(ByteAreaView(bytes)) == id);
    const std::string_view found = item.body_in(ByteAreaView(bytes));
    CHECK(found.data() != nullptr);
    CHECK(found == body);
}

TEST_CASE("a body that is too long is left out, and its item says so", "[byte_span]") {
    std::string bytes;
    Item item{};
    item.set_id_and_body("1", "abc", 3, bytes);
    CHECK_FALSE(item.is_body_omitted());
    item.set_id_and_body("1", "abcd", 3, bytes);
    CHECK(item.is_body_omitted());
    CHECK(item.is_span_whole());
    CHECK(item.id_in(ByteAreaView(bytes)) == "1");
    CHECK(item.body_in(ByteAreaView(bytes)).data() == nullptr);
    CHECK(bytes == "1abc1");
}

TEST_CASE("any flipped bit of a span's offset, lengths, hash, kind or seal shows", "[byte_span]") {
    std::string bytes;
    Item item{};
    item.set_id(std::string(200, 'x'), bytes);
    REQUIRE(item.is_span_whole());
    constexpr std::size_t kSealed = offsetof(ByteSpan, kind) + 1;
    for (std::size_t bit = 0; bit < 8 * kSealed; ++bit) {
        item.id[bit / 8] = static_cast<char>(item.id[bit / 8] ^ (1 << bit % 8));
        CHECK_FALSE(item.is_span_whole());
        CHECK_THROWS_AS(item.id_in(ByteAreaView(bytes)), DamagedMemory);
        item.id[bit / 8] = static_cast<char>(item.id[bit / 8] ^ (1 << bit % 8));
    }
    CHECK(item.is_span_whole());
}

TEST_CASE("a span that reaches beyond its area is damage, not a read", "[byte_span]") {
    IdBytes held{};
    ByteSpan::make(60, std::string(200, 'x'), Extra::None, 0).store(held);
    const std::string area(256, 'x');
    CHECK_THROWS_AS(id_in(kSpanned, held, ByteAreaView(area.data(), 256)), DamagedMemory);
    ByteSpan::make(256 + 56, std::string(200, 'x'), Extra::None, 0).store(held);
    CHECK(id_in(kSpanned, held, ByteAreaView(area.data(), 256)) == std::string(200, 'x'));
}

TEST_CASE("an id is shown by its beginning without its bytes, and compared by its label", "[byte_span]") {
    std::string bytes;
    const std::string id = GENERATE(std::string("short"), std::string(68, 'a'), std::string(103, 'b'),
                                    std::string(104, 'c'), std::string(4096, 'd'));
    Item plain{};
    plain.set_id(id, bytes);
    Item with_body{};
    with_body.set_id_and_body(id, "body", UINT64_MAX, bytes);
    CHECK(plain.shown_id() == (id.size() <= 103 ? id : id.substr(0, 67) + "..."));
    CHECK(with_body.shown_id() == (id.size() <= 67 ? id : id.substr(0, 67) + "..."));
    CHECK(label_in(plain.id_length, plain.id) == label_of(id));
    CHECK(label_in(with_body.id_length, with_body.id) == label_of(id));
    CHECK(label_of(id).size() <= kInlineIdBytes);
    std::string other = id;
    other.back() = '!';
    CHECK(label_of(other) != label_of(id));
}

TEST_CASE("bytes lie together, and never overwrite those in use", "[byte_span]") {
    const std::string base(256, '.');
    const ByteAreaView area(base.data(), base.size());
    CHECK(area.place_for(0, 256) == 0);
    CHECK(area.place_for(100, 156) == 100);
    CHECK(area.place_for(100, 157) == 256);
    CHECK(area.place_for(256 + 255, 2) == 512);
    CHECK(area.has_room(0, 100, 156));
    CHECK_FALSE(area.has_room(0, 100, 157));
    CHECK_FALSE(area.has_room(156, 256, 157));
    CHECK(area.has_room(157, 256, 157));
    CHECK(least_capacity_for(100) == 256);
    CHECK(least_capacity_for(128) == 256);
    // With that capacity, an empty area always has room.
    for (std::uint64_t tail = 0; tail < 512; ++tail) CHECK(area.has_room(tail, tail, 128));
}
