// SPDX-License-Identifier: Apache-2.0
// The folders that receipts need: whose they are, what is refused at the start, what happens when somebody
// changes them.
#include "producer/sources/spool/outcome_folders.hpp"

#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>

#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/spool_fixture.hpp"
#include "tests/support/without_privileges.hpp"

using namespace pipeline;
using namespace pipeline::test;
using Ids = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

// Each rename and link first asks whether it fails.
class Refusing final : public FileMoves {
  public:
    std::function<int(unsigned flags)> on_rename = [](unsigned) { return 0; };
    int on_link = 0;
    int rename(int from, const char* name, int to, const char* to_name, unsigned flags) override {
        const int error = on_rename(flags);
        return error != 0 ? error : FileMoves::rename(from, name, to, to_name, flags);
    }
    int link(int from, const char* name, int to, const char* to_name) override {
        return on_link != 0 ? on_link : FileMoves::link(from, name, to, to_name);
    }
};

int not_known_here(unsigned flags) {
    return flags != 0 ? EINVAL : 0;
}

bool is_root() {
    if (::geteuid() == 0) return true;
    std::cerr << "not tried: giving files to other users needs root\n";
    return false;
}

void give_to(const fs::path& path, uid_t user) {
    REQUIRE(::chown(path.c_str(), user, static_cast<gid_t>(-1)) == 0);
}

Refusal refusal(const Spool& spool, std::shared_ptr<FileMoves> moves = nullptr) {
    SourceContext context;
    if (moves) context.moves = std::move(moves);
    return refusal_of([&] { SpoolSource(spool.path, {}, {}, context); });
}

std::vector<std::string> hidden_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (name.front() == '.' && name != ".moving") names.push_back(name);
    }
    return names;
}

}  // namespace

TEST_CASE("a link where a folder is needed is refused at the start and not followed", "[outcome_folders]") {
    const std::string name = GENERATE("booked", "rejected", "failed", "duplicates", ".moving");
    const Spool spool;
    fs::create_symlink(GENERATE(as<std::string>{}, "..", "/nonexistent", "/proc"), spool.path / name);
    const auto [status, text] = refusal(spool);
    CHECK(status == ExitStatus::CannotCreate);
    CHECK(mentions(text, (spool.path / name).string()));
    CHECK(mentions(text, "symbolic link"));
}

TEST_CASE("a folder that somebody else has planted is refused, the spool owner's is not",
          "[outcome_folders]") {
    if (!is_root()) return;
    constexpr uid_t kOwner = 61001;
    constexpr uid_t kStranger = 61003;
    const std::string name = GENERATE("booked", ".moving");
    const Spool spool;
    give_to(spool.path, kOwner);
    fs::create_directory(spool.path / name);
    give_to(spool.path / name, kOwner);
    CHECK(refusal(spool).status == ExitStatus::Drained);
    give_to(spool.path / name, kStranger);
    const auto [status, text] = refusal(spool);
    CHECK(status == ExitStatus::CannotCreate);
    CHECK(mentions(text, "belongs to user 61003"));
}

TEST_CASE("a sticky folder of somebody else, whose files could not be moved, is refused",
          "[outcome_folders]") {
    if (!is_root()) return;
    const Spool spool;
    REQUIRE(::chmod(spool.root.path().c_str(), 0755) == 0);
    REQUIRE(::chmod(spool.path.c_str(), 01777) == 0);
    CHECK(refusal(spool).status == ExitStatus::Drained);  // root may
    for (const auto& entry : fs::directory_iterator(spool.path)) fs::remove_all(entry.path());
    const WithoutPrivileges lowered;
    const auto [status, text] = refusal(spool);
    CHECK(status == ExitStatus::CannotCreate);
    CHECK(mentions(text, "is sticky and belongs to user 0"));
}

TEST_CASE("a sticky spool of one's own works", "[outcome_folders]") {
    const Spool spool;
    REQUIRE(::chmod(spool.path.c_str(), 03770) == 0);
    CHECK(refusal(spool).status == ExitStatus::Drained);
}

TEST_CASE("what keeps files from being moved is found out at the start, by trying", "[outcome_folders]") {
    const Spool spool;
    const auto moves = std::make_shared<Refusing>();
    SECTION("a folder on another mount") {
        const unsigned nth = GENERATE(1U, 2U, 6U);
        auto calls = std::make_shared<unsigned>(0);
        moves->on_rename = [=](unsigned) { return ++*calls == nth ? EXDEV : 0; };
        const auto [status, text] = refusal(spool, moves);
        CHECK(status == ExitStatus::CannotCreate);
        CHECK(mentions(text, "another file system or mount"));
        CHECK(mentions(text, (spool.path / (nth < 5 ? "booked" : "rejected")).string()));
    }
    SECTION("an immutable folder") {
        moves->on_rename = [](unsigned) { return EPERM; };
        const auto [status, text] = refusal(spool, moves);
        CHECK(status == ExitStatus::CannotCreate);
        CHECK(mentions(text, "immutable"));
    }
    SECTION("neither renames without replacing nor hard links") {
        moves->on_rename = not_known_here;
        moves->on_link = EPERM;
        const auto [status, text] = refusal(spool, moves);
        CHECK(status == ExitStatus::CannotCreate);
        CHECK(mentions(text, "neither rename without replacing nor make hard links"));
    }
    CHECK(hidden_in(spool.path).empty());
}

