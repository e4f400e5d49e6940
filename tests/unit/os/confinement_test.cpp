// SPDX-License-Identifier: Apache-2.0
// What a confined process can reach; each question is asked in a process of its own.
#include "common/os/confinement.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>

#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/landlock.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;

// A folder with a ledger, its log, another file, a folder, and a link.
struct Place {
    Place() {
        fs::create_directories(folder / "spool");
        for (const auto* name : {"books.db", "books.db-wal", "books.dbx", "spool/a"})
            root.write(name, "text\n");
        fs::create_symlink("books.db", folder / "link");
    }
    [[nodiscard]] fs::path ledger() const { return folder / "books.db"; }

    TemporaryFolder root;
    fs::path folder = root.path();
};

bool has_rule(const std::vector<ConfinementRule>& rules, const fs::path& path, bool may_write) {
    return std::any_of(rules.begin(), rules.end(), [&](const ConfinementRule& rule) {
        return rule.path == path && rule.may_write == may_write;
    });
}

// True if `act` succeeds (returns no negative number) in a confined process.
bool can(const ConfinementPlan& plan, const std::function<int()>& act) {
    const UniqueFd rule_set = make_rule_set(plan);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        if (!enter_confinement(rule_set.get())) ::_exit(2);
        ::_exit(act() >= 0 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) != 2);
    return WEXITSTATUS(status) == 0;
}

std::function<int()> opening(const fs::path& path, int flags) {
    return [path, flags] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); };
}

}  // namespace

TEST_CASE("everything beside the closed files has a rule, and nothing on the way to them", "[confinement]") {
    const Place place;
    const auto rules = confinement_rules({{place.ledger(), "/dev/shm"}, true});
    CHECK(has_rule(rules, place.folder / "spool", true));
    CHECK(has_rule(rules, place.folder / "books.dbx", true));
    CHECK(has_rule(rules, "/dev/null", true));
    CHECK(has_rule(rules, "/proc", false));
    for (const fs::path& path :
         {fs::path("/"), fs::path("/dev"), fs::path("/dev/shm"), place.folder.parent_path(), place.folder,
          place.ledger(), place.folder / "books.db-wal", place.folder / "link"}) {
        CAPTURE(path);
        CHECK_FALSE(has_rule(rules, path, true));
        CHECK_FALSE(has_rule(rules, path, false));
    }
}

TEST_CASE("a closed path that does not exist yet is closed, and without writing no rule allows it",
          "[confinement]") {
    const Place place;
    const auto rules = confinement_rules({{place.folder / "spool" / "none" / "books.db"}, false});
    CHECK(has_rule(rules, place.folder / "spool" / "a", false));
    CHECK_FALSE(has_rule(rules, place.folder / "spool", false));
    CHECK(std::none_of(rules.begin(), rules.end(), [](const auto& rule) { return rule.may_write; }));
}

TEST_CASE("a confined process reaches neither the ledger nor shared memory, and works elsewhere",
          "[confinement]") {
    if (!has_landlock()) return;
    const Place place;
    const fs::path segment = fs::path("/dev/shm") / fmt::format("confinement.{}", ::getpid());
    write_file(segment, "text\n");
    const ConfinementPlan plan{{place.ledger(), "/dev/shm"}, true};

    CHECK(can(plan, opening(place.folder / "spool" / "a", O_RDWR)));
    CHECK(can(plan, opening(place.folder / "spool" / "b", O_RDWR | O_CREAT)));
    CHECK(can(plan, [&] { return ::unlink((place.folder / "spool" / "b").c_str()); }));
    CHECK(can(plan, opening(place.folder / "books.dbx", O_WRONLY | O_TRUNC)));
    CHECK(can(plan, opening("/dev/null", O_RDWR)));
    CHECK(can(plan, opening("/proc/self/status", O_RDONLY)));
    CHECK(can(plan, [] { return ::system("cat /proc/self/maps > /dev/null") == 0 ? 0 : -1; }));

    CHECK_FALSE(can(plan, opening(place.ledger(), O_RDONLY)));
    CHECK_FALSE(can(plan, opening(place.ledger(), O_WRONLY)));
    CHECK_FALSE(can(plan, opening(place.folder / "link", O_RDONLY)));
    CHECK_FALSE(can(plan, opening(place.folder / "books.db-wal", O_RDWR)));
    CHECK_FALSE(can(plan, opening(place.folder / "books.db-journal", O_WRONLY | O_CREAT)));
    CHECK_FALSE(can(plan, [&] { return ::unlink(place.ledger().c_str()); }));
    CHECK_FALSE(
        can(plan, [&] { return ::link(place.ledger().c_str(), (place.folder / "spool/c").c_str()); }));
    CHECK_FALSE(
        can(plan, [&] { return ::rename(place.ledger().c_str(), (place.folder / "spool/c").c_str()); }));
    CHECK_FALSE(can(plan, opening(segment, O_RDWR)));
    CHECK_FALSE(can(plan, opening(segment.string() + ".new", O_RDWR | O_CREAT)));
    CHECK_FALSE(can(plan, [&] { return ::unlink(segment.c_str()); }));
    if (landlock_version() >= 3) CHECK_FALSE(can(plan, [&] { return ::truncate(segment.c_str(), 0); }));
    // A process that it starts is no freer.
    CHECK_FALSE(can(plan, [&] {
        return ::system(fmt::format("cat {} > /dev/null 2>&1", segment.string()).c_str()) == 0 ? 0 : -1;
    }));
    fs::remove(segment);
}

TEST_CASE("a confined process can neither look into others nor, on a newer kernel, signal them",
          "[confinement]") {
    if (!has_landlock()) return;
    const ConfinementPlan plan{{"/dev/shm"}, true};
    const std::string mine = fmt::format("/proc/{}/", ::getpid());
    CHECK_FALSE(can(plan, opening(mine + "mem", O_RDONLY)));
    CHECK_FALSE(can(plan, opening(mine + "fd/0", O_RDONLY)));
    CHECK_FALSE(can(plan, opening(mine + "oom_score_adj", O_WRONLY)));
    if (landlock_version() >= 6) CHECK_FALSE(can(plan, [] { return ::kill(::getppid(), 0); }));
    CHECK(can(plan, [] { return ::kill(::getpid(), 0); }));
}

TEST_CASE("a confined process that may not write reads, and changes nothing", "[confinement]") {
    if (!has_landlock()) return;
    const Place place;
    const ConfinementPlan plan{{place.ledger(), "/dev/shm"}, false};
    CHECK(can(plan, opening(place.folder / "spool" / "a", O_RDONLY)));
    CHECK_FALSE(can(plan, opening(place.folder / "spool" / "a", O_WRONLY)));
    CHECK_FALSE(can(plan, opening(place.folder / "spool" / "b", O_WRONLY | O_CREAT)));
    CHECK_FALSE(can(plan, [&] { return ::unlink((place.folder / "spool" / "a").c_str()); }));
    CHECK_FALSE(can(plan, opening(place.ledger(), O_RDONLY)));
}
