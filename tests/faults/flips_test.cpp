// SPDX-License-Identifier: Apache-2.0
// One bit of shared memory flips: an index, a hand's word, a length, a state, a header or a lock, in a
// running pipeline or in what a dead one has left. Either it does no harm, or the run ends soon with status
// 70 (or 78, if it never began), and the segments stay. Nothing is lost or doubled with status 0, and nothing
// runs for ever. The test leaves out ids, positions, times and details, which nothing duplicates, and the
// words by which a supervisor commands (stop, pause, close), because a flip of one is an order.
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "tests/faults/leftover.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::uint64_t kNumbers = 1000;
constexpr std::size_t kConsumers = 4;
constexpr std::chrono::seconds kEndsWithin{120};

struct Field {
    std::string name;
    std::byte* bytes;
    std::size_t size;
};

template <class T>
Field field(const std::string& name, T& word) {
    return {name, reinterpret_cast<std::byte*>(&word), sizeof word};
}

// All fields of which a bit may flip; of arrays, random elements.
std::vector<Field> fields_of(const Ring& ring, const Storage& storage, std::mt19937_64& random) {
    RingArea& area = ring.area();
    StorageArea& store = storage.area();
    const std::size_t place = random() % kConsumers;
    HandArea& hand = area.hands[place];
    Item& held = ring.hand(place).item(random() % 8);
    Item& slot = ring.slot(random() % ring.capacity());
    Record& record = storage.record(random() % storage.capacity());
    const auto lock = [](const std::string& name, RobustMutex& mutex) {
        return Field{name, reinterpret_cast<std::byte*>(&mutex), sizeof(pthread_mutex_t)};
    };
    return {field("ring.tail", area.tail),
            field("ring.bytes_tail", area.bytes_tail),
            field("ring.head", area.head),
            field("ring.header", area.header),
            lock("ring.push_lock", area.push_lock),
            lock("ring.pop_lock", area.pop_lock),
            field("hand.word", hand.word),
            field("hand.word", hand.word),
            field("hand.work", hand.work),
            field("hand.leave", hand.leave),
            field("item.id_length", held.id_length),
            field("item.blame", held.blame),
            field("slot.id_length", slot.id_length),
            field("slot.blame", slot.blame),
            field("storage.tail", store.tail),
            field("storage.bytes_tail", store.bytes_tail),
            field("storage.durable_bytes", store.durable_bytes),
            field("storage.durable", store.durable_word),
            field("storage.totals", store.totals),
            field("storage.released", store.released),
            field("storage.header", store.header),
            lock("storage.save_lock", store.save_lock),
            lock("storage.flush_lock", store.flush_lock),
            field("record.ring_index", record.ring_index),
            field("record.place", record.place),
            field("record.status", record.status),
            field("record.attempts", record.attempts),
            field("record.parts", record.parts),
            field("record.id_length", record.id_length)};
}

// Flips one bit, and says which.
std::string flip(const Segments& segments, std::mt19937_64& random) {
    std::vector<Field> fields = fields_of(segments.ring(), segments.storage(), random);
    const Field& chosen = fields[random() % fields.size()];
    const std::size_t byte = random() % chosen.size;
    const unsigned bit = random() % 8;
    __atomic_xor_fetch(reinterpret_cast<unsigned char*>(chosen.bytes + byte),
                       static_cast<unsigned char>(1U << bit), __ATOMIC_SEQ_CST);
    return fmt::format("{}: byte {}, bit {}", chosen.name, byte, bit);
}

std::vector<std::string> options() {
    return {"--consumers",
            "4",
            "--source",
            fmt::format("sequence:{}", kNumbers),
            "--process",
            "simulate:1ms",
            "--ring-capacity",
            "64",
            "--storage-capacity",
            "64",
            "--batch-max",
            "8",
            "--drain-timeout",
            "10s",
            "--item-timeout",
            "10s",
            "--once"};
}

}  // namespace

TEST_CASE("a bit that flips in a running pipeline ends it soon, or does no harm") {
    const std::uint64_t seed = test_seed();
    std::mt19937_64 random(seed);
    const std::uint64_t trials = scaled(15);
    std::uint64_t stopped = 0;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
        PipelineRun run;
        auto supervisor = run.start(options());
        const std::uint64_t rows = 50 + random() % (kNumbers / 2);
        REQUIRE(eventually([&] { return run.has_rows(rows) || !supervisor.is_running(); }));
        std::string flipped = "nothing: it has ended";
        if (const auto segments = Segments::open(run.name())) flipped = flip(*segments, random);
        INFO("seed " << seed << ", trial " << trial << ": " << flipped);
        const int status = supervisor.wait(kEndsWithin);
        INFO(supervisor.err());
        CHECK(PipelineRun::has_no_children());
        if (status == 0) {
            run.require_numbers_up_to(kNumbers);
            CHECK(run.rows_by_status()["booked"] == kNumbers);
            CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
        } else {
            CHECK(status == 70);
            CHECK(run.segments().size() == 2);
            ++stopped;
        }
    }
    WARN(trials << " flips in running pipelines (seed " << seed << "): " << stopped << " ended a run, "
                << trials - stopped << " did no harm");
}

TEST_CASE("a bit that flips in what a dead pipeline has left is found, or does no harm") {
    const std::uint64_t seed = test_seed();
    std::mt19937_64 random(seed);
    const std::uint64_t trials = scaled(15);
    std::uint64_t refused = 0;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
        Leftover leftover;
        std::string flipped;
        {
            const auto segments = Segments::open(leftover.run().name());
            REQUIRE(segments);
            flipped = flip(*segments, random);
        }
        INFO("seed " << seed << ", trial " << trial << ": " << flipped);
        auto supervisor = leftover.start();
        const int status = supervisor.wait(kEndsWithin);
        INFO(supervisor.err());
        CHECK(PipelineRun::has_no_children());
        if (status == 0) {
            leftover.run().require_numbers_up_to(leftover.numbers());
            CHECK(leftover.run().rows_by_status()["booked"] == leftover.numbers());
            CHECK(leftover.run().count("SELECT count(*) FROM duplicates") == 0);
        } else {
            CHECK((status == 70 || status == 78));
            CHECK(leftover.run().segments().size() == 2);
            ++refused;
        }
    }
    WARN(trials << " flips in leftovers (seed " << seed << "): " << refused << " refused or ended a run, "
                << trials - refused << " did no harm");
}
