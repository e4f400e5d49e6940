// SPDX-License-Identifier: Apache-2.0
// Files of invoices that are given again, and what has become of them meanwhile: the spool was copied, its
// ledger restored, or somebody has edited a file.
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/spool_fixture.hpp"
#include "tests/unit/spool/watched_spool.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;
using BringBack = Source::BringBack;

namespace {

// Knows the files that a test names.
class KnownRows final : public LedgerLookup {
  public:
    std::map<std::string, std::uint64_t> rows;  // id and position
    bool stores = true;

    [[nodiscard]] bool remembers() const noexcept override { return stores; }
    bool knows_source() override { return !rows.empty(); }
    std::optional<Answer> find(std::string_view id, const FileIdentity& file) override {
        const auto row = rows.find(std::string(id));
        if (row == rows.end() || row->second != file.position()) return std::nullopt;
        return Answer{Outcome::Waiting};
    }
    void find_booked(std::span<const std::string_view>, std::span<bool>) override {}
    void close() noexcept override {}
};

// A spool that was used before: it has its folders.
struct UsedSpool : Spool {
    UsedSpool() { SpoolSource(path, Resume{}); }
};

}  // namespace

TEST_CASE("a file that has taken the place of an invoice's own is taken as a new one", "[spool_return]") {
    const UsedSpool spool;
    const char* const folder = GENERATE("waiting", "failed", "rejected", ".");
    CAPTURE(folder);
    Watched watched(looking_every(0s));
    watched.open(spool);
    spool.write("old");
    const std::uint64_t old = position_of(spool.path / "old");
    fs::rename(spool.path / "old", spool.outside / "old");
    write_file(spool.outside / "a", "edited");
    fs::rename(spool.outside / "a", spool.path / folder / "a");

    // The row of 'a' has another position: its own file is gone.
    CHECK(watched.source->bring_back("a", old) == BringBack::Occupied);
    CHECK(watched.take_until(1) == Ids{"a"});
    CHECK(fs::exists(spool.path / "a"));
    // It is in the pipeline now, and the row is still not given.
    CHECK(watched.source->bring_back("a", old) == BringBack::Occupied);
}

TEST_CASE("an invoice whose file is gone is given again without one", "[spool_return]") {
    const UsedSpool spool;
    Watched watched({0s, 0s, {}, "*.bak"});
    watched.open(spool);
    CHECK(watched.source->bring_back("a", 7) == BringBack::Ready);
    // Neither a folder nor a name that the spool leaves out takes the place of a file.
    fs::create_directory(spool.path / "waiting" / "a");
    CHECK(watched.source->bring_back("a", 7) == BringBack::Ready);
    write_file(spool.path / "waiting" / "a.bak", "x");
    CHECK(watched.source->bring_back("a.bak", 7) == BringBack::Ready);
    CHECK(fs::exists(spool.path / "waiting" / "a.bak"));
}

TEST_CASE("what waits without the ledger knowing of it goes back into the spool at the start",
          "[spool_return]") {
    const UsedSpool spool;
    for (const char* name : {"known", "unknown", "another", "unknown~123", "unknown~123.4"})
        write_file(spool.path / "waiting" / name, name);
    fs::create_directory(spool.path / "waiting" / "folder");
    write_file(spool.path / "another", "already there");
    const auto ledger = std::make_shared<KnownRows>();
    ledger->rows = {{"known", position_of(spool.path / "waiting" / "known")}, {"another", 1}};
    Watched watched(looking_every(0s));
    watched.context.ledger = ledger;
    const CapturedLog log;
    watched.open(spool);
    CHECK(sorted(watched.take_until(2)) == Ids{"another", "unknown"});
    CHECK(sorted(spool.in("waiting")) == Ids{"another", "known", "unknown~123", "unknown~123.4"});
    CHECK(fs::is_directory(spool.path / "waiting" / "folder"));
    CHECK(log.has("1 file was in waiting/, and the ledger does not know of it: back in the spool"));
}

TEST_CASE("a ledger that knows nothing of the spool gets all that waits, one that stores nothing none of it",
          "[spool_return]") {
    const UsedSpool spool;
    write_file(spool.path / "waiting" / "a", "x");
    const auto ledger = std::make_shared<KnownRows>();
    ledger->stores = GENERATE(true, false);
    Watched watched(looking_every(0s));
    watched.context.ledger = ledger;
    watched.open(spool);
    CHECK(fs::exists(spool.path / "waiting" / "a") == !ledger->stores);
    CHECK(fs::exists(spool.path / "a") == ledger->stores);
}

TEST_CASE("names that a move has made are told from others", "[spool_return]") {
    for (const char* name : {"a~1", "a.xml~123", "a~123.4", "~1", "a~b~12"}) CHECK(is_made_name(name));
    for (const char* name : {"a", "a~", "a~b", "a~1b", "a~1.", "a~.1", "a~1.b", "a~1.2.3", "1", ""})
        CHECK_FALSE(is_made_name(name));
}
