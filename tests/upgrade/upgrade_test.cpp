// SPDX-License-Identifier: Apache-2.0
// The real programs take over what version 0.1.0 left, and finish it: every invoice once.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "common/core/segments/old_segments.hpp"
#include "common/ledger/sqlite/ledger_versions.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/text.hpp"
#include "tests/upgrade/old_image.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr const char* kTakenOver = "taking over what version 0.1.0 of this program has left";

// An image in the place of a run's own segments and ledger.
class Old {
  public:
    Old(const std::string& which, const std::string& source) : image(which) {
        image.set_source(source);
        image.set_ledger("sqlite:" + run.ledger().string());
    }
    void write() {
        image.write_ledger(run.ledger());
        image.write_segments(run.name());
    }
    // A start that takes it over, and ends when all is done.
    [[nodiscard]] Process start(std::vector<std::string> options) {
        options.insert(options.end(), {"--once", "--consumers", "2"});
        return run.start(options);
    }
    [[nodiscard]] static std::size_t times(const Process& process, const std::string& text) {
        return times_in(process.err(), text);
    }

    PipelineRun run;
    OldImage image;
};

std::string write_list(const PipelineRun& run) {
    std::string text;
    for (int i = 1; i <= 300; ++i) text += fmt::format("line-{}\n", i);
    const auto path = run.directory() / "list";
    write_file(path, text);
    return "lines:" + path.string();
}

}  // namespace

TEST_CASE("numbers of version 0.1.0 are finished, each once") {
    Old old("sequence", "sequence");
    old.write();
    const std::uint64_t rows = old.run.rows();
    REQUIRE(rows > 0);
    auto supervisor = old.start({"--source", "sequence:200", "--process", "none"});
    CHECK(supervisor.wait() == 0);
    INFO(supervisor.err());
    CHECK(Old::times(supervisor, kTakenOver) == 1);
    CHECK(Old::times(supervisor, "adopting 20 unfinished invoices") == 1);
    old.run.require_numbers_up_to(200);
    old.run.require_nothing_left();
    // The ledger was migrated: its rows of before are as they were, and those that followed say where they
    // are from.
    CHECK(old.run.count("SELECT version FROM schema") == static_cast<std::uint64_t>(kLedgerSchemaVersion));
    CHECK(old.run.count("SELECT count(*) FROM invoices WHERE generation IS NULL AND record IS NULL") == rows);
    CHECK(old.run.count("SELECT count(*) FROM invoices WHERE generation NOT NULL AND record NOT NULL") ==
          200 - rows);
    CHECK(old.run.count("SELECT count(DISTINCT generation) FROM invoices") == 1);
    CHECK(old.run.count("SELECT count(*) FROM generations WHERE host NOT NULL") == 1);
}

TEST_CASE("lines of version 0.1.0 are finished, each once") {
    const auto image = GENERATE(as<std::string>{}, "lines", "full");
    Old old(image, "");
    const std::string source = write_list(old.run);
    old.image.set_source(source);
    const int lines = image == "full" ? 100 : 300;
    if (image == "full") {
        std::string text;
        for (int i = 1; i <= lines; ++i) text += fmt::format("line-{}\n", i);
        write_file(source.substr(6), text);
    }
    old.write();
    auto supervisor = old.start({"--source", source, "--process", "none"});
    CHECK(supervisor.wait() == 0);
    INFO(supervisor.err());
    CHECK(Old::times(supervisor, kTakenOver) == 1);
    CHECK(old.run.rows() == static_cast<std::uint64_t>(lines));
    CHECK(old.run.count("SELECT count(DISTINCT position) FROM invoices WHERE status = 'booked'") ==
          static_cast<std::uint64_t>(lines));
    CHECK(old.run.count("SELECT count(*) FROM duplicates") == 0);
    CHECK(old.run.count("SELECT max(cursor) FROM sources") == std::filesystem::file_size(source.substr(6)));
    old.run.require_nothing_left();
}

