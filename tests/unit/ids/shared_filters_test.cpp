// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/shared_filters.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "common/ledger/sqlite/ids/loaded_filters.hpp"
#include "common/memory/cache_memory.hpp"
#include "tests/support/apart.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/unit/ids/sliced_ledger.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kGroup = IdFilter::kGroup;

// As make_cache_memory(), but one for each test.
UniqueFd memory() {
    UniqueFd fd(::memfd_create("cache", MFD_CLOEXEC));
    REQUIRE(::ftruncate(fd.get(), kCacheBytes) == 0);
    return fd;
}

std::int64_t blocks_of(const UniqueFd& memory) {
    struct stat status {};
    REQUIRE(::fstat(memory.get(), &status) == 0);
    return status.st_blocks;
}

// A ledger with filters of any slices. The filter of slice s has the id "id-s".
class FilteredLedger {
  public:
    FilteredLedger() : database_(make(ledger_), false, 5s) {}
    void add(std::int64_t first, std::int64_t end, const std::string& prefix = "id-") {
        database_.execute("BEGIN IMMEDIATE");
        SqliteStatement store(database_, "INSERT INTO id_filters(slice, digest, filter) VALUES(?1, ?2, ?3)");
        for (std::int64_t slice = first; slice < end; ++slice) {
            IdFilterColumn column;
            column.add(prefix + std::to_string(slice));
            const Digest digest = Sha256().add(std::as_bytes(column.bytes())).finish();
            store.bind(1, slice);
            store.bind_bytes(2, digest);
            store.bind_bytes(3, column.bytes());
            store.run();
        }
        database_.execute("COMMIT");
    }
    void remove(std::int64_t slice) {
        database_.execute(fmt::format("DELETE FROM id_filters WHERE slice = {}", slice).c_str());
    }
    void damage(std::int64_t slice) {
        database_.execute(fmt::format("UPDATE id_filters SET filter = zeroblob({}) WHERE slice = {}",
                                      IdFilterColumn::kBytes, slice)
                              .c_str());
    }
    [[nodiscard]] LoadedFilters::Last last() {
        SqliteStatement find(database_,
                             "SELECT slice, (SELECT count(*) FROM id_filters), digest FROM id_filters"
                             " ORDER BY slice DESC LIMIT 1");
        REQUIRE(find.first_row());
        const LoadedFilters::Last last{find.integer(0), find.integer(1), find.digest(2)};
        find.finish();
        return last;
    }
    [[nodiscard]] SqliteConnection open() const { return {ledger_.file(), false, 5s}; }

  private:
    static std::filesystem::path make(const SlicedLedger& ledger) {
        ledger.commit({"first"});
        return ledger.file();
    }
    SlicedLedger ledger_;
    SqliteConnection database_;
};

// One session's filters.
class Session {
  public:
    Session(FilteredLedger& ledger, int memory)
        : ledger_(&ledger), database_(ledger.open()), filters_(database_, SharedFilters(memory)) {}
    // Loads the filters. Returns the slices in [0, end) whose filters lack their own id; "" if none does.
    std::string lacking(std::int64_t end, const std::string& prefix = "id-") {
        filters_.load(ledger_->last());
        std::string lacking;
        for (std::int64_t slice = 0; slice < end; ++slice) {
            if (!has(slice, prefix)) lacking += fmt::format("{} ", slice);
        }
        return lacking;
    }
    // True if the slice may have its id, as far as the filters are loaded.
    [[nodiscard]] bool has(std::int64_t slice, const std::string& prefix) const {
        return filters_.any_that_may_have(prefix + std::to_string(slice),
                                          [&](std::int64_t other) { return other == slice; });
    }

  private:
    FilteredLedger* ledger_;
    SqliteConnection database_;
    LoadedFilters filters_;
};

// Words in which slice 0 of the group has the id, and their digests.
struct Words {
    explicit Words(const std::string& id) {
        IdFilterColumn column;
        column.add(id);
        std::array<const std::uint8_t*, kGroup> columns{};
        columns[0] = column.bytes().data();
        filter.add(0, columns);
        digests[0] = Sha256().add(std::as_bytes(column.bytes())).finish();
    }
    [[nodiscard]] auto words() const { return filter.words(0)->words(); }
    IdFilter filter;
    IdFilter::Digests digests;
};

}  // namespace

