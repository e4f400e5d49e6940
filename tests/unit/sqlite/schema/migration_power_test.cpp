// SPDX-License-Identifier: Apache-2.0
// Power cuts during a migration, on a simulated disk: whatever of the unsynced writes survives, the ledger is
// the old one or the new one, whole.
#include <fmt/format.h>

#include <random>
#include <string>

#include "common/ledger/sqlite/ledger_versions.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/support/scale.hpp"
#include "tests/unit/sqlite/old_ledgers.hpp"
#include "tests/unit/sqlite/power_disk.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string rows(const std::filesystem::path& file) {
    return ask(file,
               "SELECT (SELECT group_concat(rowid || id || status || stored_at) FROM invoices)"
               " || (SELECT group_concat(source || position || id || seen_at) FROM duplicates)"
               " || (SELECT group_concat(source || cursor || acquired) FROM sources)");
}

}  // namespace

TEST_CASE("a power cut at any write of a migration leaves the old version or the new one", "[power]") {
    const std::uint64_t seed = test_seed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const int version = GENERATE(1, 2, 3);
    const std::string newest = std::to_string(kLedgerSchemaVersion);
    int left_old = 0;
    int left_new = 0;
    bool is_over = false;
    for (std::uint64_t changes = 1; !is_over; ++changes) {
        for (int times = 0; times < 3; ++times) {
            const LedgerFolder folder;
            change(folder.ledger(), old_ledger(version));
            const auto before = rows(folder.ledger());
            PowerDisk disk(random);
            disk.keep(folder.ledger());
            {
                const DiskShim shim(disk);
                disk.cut_after(changes);
                try {
                    const SqliteLedger ledger(folder.ledger());
                    is_over = true;
                } catch (const Failure&) {
                    REQUIRE(disk.is_off());
                }
            }
            if (disk.is_off()) disk.restore();
            const auto found = ask(folder.ledger(), "SELECT version FROM schema_version");
            CHECK((found == std::to_string(version) || found == newest));
            ++(found == newest ? left_new : left_old);
            CHECK(rows(folder.ledger()) == before);
            CHECK(ask(folder.ledger(), "PRAGMA integrity_check") == "ok");
            { const SqliteLedger next(folder.ledger()); }
            CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == newest);
            CHECK(rows(folder.ledger()) == before);
        }
    }
    CHECK(left_old > 0);
    CHECK(left_new > 0);
}