TEST_CASE("files of version 0.1.0 are finished, each once, and lie where they belong") {
    const auto image = GENERATE(as<std::string>{}, "files", "spool");
    Old old(image, "");
    const auto spool = old.run.spool();
    std::filesystem::create_directories(spool);
    old.image.set_source("spool:" + spool.string());
    // Those that were in flight, or booked and not moved, under the positions that version gave them; and a
    // new one.
    std::set<std::string> files;
    old.image.for_each_unreleased([&](const std::string& id, std::uint64_t& position) {
        write_file(spool / id, "text of " + id);
        position = inode_of(spool / id);
        files.insert(id);
    });
    old.write();
    const std::uint64_t before = old.run.rows();
    const auto settle = [&](const std::string& id) {
        return old.run.count("SELECT count(*) FROM invoices WHERE id = '" + id + "'") != 0;
    };
    const auto durable = static_cast<std::uint64_t>(std::count_if(files.begin(), files.end(), settle));
    write_file(spool / "new", "text of new");
    files.insert("new");
    auto supervisor = old.start({"--source", "spool:" + spool.string(), "--process", "none"});
    CHECK(supervisor.wait() == 0);
    INFO(supervisor.err());
    CHECK(Old::times(supervisor, kTakenOver) == 1);
    CHECK(old.run.rows() == before + files.size() - durable);
    CHECK(old.run.count("SELECT count(*) FROM duplicates") == 0);
    CHECK(names_in(spool).empty());
    std::set<std::string> moved;
    for (const char* folder : {"booked", "rejected"}) {
        for (const auto& name : names_in(spool / folder)) moved.insert(name);
    }
    CHECK(moved == files);
    CHECK(names_in(spool / "duplicates").empty());
    old.run.require_nothing_left();
}

TEST_CASE("an upgrade that was killed between its two steps is finished by the next start") {
    Old old("sequence", "sequence");
    old.write();
    const std::string storage = "/dev/shm/" + old.run.name() + ".storage";
    const std::string left = read_file(storage);
    {
        auto segments = OldSegments::open(old.run.name());
        REQUIRE(segments);
        REQUIRE(segments->lock_exclusively());
        segments->convert().replace();
    }
    write_file(storage, left);  // as if the second step had not been taken
    REQUIRE(::chmod(storage.c_str(), 0600) == 0);
    auto supervisor = old.start({"--source", "sequence:200", "--process", "none"});
    CHECK(supervisor.wait() == 0);
    INFO(supervisor.err());
    old.run.require_numbers_up_to(200);
    old.run.require_nothing_left();
}

TEST_CASE("what version 0.1.0 left of another source is refused, and stays to the byte") {
    Old old("sequence", "sequence");
    old.write();
    const std::string ring = "/dev/shm/" + old.run.name() + ".ring";
    const std::string before = read_file(ring);
    auto supervisor = old.start({"--source", write_list(old.run), "--process", "none"});
    CHECK(supervisor.wait() == 78);
    CHECK(supervisor.err().find("holds 20 unfinished invoices of source 'sequence'") != std::string::npos);
    CHECK(read_file(ring) == before);
    CHECK(old.run.segments().size() == 2);
}

TEST_CASE("old segments are waited for while a process of version 0.1.0 has them") {
    Old old("sequence", "sequence");
    old.write();
    auto segments = OldSegments::open(old.run.name());
    REQUIRE(segments);
    REQUIRE(segments->lock_exclusively());
    auto supervisor = old.start({"--source", "sequence:200", "--process", "none"});
    REQUIRE(eventually([&] {
        return supervisor.err().find("waiting for the processes of an earlier supervisor") !=
               std::string::npos;
    }));
    CHECK(OldSegments::open(old.run.name()).has_value());
    segments.reset();
    CHECK(supervisor.wait() == 0);
    old.run.require_numbers_up_to(200);
    old.run.require_nothing_left();
}

TEST_CASE("receipts of version 0.1.0 are no reason to refuse another source") {
    Old old("lines", "sequence");
    layout_4::Ring& ring = old.image.ring();
    layout_4::Storage& storage = old.image.storage();
    // All that it had acquired is in the ledger.
    ring.tail = ring.head = storage.tail;
    ring.pop_lock = ring.push_lock;
    ring.hands = {};
    old.write();
    auto supervisor = old.start({"--source", write_list(old.run), "--process", "none"});
    CHECK(supervisor.wait() == 0);
    INFO(supervisor.err());
    CHECK(Old::times(supervisor, kTakenOver) == 0);
    CHECK(old.run.segments().empty());
    CHECK(PipelineRun::has_no_children());
}