TEST_CASE("words are found by who knows their filters, in any process", "[shared_filters]") {
    const UniqueFd fd = memory();
    const SharedFilters shared(fd.get());
    const Words words("a");
    CHECK_FALSE(shared.find(3, words.digests));
    Apart other([&] {
        const auto turn = shared.take_turn(3, 0ms);
        return fmt::to_string(turn && shared.store(*turn, words.words()));
    });
    CHECK(other.result() == "true");
    const auto found = shared.find(3, words.digests);
    REQUIRE(found);
    CHECK(found->is_shared());
    CHECK(std::equal(words.words().begin(), words.words().end(), found->words().begin()));
    CHECK_FALSE(shared.find(3, Words("b").digests));
    CHECK_FALSE(shared.find(2, words.digests));
    // A filter that the ledger no longer has may stay.
    CHECK(shared.find(3, {}));
    CHECK_FALSE(shared.take_turn(3, 0ms));
}

TEST_CASE("words that somebody has damaged are not used", "[shared_filters]") {
    const UniqueFd fd = memory();
    const SharedFilters shared(fd.get());
    const Words words("a");
    REQUIRE(shared.store(*shared.take_turn(0, 0ms), words.words()));
    REQUIRE(shared.find(0, words.digests));
    const auto bit = static_cast<off_t>(id_filter_bits("a")[2] * sizeof(std::uint64_t));
    const std::uint64_t cleared = 0;
    REQUIRE(::pwrite(fd.get(), &cleared, sizeof cleared, SharedFilters::kWordsAt + bit) == 8);
    CHECK_FALSE(shared.find(0, words.digests));
}

TEST_CASE("kill -9 while the words are written leaves a group that is not there, and the next one writes it",
          "[shared_filters][fault]") {
    const UniqueFd fd = memory();
    const SharedFilters shared(fd.get());
    const Words words("a");
    const auto half = std::as_bytes(words.words()).first(IdFilterWords::kBytes / 2);
    Pipe ready;
    const pid_t writer = start_child([&] {
        const auto turn = shared.take_turn(0, 0ms);
        const bool is_half_written =
            turn && ::pwrite(fd.get(), half.data(), half.size(), SharedFilters::kWordsAt) > 0 &&
            ::write(ready.in.get(), "r", 1) == 1;
        while (is_half_written) ::pause();
    });
    char byte = 0;
    REQUIRE(::read(ready.out.get(), &byte, 1) == 1);
    CHECK_FALSE(shared.find(0, words.digests));
    CHECK_FALSE(shared.take_turn(0, 10ms));
    CHECK(shared.take_turn(1, 0ms));
    ::kill(writer, SIGKILL);
    reap(writer);
    CHECK_FALSE(shared.find(0, words.digests));
    REQUIRE(shared.store(*shared.take_turn(0, 0ms), words.words()));
    CHECK(shared.find(0, words.digests));
}

TEST_CASE("words that could be written only in part are not there", "[shared_filters]") {
    const UniqueFd fd = memory();
    const SharedFilters shared(fd.get());
    const Words words("a");
    Apart process([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit low{SharedFilters::kWordsAt + IdFilterWords::kBytes / 2, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &low);
        const auto turn = shared.take_turn(0, 0ms);
        return fmt::to_string(turn && shared.store(*turn, words.words()));
    });
    CHECK(process.result() == "false");
    CHECK(blocks_of(fd) > 0);
    CHECK_FALSE(shared.find(0, {}));
    CHECK(shared.take_turn(0, 0ms));
}

TEST_CASE("threads of one process take turns, too", "[shared_filters]") {
    const UniqueFd fd = memory();
    const SharedFilters shared(fd.get());
    const SharedFilters other(fd.get());
    auto turn = shared.take_turn(0, 0ms);
    REQUIRE(turn);
    CHECK_FALSE(other.take_turn(0, 0ms));
    turn.reset();
    CHECK(other.take_turn(0, 0ms));
}

