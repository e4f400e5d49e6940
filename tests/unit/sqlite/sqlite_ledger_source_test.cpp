// SPDX-License-Identifier: Apache-2.0
// What the ledger keeps of a source: its cursor, and of a list the digest before it and which file it is.
#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

Digest digest_of(std::uint8_t byte) {
    Digest digest;
    digest.fill(byte);
    return digest;
}

// A commit of the source `lines:/f` with a record of its own.
class Commits {
  public:
    explicit Commits(Ledger& ledger, std::uint64_t generation = 1)
        : ledger_(ledger), generation_(generation) {}

    void at(std::uint64_t cursor, std::optional<Digest> digest, std::string_view file = "1:2:3") {
        CommitContext context = ordinary();
        context.cursor = cursor;
        context.digest = digest;
        if (digest) context.file = file;
        commit(context);
    }
    void without_cursor() { commit(ordinary()); }
    void begin_anew() { from_start_ = true; }

  private:
    [[nodiscard]] CommitContext ordinary() const {
        CommitContext context{"lines:/f", std::nullopt, WallClock(), generation_};
        context.from_start = from_start_;
        return context;
    }
    void commit(const CommitContext& context) {
        Batch batch;
        batch.add("x", 1);
        ledger_.commit(batch.range_from(records_), context);
        ++records_;
    }

    Ledger& ledger_;
    std::uint64_t generation_;
    std::uint64_t records_ = 0;
    bool from_start_ = false;
};

std::string row(const LedgerFolder& folder) {
    return ask(folder.ledger(),
               "SELECT coalesce(cursor, '-') || ' ' || coalesce(substr(digest, 1, 4), '-') || ' ' ||"
               " coalesce(file, '-') FROM sources");
}

}  // namespace

TEST_CASE("a cursor goes with the digest of what lies before it, and with no other", "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Commits commits(ledger);
    commits.at(10, digest_of(0x10));
    CHECK(row(folder) == "10 1010 1:2:3");
    commits.without_cursor();
    CHECK(row(folder) == "10 1010 1:2:3");
    commits.at(5, digest_of(0x05));  // never back
    CHECK(row(folder) == "10 1010 1:2:3");
    commits.at(20, digest_of(0x20), "1:2:4");
    CHECK(row(folder) == "20 2020 1:2:4");
    commits.at(30, std::nullopt);  // as of version 0.1.0: the old digest would be a wrong one
    CHECK(row(folder) == "30 - 1:2:4");
    commits.at(30, digest_of(0x30));
    CHECK(row(folder) == "30 3030 1:2:3");
    const auto known = ledger.known("lines:/f", "");
    REQUIRE(known);
    CHECK(known->cursor == 30U);
    CHECK(known->digest == digest_of(0x30));
    CHECK(known->file == "1:2:3");
}

TEST_CASE("a source that is begun anew gets a new cursor by the first commit, and by no other",
          "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Commits(ledger).at(100, digest_of(0x11));
    Commits anew(ledger, 2);
    anew.begin_anew();
    SECTION("at its mark") {
        anew.at(10, digest_of(0x22), "1:2:9");
        CHECK(row(folder) == "10 2222 1:2:9");
    }
    SECTION("at the beginning, as long as there is no mark") {
        anew.without_cursor();
        CHECK(row(folder) == "0 - -");
        anew.at(10, digest_of(0x22));
    }
    anew.at(5, digest_of(0x33));  // as a redo may say
    CHECK(ledger.cursor("lines:/f") == 10U);
    anew.at(20, digest_of(0x44));
    CHECK(ledger.cursor("lines:/f") == 20U);
}

TEST_CASE("a list is known by its file, whatever its name, and else by its name", "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Commits(ledger).at(10, digest_of(0x10), "1:2:3");
    CHECK(ledger.known("lines:/elsewhere", "1:2:3")->source == "lines:/f");
    CHECK(ledger.known("lines:/f", "1:2:4")->source == "lines:/f");
    CHECK_FALSE(ledger.known("lines:/elsewhere", "1:2:4"));
    CHECK_FALSE(ledger.known("lines0:/f", "1:2:3"));  // the same file, read in another way
    CHECK_FALSE(ledger.known("lines:/elsewhere", ""));
}
