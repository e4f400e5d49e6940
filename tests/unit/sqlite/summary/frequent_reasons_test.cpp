// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/summary/frequent_reasons.hpp"

#include <string>
#include <vector>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/summary/acquired_count.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/sqlite/read_ledger.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

// Invoices with a status and a reason each; the ids are "id-FIRST" and so on.
class Rows {
  public:
    explicit Rows(std::uint64_t first) : position_(first) {}
    Rows& add(Status status, const std::vector<std::string>& reasons) {
        for (const auto& reason : reasons) {
            batch_.add("id-" + std::to_string(position_), position_, status);
            batch_.details().set_reason(reason);
            ++position_;
        }
        return *this;
    }
    // Commits them, and closes the ledger: the reader is for ledgers that other processes have open, or none.
    void commit(const LedgerFolder& folder, const CommitContext& run) {
        SqliteLedger(folder.ledger()).commit(batch_.range(), run);
    }

  private:
    Batch batch_;
    std::uint64_t position_;
};

std::string text_of(const FrequentReasons& found) {
    std::string text;
    for (const auto& [reason, count] : found.most) text += reason + " " + std::to_string(count) + "; ";
    return text + std::to_string(found.rows) + (found.is_whole ? "" : " of more");
}

}  // namespace

TEST_CASE("the most frequent reasons of a run come first, and those of other runs not at all", "[summary]") {
    const LedgerFolder folder;
    const CommitContext before = context("s");
    const CommitContext run = context("s");
    Rows(1).add(Status::Failed, {"d", "d", "d", "d"}).commit(folder, before);
    Rows(10)
        .add(Status::Failed, {"a", "b", "a", "c", "a", "b"})
        .add(Status::Rejected, {"c", "c", "c", "c", "e"})
        .add(Status::Booked, {"f"})
        .commit(folder, run);
    const auto found = read_frequent_reasons(folder.ledger(), {run.generation, 6, 5});
    REQUIRE(found);
    CHECK(text_of(*found) == "c 5; a 3; b 2; 11");
    CHECK(text_of(read_frequent_reasons(folder.ledger(), {before.generation, 4, 0}).value()) == "d 4; 4");
    CHECK(text_of(read_frequent_reasons(folder.ledger(), {run.generation, 0, 5}).value()) == "c 4; e 1; 5");
    // More than the ledger has, as when a row has been replaced since.
    CHECK(text_of(read_frequent_reasons(folder.ledger(), {run.generation, 9, 0}).value()) ==
          "a 3; b 2; c 1; 6");
}

TEST_CASE("the reading of reasons is bounded, and says so", "[summary]") {
    const LedgerFolder folder;
    const CommitContext run = context("s");
    Rows(1).add(Status::Failed, {"a", "a", "a", "b", "b"}).commit(folder, run);
    change(folder.ledger(), "UPDATE invoices SET stored_at = stored_at + 1 WHERE reason = 'b'");
    CHECK(text_of(read_frequent_reasons(folder.ledger(), {run.generation, 5, 0}, 10s, 2).value()) ==
          "b 2; 2 of more");
    CHECK(text_of(read_frequent_reasons(folder.ledger(), {run.generation, 2, 0}, 10s, 2).value()) ==
          "b 2; 2");
    // Without time, a row is read all the same.
    CHECK(text_of(read_frequent_reasons(folder.ledger(), {run.generation, 5, 0}, 0ms).value()) ==
          "b 1; 1 of more");
}

TEST_CASE("a ledger that cannot be read has no reasons, and nobody waits for it", "[summary]") {
    const LedgerFolder folder;
    CHECK_FALSE(read_frequent_reasons(folder.ledger(), {1, 1, 0}, 10min));
    CHECK_FALSE(read_acquired_count(folder.ledger(), "s", 10min));
    folder.write("invoices.db", std::string(4096, 'x'));
    CHECK_FALSE(read_frequent_reasons(folder.ledger(), {1, 1, 0}, 10ms));
    CHECK_FALSE(read_acquired_count(folder.ledger(), "s", 10ms));
}

TEST_CASE("a ledger knows how many invoices each source has given", "[summary]") {
    const LedgerFolder folder;
    const Writer writer(folder.ledger(), 5);  // another pipeline has it open
    CHECK(read_acquired_count(folder.ledger(), "sequence") == 5);
    CHECK_FALSE(read_acquired_count(folder.ledger(), "lines:/ids"));
}
