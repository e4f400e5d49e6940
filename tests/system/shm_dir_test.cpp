// SPDX-License-Identifier: Apache-2.0
// --shm-dir: segments in a directory that strangers cannot fill, as the services have them.
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "common/core/segments/segments.hpp"
#include "common/shm/segment_path.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/root.hpp"
#include "tests/system/observer_run.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

class Directory {
  public:
    explicit Directory(const PipelineRun& run) : run_(run), path_(fmt::format("/dev/shm/of-{}", run.name())) {
        fs::create_directory(path_);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() {
        PipelineRun::kill_everything();
        fs::remove_all(path_);
    }
    [[nodiscard]] const fs::path& path() const noexcept { return path_; }
    [[nodiscard]] bool has(const std::string& segment) const {
        return fs::exists(path_ / (run_.name() + segment));
    }
    [[nodiscard]] std::optional<SegmentsView> open() const {
        return SegmentsView::open(segments_in(path_, run_.name()));
    }
    [[nodiscard]] bool has_rows(std::uint64_t rows) const {
        return has(".ring") && fs::exists(run_.ledger()) && run_.rows() >= rows;
    }

  private:
    const PipelineRun& run_;
    fs::path path_;
};

std::vector<std::string> options(const std::string& source, std::vector<std::string> others) {
    others.insert(others.end(), {"--consumers", "2", "--source", source});
    return others;
}

std::string line_about(const std::string& part, const std::string& text) {
    for (const auto& line : lines_of(text)) {
        if (line.find(part) != std::string::npos) return line;
    }
    return "";
}

}  // namespace

TEST_CASE("segments in a directory of their own survive a kill of everything, and the next start goes on") {
    PipelineRun run;
    const Directory directory(run);
    const std::vector<std::string> there{"--shm-dir", directory.path()};
    auto killed = run.start(options("sequence", {"--process", "simulate:200us", there[0], there[1]}));
    REQUIRE(eventually([&] { return directory.has_rows(200); }));
    CHECK(run.segments().empty());
    ::kill(killed.child("consumer"), SIGKILL);
    const auto rows = run.rows();
    REQUIRE(eventually([&] { return run.rows() >= rows + 500; }));
    PipelineRun::kill(killed);
    CHECK(directory.has(".ring"));
    CHECK(directory.has(".storage"));
    const auto numbers = directory.open().value().ring().tail() + 500;
    auto next = run.start(
        options("sequence:" + std::to_string(numbers), {"--process", "none", "--once", there[0], there[1]}));
    REQUIRE(next.wait() == 0);
    CHECK(next.err().find("adopting") != std::string::npos);
    run.require_numbers_up_to(numbers);
    run.require_nothing_left();
    CHECK(fs::is_empty(directory.path()));
}

TEST_CASE("an observer finds segments in a directory of their own by the lock of the name") {
    PipelineRun run;
    const Directory directory(run);
    const std::vector<std::string> there{"--shm-dir", directory.path()};
    auto supervisor = run.start(options("sequence", {"--process", "simulate:1ms", there[0], there[1]}));
    REQUIRE(eventually([&] { return directory.has_rows(100); }));
    auto observer =
        start_observer(run, {"--once", "--json", "--interval", "100ms", "--runtime-dir", run.directory()});
    REQUIRE(observer.wait() == 0);
    CHECK(nlohmann::json::parse(observer.out())["health"]["is_good"] == true);
    run.require_balance({"--runtime-dir", run.directory(), "--ledger", "sqlite:" + run.ledger().string()});
    auto elsewhere = start_observer(run, {"--once"});
    CHECK(elsewhere.wait() == 66);
    // They go, and it says from where.
    auto live = start_observer(run, {"--json", "--interval", "100ms", "--runtime-dir", run.directory()});
    REQUIRE(eventually([&] { return json_lines(live).size() > 1; }));
    for (const char* segment : {".ring", ".storage"}) fs::remove(directory.path() / (run.name() + segment));
    REQUIRE(eventually([&] {
        return live.out().find("removed its segments from " + directory.path().string()) != std::string::npos;
    }));
}

TEST_CASE("what an earlier start has left in /dev/shm is finished by one with --shm-dir, which says so") {
    PipelineRun run;
    const Directory directory(run);
    auto killed = run.start(options("sequence", {"--process", "simulate:1ms"}));
    REQUIRE(eventually([&] { return run.has_rows(100); }));
    PipelineRun::kill(killed);
    REQUIRE(run.segments().size() == 2);
    const auto numbers = run.acquired() + 100;
    const auto start = [&](std::uint64_t last) {
        return run.start(options("sequence:" + std::to_string(last),
                                 {"--process", "none", "--once", "--shm-dir", directory.path()}));
    };
    auto upgraded = start(numbers);
    REQUIRE(upgraded.wait() == 0);
    CHECK(line_about("adopting", upgraded.err()) != "");
    CHECK(line_about("has left its segments in /dev/shm", upgraded.err()).find(directory.path().string()) !=
          std::string::npos);
    run.require_numbers_up_to(numbers);
    auto next = start(numbers + 100);
    REQUIRE(next.wait() == 0);
    CHECK(line_about("has left its segments", next.err()) == "");
    run.require_numbers_up_to(numbers + 100);
    run.require_nothing_left();
}

TEST_CASE("what an earlier start has left in its --shm-dir is finished by one without") {
    PipelineRun run;
    const Directory directory(run);
    auto killed =
        run.start(options("sequence", {"--process", "simulate:1ms", "--shm-dir", directory.path()}));
    REQUIRE(eventually([&] { return directory.has_rows(100); }));
    PipelineRun::kill(killed);
    const auto numbers = directory.open().value().ring().tail() + 100;
    auto next = run.start(options("sequence:" + std::to_string(numbers), {"--process", "none", "--once"}));
    REQUIRE(next.wait() == 0);
    CHECK(line_about("has left its segments in " + directory.path().string(), next.err()) != "");
    run.require_numbers_up_to(numbers);
    run.require_nothing_left();
    CHECK(fs::is_empty(directory.path()));
}

TEST_CASE("a stranger who has the names in /dev/shm keeps no pipeline with --shm-dir from starting") {
    if (lacks_root()) return;
    PipelineRun run;
    const Directory directory(run);
    constexpr uid_t kStranger = 61'003;
    for (const char* segment : {".ring", ".storage", ".ring.new", ".storage.new"}) {
        const std::string path = "/dev/shm/" + run.name() + segment;
        write_file(path, "a stranger's");
        REQUIRE(::chown(path.c_str(), kStranger, kStranger) == 0);
    }
    auto supervisor =
        run.start(options("sequence:100", {"--process", "none", "--once", "--shm-dir", directory.path()}));
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(100);
    CHECK(read_file("/dev/shm/" + run.name() + ".ring") == "a stranger's");
}

TEST_CASE("a --shm-dir on a disk, and one that others may change, are refused in one line") {
    PipelineRun run;
    const Directory directory(run);
    const auto refused = [&](const fs::path& path) {
        auto supervisor =
            run.start(options("sequence:1", {"--process", "none", "--once", "--shm-dir", path}));
        CHECK(supervisor.wait() == 78);
        CHECK(lines_of(supervisor.err()).size() == 1);
        return supervisor.err();
    };
    REQUIRE(::chmod(directory.path().c_str(), 0777) == 0);
    CHECK(refused(directory.path()).find("others may remove what is in it") != std::string::npos);
    CHECK(refused("/proc").find("it is not in memory (tmpfs)") != std::string::npos);
}