TEST_CASE("a disk that is full when it starts is no reason to refuse: moves are tried again",
          "[outcome_folders]") {
    const CapturedLog captured;
    const Spool spool;
    spool.write("a");
    const auto moves = std::make_shared<Refusing>();
    moves->on_rename = [](unsigned) { return ENOSPC; };
    SourceContext context;
    context.moves = moves;
    SpoolSource source(spool.path, {}, limits_of(10), context);
    CHECK(captured.lines().size() == 1);
    const auto taken = take_all(source);
    source.acknowledge(receipt_of(taken.at(0)));
    CHECK(static_cast<SourceState>(context.report->numbers().state.load()) == SourceState::CannotMove);
    CHECK(context.report->numbers().unmoved == 1U);
    CHECK(mentions(context.report->numbers().sentence.load(), "a to booked"));
    moves->on_rename = [](unsigned) { return 0; };
    CHECK(take_all(source).empty());
    CHECK(spool.in("booked") == Ids{"a"});
    CHECK(static_cast<SourceState>(context.report->numbers().state.load()) == SourceState::Fine);
    CHECK(context.report->numbers().unmoved == 0U);
}

TEST_CASE("a full disk while a start finishes what lies in .moving is waited for", "[outcome_folders]") {
    const CapturedLog captured;
    const Spool spool;
    fs::create_directories(spool.path / ".moving/booked");
    write_file(spool.path / ".moving/booked/a", "x");
    const auto moves = std::make_shared<Refusing>();
    moves->on_rename = [](unsigned) { return ENOSPC; };
    SourceContext context;
    context.moves = moves;
    SpoolSource source(spool.path, {}, limits_of(10), context);
    CHECK(take_all(source).empty());
    CHECK_FALSE(source.exhausted());
    CHECK(read_file(spool.path / ".moving/booked/a") == "x");
    moves->on_rename = [](unsigned) { return 0; };
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(4);
    std::vector<Taken> taken;
    while (taken.empty() && std::chrono::steady_clock::now() < deadline) {
        source.wait(-1, std::chrono::milliseconds(10));
        taken = take_all(source);
    }
    REQUIRE(taken.size() == 1);
    CHECK(taken.front().id == "a");
    CHECK(fs::is_empty(spool.path / ".moving/booked"));
}

TEST_CASE("where renames always replace, files are moved by links and none is replaced",
          "[outcome_folders]") {
    const Spool spool;
    for (const char* name : {"a", "b"}) spool.write(name, "new");
    fs::create_directory(spool.path / "booked");
    write_file(spool.path / "booked/b", "old");
    const auto moves = std::make_shared<Refusing>();
    moves->on_rename = not_known_here;
    SourceContext context;
    context.moves = moves;
    SpoolSource source(spool.path, {}, limits_of(10), context);
    for (const Taken& item : take_all(source)) source.acknowledge(receipt_of(item));
    CHECK(spool.in("").empty());
    CHECK(spool.in("booked").size() == 3);
    CHECK(read_file(spool.path / "booked/a") == "new");
    CHECK(read_file(spool.path / "booked/b") == "new");
    for (const std::string& name : spool.in("booked"))
        CHECK(fs::hard_link_count(spool.path / "booked" / name) == 1);
}

TEST_CASE("what killed probes have left is removed", "[outcome_folders]") {
    const Spool spool;
    CHECK(refusal(spool).status == ExitStatus::Drained);
    const std::string probe = ".probe-0123456789abcdef";
    write_file(spool.path / ".moving" / probe, "");
    const std::string where = GENERATE("", ".moving/failed", "failed");
    write_file(spool.path / where / probe, "");
    CHECK(refusal(spool).status == ExitStatus::Drained);
    CHECK(hidden_in(spool.path).empty());
}

TEST_CASE("a folder that somebody replaces while it is used goes on being used, and that is said",
          "[outcome_folders]") {
    const CapturedLog captured;
    const Spool spool;
    for (const char* name : {"a", "b"}) spool.write(name);
    SpoolSource source(spool.path, {});
    const auto taken = take_all(source);
    fs::rename(spool.path / "booked", spool.path / "moved away");
    const bool link = GENERATE(true, false);
    if (link) {
        fs::create_symlink(spool.outside, spool.path / "booked");
    } else {
        fs::create_directory(spool.path / "booked");
    }
    source.acknowledge(receipt_of(taken.at(0)));
    CHECK(spool.in("moved away") == Ids{"a"});
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (captured.lines().empty() && std::chrono::steady_clock::now() < until) {
        static_cast<void>(take_all(source));
        source.wait(-1, std::chrono::milliseconds(10));
    }
    REQUIRE(captured.lines().size() == 1);
    CHECK(mentions(captured.lines()[0], "booked is not the folder any more"));
    source.acknowledge(receipt_of(taken.at(1)));
    CHECK(spool.in("moved away") == Ids{"a", "b"});
    CHECK(fs::is_empty(spool.outside));
}

TEST_CASE("a folder that is moved away with nothing in its place is made anew", "[outcome_folders]") {
    const CapturedLog captured;
    const Spool spool;
    spool.write("a");
    SpoolSource source(spool.path, {});
    const auto taken = take_all(source);
    fs::rename(spool.path / "booked", spool.root / "archive");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!fs::exists(spool.path / "booked") && std::chrono::steady_clock::now() < until) {
        static_cast<void>(take_all(source));
        source.wait(-1, std::chrono::milliseconds(10));
    }
    source.acknowledge(receipt_of(taken.at(0)));
    CHECK(spool.in("booked") == Ids{"a"});
    CHECK(fs::is_empty(spool.root / "archive"));
}

TEST_CASE("a second pipeline in the same spool is refused", "[outcome_folders]") {
    const Spool spool;
    const SpoolSource first(spool.path, {});
    fs::create_directory_symlink(spool.path, spool.root / "other name");
    const auto second = refusal_of([&] { SpoolSource(spool.root / "other name", {}); });
    CHECK(second.status == ExitStatus::CannotCreate);
    CHECK(mentions(second.text, "is used by another pipeline"));
}
