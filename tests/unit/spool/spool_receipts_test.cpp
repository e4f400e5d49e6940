// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_receipts.hpp"

#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/spool_fixture.hpp"
#include "tests/support/without_privileges.hpp"

using namespace pipeline;
using namespace pipeline::test;
using Ids = std::vector<std::string>;
namespace fs = std::filesystem;

TEST_CASE("a durable file is moved to the folder of its outcome", "[spool_receipts]") {
    const Spool spool;
    for (const char* name : {"1", "2", "3", "4"}) spool.hand_over(name, name);
    SpoolSource source(spool.path, {});
    const auto taken = take_all(source);
    REQUIRE(taken.size() == 4);
    for (const Taken& item : taken) {
        source.acknowledge(receipt_of(item, static_cast<Outcome>(item.id[0] - '1')));
    }
    CHECK(spool.in("").empty());
    CHECK(read_file(spool.path / "booked/1") == "1");
    CHECK(read_file(spool.path / "rejected/2") == "2");
    CHECK(read_file(spool.path / "failed/3") == "3");
    CHECK(read_file(spool.path / "duplicates/4") == "4");
    CHECK(take_all(source).empty());
    CHECK(source.exhausted());
}

TEST_CASE("acknowledging again after a kill changes nothing", "[spool_receipts]") {
    const Spool spool;
    spool.write("a");
    std::vector<Taken> taken;
    {
        SpoolSource killed(spool.path, {});
        taken = take_all(killed);
        killed.acknowledge(receipt_of(taken.at(0)));
    }
    Resume resume;
    resume.in_flight = {taken[0].position};
    resume.acquired = 1;
    SpoolSource source(spool.path, resume);
    CHECK(source.expected() == 1U);
    source.acknowledge(receipt_of(taken[0]));
    source.acknowledge(receipt_of(taken[0]));
    CHECK(take_all(source).empty());
    CHECK(source.exhausted());
    CHECK(spool.in("booked") == Ids{"a"});
}

TEST_CASE("a file that cannot have an id of its own goes the whole way under a safe one",
          "[spool_receipts]") {
    const std::string name = GENERATE(std::string("new\nline"), std::string(254, 'y') + "\n");
    const bool restarted = GENERATE(false, true);
    const Spool spool;
    spool.write(name, "content");
    auto source = std::make_unique<SpoolSource>(spool.path, Resume{});
    const auto taken = take_all(*source);
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].unusable);
    CHECK(is_usable_id(taken[0].id));
    CHECK(taken[0].position == position_of(spool.path / name));
    if (restarted) {
        Resume resume;
        resume.in_flight = {taken[0].position};
        source.reset();
        source = std::make_unique<SpoolSource>(spool.path, resume);
        CHECK(take_all(*source).empty());
    }
    source->acknowledge(receipt_of(taken[0], Outcome::Failed));
    CHECK(read_file(spool.path / "failed" / name) == "content");
    CHECK(spool.in("").empty());
    source->acknowledge(receipt_of(taken[0], Outcome::Failed));
    CHECK(take_all(*source).empty());
    CHECK(source->exhausted());
}

TEST_CASE("a file with a name of any length has the name as its id", "[spool_receipts]") {
    const std::string name(GENERATE(103U, 104U, 255U), 'x');
    const Spool spool;
    spool.write(name, "content");
    SpoolSource source(spool.path, Resume{});
    const auto taken = take_all(source);
    REQUIRE(ids_of(taken) == Ids{name});
    CHECK_FALSE(taken[0].unusable);
    source.acknowledge(receipt_of(taken[0]));
    CHECK(spool.in("booked") == Ids{name});
}

TEST_CASE("a file that was replaced while it was in flight stays as a new invoice", "[spool_receipts]") {
    const Spool spool;
    spool.write("a", "first");
    SpoolSource source(spool.path, {});
    const auto first = take_all(source);
    spool.hand_over("a", "second");
    source.acknowledge(receipt_of(first.at(0)));
    CHECK(spool.in("booked").empty());
    CHECK(read_file(spool.path / "a") == "second");
    const auto second = take_all(source);
    REQUIRE(ids_of(second) == Ids{"a"});
    CHECK(second[0].position != first[0].position);
    source.acknowledge(receipt_of(second[0], Outcome::Duplicate));
    CHECK(read_file(spool.path / "duplicates/a") == "second");
}