TEST_CASE("without memory, or beyond its end, nothing is shared", "[shared_filters]") {
    const SharedFilters none(-1);
    CHECK_FALSE(none.find(0, {}));
    CHECK_FALSE(none.take_turn(0, 0ms));
    const UniqueFd fd = memory();
    const std::int64_t far = std::int64_t{1} << 48U;
    CHECK_FALSE(SharedFilters(fd.get()).take_turn(far, 0ms));
    CHECK_FALSE(SharedFilters(fd.get()).find(far, {}));
}

TEST_CASE("sessions share the filters of each group that gets no more", "[shared_filters]") {
    FilteredLedger ledger;
    const UniqueFd fd = memory();
    ledger.add(0, kGroup - 1);
    Session first(ledger, fd.get());
    CHECK(first.lacking(kGroup - 1).empty());
    CHECK(blocks_of(fd) == 0);
    ledger.add(kGroup - 1, kGroup + 1);  // the group gets its last filter, and the next one its first
    CHECK(first.lacking(kGroup + 1).empty());
    const std::int64_t one_group = blocks_of(fd);
    CHECK(one_group * 512 >= std::int64_t{IdFilterWords::kBytes});
    CHECK(one_group * 512 < std::int64_t{IdFilterWords::kBytes} + (256 << 10));
    Session second(ledger, fd.get());
    CHECK(second.lacking(kGroup + 1).empty());
    CHECK(blocks_of(fd) == one_group);
    ledger.add(kGroup + 1, 3 * kGroup + 5);
    CHECK(second.lacking(3 * kGroup + 5).empty());
    CHECK(blocks_of(fd) == 3 * one_group);
    CHECK(first.lacking(3 * kGroup + 5).empty());
    CHECK(blocks_of(fd) == 3 * one_group);
}

TEST_CASE("a session that was refused its turn shares later", "[shared_filters]") {
    FilteredLedger ledger;
    const UniqueFd fd = memory();
    ledger.add(0, kGroup);
    Session session(ledger, fd.get());
    {
        const auto turn = SharedFilters(fd.get()).take_turn(0, 0ms);
        REQUIRE(turn);
        CHECK(session.lacking(kGroup).empty());
        CHECK(blocks_of(fd) == 0);
    }
    ledger.add(kGroup, kGroup + 1);
    CHECK(session.lacking(kGroup + 1).empty());
    CHECK(blocks_of(fd) > 0);
}

TEST_CASE("filters of another copy of the ledger are never used", "[shared_filters]") {
    const UniqueFd fd = memory();
    FilteredLedger one;
    one.add(0, kGroup);
    FilteredLedger other;
    other.add(0, kGroup, "other-");
    CHECK(Session(one, fd.get()).lacking(kGroup).empty());
    CHECK(Session(other, fd.get()).lacking(kGroup, "other-").empty());
    CHECK(Session(one, fd.get()).lacking(kGroup).empty());
}

TEST_CASE("a loading that fails leaves no filter in use that may be of other rows", "[shared_filters]") {
    const UniqueFd fd = memory();
    FilteredLedger ledger;
    ledger.add(0, kGroup - 1);
    Session session(ledger, fd.get());
    CHECK(session.lacking(kGroup - 1).empty());
    ledger.add(kGroup - 1, kGroup + 1);
    ledger.damage(kGroup);  // the group before it is shared by then
    CHECK_THROWS_AS(session.lacking(kGroup), SqliteError);
    // A copy comes into the ledger's file: its rows are the same up to what the session had loaded before.
    ledger.remove(kGroup - 1);
    ledger.remove(kGroup);
    ledger.add(kGroup - 1, kGroup + 1, "other-");
    CHECK(session.lacking(kGroup - 1).empty());
    CHECK(session.has(kGroup - 1, "other-"));
    CHECK(session.has(kGroup, "other-"));
}

TEST_CASE("a filter that a copy brings back is loaded, though the last one is the same", "[shared_filters]") {
    const UniqueFd fd = memory();
    for (const int shared : {-1, fd.get()}) {
        FilteredLedger ledger;
        ledger.add(0, kGroup + 2);
        ledger.remove(7);
        Session session(ledger, shared);
        CHECK(session.lacking(kGroup + 2) == "7 ");
        ledger.add(7, 8);
        CHECK(session.lacking(kGroup + 2).empty());
        ledger.remove(9);
        CHECK(session.lacking(9).empty());
    }
}