TEST_CASE(
    "a new invoice that is in the pipeline under the name of an acknowledged one never leaves the spool",
    "[spool_receipts]") {
    class Counted final : public FileMoves {
      public:
        unsigned renames = 0;
        int rename(int from, const char* name, int to, const char* to_name, unsigned flags) override {
            ++renames;
            return FileMoves::rename(from, name, to, to_name, flags);
        }
    };
    const auto moves = std::make_shared<Counted>();
    SourceContext context;
    context.moves = moves;
    const bool adopted = GENERATE(true, false);
    const Spool spool;
    spool.write("a", "first");
    auto source = std::make_unique<SpoolSource>(spool.path, Resume{}, limits_of(10), context);
    const auto first = take_all(*source);
    if (adopted) {
        Resume resume;
        resume.in_flight = {first.at(0).position};
        source.reset();
        source = std::make_unique<SpoolSource>(spool.path, resume, limits_of(10), context);
    }
    spool.hand_over("a", "second");
    const auto second = take_all(*source);
    REQUIRE(ids_of(second) == Ids{"a"});
    const unsigned before = moves->renames;
    source->acknowledge(receipt_of(first.at(0)));
    CHECK(moves->renames == before);
    source->acknowledge(receipt_of(second.at(0), Outcome::Duplicate));
    CHECK(read_file(spool.path / "duplicates/a") == "second");
    CHECK(spool.in("").empty());
}

TEST_CASE("a file that was taken away is no error", "[spool_receipts]") {
    const Spool spool;
    spool.write("given");
    spool.write("not-given");
    spool.date("given", 1000);
    SpoolSource source(spool.path, {});
    const auto taken = take(source, 1);
    fs::remove(spool.path / "given");
    fs::remove(spool.path / "not-given");
    CHECK(take_all(source).empty());
    source.acknowledge(receipt_of(taken.at(0)));
    CHECK(take_all(source).empty());
    CHECK(source.exhausted());
    CHECK(spool.in("booked").empty());
}

TEST_CASE("the newest file has the plain name where it goes, and nothing is replaced", "[spool_receipts]") {
    const std::string name = GENERATE(std::string("a"), std::string(255, 'z'));
    const Spool spool;
    spool.write(name, "new");
    SpoolSource source(spool.path, {});
    const auto taken = take_all(source);
    write_file(spool.path / "booked" / name, "old");
    const std::uint64_t inode = inode_of(spool.path / "booked" / name);
    const auto with = [&](const std::string& suffix) { return name.substr(0, 255 - suffix.size()) + suffix; };
    const std::string first = with("~" + std::to_string(inode));
    const std::string second = with("~" + std::to_string(inode) + ".1");

    SECTION("once") {
        source.acknowledge(receipt_of(taken.at(0)));
        CHECK(read_file(spool.path / "booked" / first) == "old");
    }
    SECTION("twice") {
        write_file(spool.path / "booked" / first, "older");
        source.acknowledge(receipt_of(taken.at(0)));
        CHECK(read_file(spool.path / "booked" / first) == "older");
        CHECK(read_file(spool.path / "booked" / second) == "old");
    }
    CHECK(read_file(spool.path / "booked" / name) == "new");
    CHECK(spool.in("").empty());
}

TEST_CASE("an outcome's folder that was removed is made again", "[spool_receipts]") {
    const Spool spool;
    spool.write("a");
    SpoolSource source(spool.path, {});
    const auto taken = take_all(source);
    fs::remove(spool.path / "booked");
    source.acknowledge(receipt_of(taken.at(0)));
    CHECK(spool.in("booked") == Ids{"a"});
}

TEST_CASE("files that cannot be moved are reported once, not given again, and moved when it is possible",
          "[spool_receipts]") {
    const CapturedLog captured;
    const Spool spool;
    for (int i = 0; i < 20; ++i) spool.write(std::to_string(i));
    SpoolSource source(spool.path, {}, limits_of(100));
    const auto taken = take_all(source);
    REQUIRE(taken.size() == 20);
    fs::remove(spool.path / "booked");
    write_file(spool.path / "booked", "in the way");  // a file where the folder was
    const auto arrived = take_all(source);
    REQUIRE(ids_of(arrived) == Ids{"booked"});

    for (const Taken& item : taken) source.acknowledge(receipt_of(item));
    CHECK(take_all(source).empty());
    CHECK(source.exhausted());
    CHECK(captured.lines().size() == 1);
    CHECK(spool.in("").size() == 21);

    fs::remove(spool.path / "booked");
    fs::create_directory(spool.path / "booked");
    // One call moves files for 10 ms at most.
    CHECK(eventually([&] { return take_all(source).empty() && spool.in("booked").size() == 20; }));
    CHECK(spool.in("").empty());
    CHECK(captured.lines().size() == 2);
}

TEST_CASE("while more files cannot be moved than are kept in mind, no more are given", "[spool_receipts]") {
    const CapturedLog captured;
    const Spool spool;
    for (int i = 0; i < 20; ++i) spool.write(std::to_string(i));
    SpoolSource source(spool.path, {}, limits_of(100, 5));
    const auto taken = take(source, 8);
    REQUIRE(taken.size() == 8);
    fs::remove(spool.path / "booked");
    write_file(spool.path / "booked", "in the way");
    for (const Taken& item : taken) source.acknowledge(receipt_of(item));

    CHECK(take_all(source).empty());
    CHECK_FALSE(source.exhausted());
    const auto begin = std::chrono::steady_clock::now();
    source.wait(-1, std::chrono::milliseconds(30));  // for the next try, although files are waiting
    CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(30));
    CHECK(captured.lines().size() == 2);  // the cause, the bound

    fs::remove(spool.path / "booked");
    fs::create_directory(spool.path / "booked");
    std::vector<Taken> others;
    CHECK(eventually([&] {
        for (Taken& item : take_all(source)) others.push_back(std::move(item));
        return others.size() == 12 && spool.in("booked").size() == 8;  // those beyond the bound too
    }));
    for (const Taken& item : others) source.acknowledge(receipt_of(item));
    CHECK(eventually([&] { return take_all(source).empty() && spool.in("booked").size() == 20; }));
    CHECK(source.exhausted());
    CHECK(captured.lines().size() == 3);  // the end
}

TEST_CASE("a spool that gives no more because of files that cannot be moved can be drained",
          "[spool_receipts]") {
    const CapturedLog captured;
    const Spool spool;
    for (const char* name : {"1", "2"}) spool.write(name);
    SpoolSource source(spool.path, {}, limits_of(100, 1));
    const auto taken = take(source, 1);
    fs::remove(spool.path / "booked");
    write_file(spool.path / "booked", "in the way");
    source.acknowledge(receipt_of(taken.at(0)));
    CHECK_FALSE(source.exhausted());
    source.stop();
    CHECK(source.exhausted());
}

TEST_CASE("once files can be moved again, all are, without waiting between them", "[spool_receipts]") {
    const CapturedLog captured;
    constexpr std::size_t kFiles = 600;  // more than are tried at a time
    const Spool spool;
    for (std::size_t i = 0; i < kFiles; ++i) spool.write(std::to_string(i));
    SpoolReceipts::Limits limits;
    limits.retry_after = std::chrono::milliseconds(200);
    SpoolSource source(spool.path, {}, {1000, limits});
    const auto taken = take_all(source);
    REQUIRE(taken.size() == kFiles);
    fs::remove(spool.path / "booked");
    write_file(spool.path / "booked", "in the way");
    for (const Taken& item : taken) source.acknowledge(receipt_of(item));
    fs::remove(spool.path / "booked");
    fs::create_directory(spool.path / "booked");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (spool.in("booked").empty() && std::chrono::steady_clock::now() < until) {
        CHECK(take_all(source).empty());
        source.wait(-1, std::chrono::milliseconds(10));
    }
    // Each wait() tries some; none of them fails, so none waits for the time to try again.
    for (std::size_t i = 0; i < kFiles && spool.in("booked").size() < kFiles; ++i)
        source.wait(-1, std::chrono::milliseconds(10));
    CHECK(spool.in("booked").size() == kFiles);
}

TEST_CASE("a spool out of which nothing can be moved is one clear line", "[spool_receipts]") {
    const Spool spool;
    REQUIRE(::chmod(spool.root.path().c_str(), 0755) == 0);
    fs::create_directory(spool.path / "taken");
    write_file(spool.path / "taken/rejected", "");
    fs::create_directory(spool.path / "readonly");
    REQUIRE(::chmod((spool.path / "readonly").c_str(), 0555) == 0);
    const auto taken = refusal_of([&] { SpoolSource(spool.path / "taken", {}); });
    CHECK(taken.status == ExitStatus::CannotCreate);
    CHECK(mentions(taken.text, "taken/rejected"));
    const WithoutPrivileges lowered;
    const auto read_only = refusal_of([&] { SpoolSource(spool.path / "readonly", {}); });
    CHECK(read_only.status == ExitStatus::CannotCreate);
    CHECK(mentions(read_only.text, "must be writable"));
}
