// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pipeline_run.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {
namespace {

bool starts_with_any(const std::string& text, const std::vector<std::string>& options) {
    return std::any_of(options.begin(), options.end(),
                       [&](const std::string& option) { return option.rfind(text, 0) == 0; });
}

}  // namespace

PipelineRun::PipelineRun() {
    static int runs = 0;
    // Orphans of a killed supervisor become children of the test, which can then see and end them.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    name_ = fmt::format("test-{}-{}", ::getpid(), ++runs);
    directory_ = std::filesystem::temp_directory_path() / ("invoice-pipeline-" + name_);
    ledger_ = directory_ / "ledger.db";
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(spool());
}

PipelineRun::~PipelineRun() {
    kill_everything();
    for (const auto& segment : segments()) std::filesystem::remove("/dev/shm/" + segment);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

Process PipelineRun::start(const std::vector<std::string>& options, int input_fd) {
    return start_program(SUPERVISOR_PROGRAM, options, input_fd);
}

Process PipelineRun::start_in(const std::function<void()>& before_exec,
                              const std::vector<std::string>& options, int input_fd) {
    return start_program(SUPERVISOR_PROGRAM, options, input_fd, before_exec);
}

Process PipelineRun::start_program(const std::string& supervisor, const std::vector<std::string>& options,
                                   int input_fd, const std::function<void()>& before_exec) {
    std::vector<std::string> argv{supervisor, "--name",        name_,     "--state-dir",
                                  directory_, "--runtime-dir", directory_};
    if (!starts_with_any("--ledger", options)) {
        argv.insert(argv.end(), {"--ledger", "sqlite:" + ledger().string()});
    }
    // Unless the test is about that, second chances come at once, and nothing is held.
    if (!starts_with_any("--retry-delay", options)) argv.insert(argv.end(), {"--retry-delay", "1ms..10ms"});
    if (!starts_with_any("--hold-after", options)) argv.insert(argv.end(), {"--hold-after", "0"});
    argv.insert(argv.end(), options.begin(), options.end());
    return {argv, directory_, fmt::format("supervisor{}", ++started_), input_fd, before_exec};
}

std::vector<std::string> PipelineRun::column(const std::string& sql) const {
    sqlite3* database = nullptr;
    REQUIRE(::sqlite3_open_v2(ledger().c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
    const std::unique_ptr<sqlite3, decltype(&::sqlite3_close)> closed(database, &::sqlite3_close);
    ::sqlite3_busy_timeout(database, 10'000);
    sqlite3_stmt* statement = nullptr;
    REQUIRE(::sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    const std::unique_ptr<sqlite3_stmt, decltype(&::sqlite3_finalize)> finalized(statement,
                                                                                 &::sqlite3_finalize);
    std::vector<std::string> values;
    int step = 0;
    while ((step = ::sqlite3_step(statement)) == SQLITE_ROW) {
        const auto* text = reinterpret_cast<const char*>(::sqlite3_column_text(statement, 0));
        values.emplace_back(text == nullptr ? "" : text);
    }
    REQUIRE(step == SQLITE_DONE);
    return values;
}

std::uint64_t PipelineRun::count(const std::string& sql) const {
    const auto values = column(sql);
    REQUIRE_FALSE(values.empty());
    return std::stoull(values.front());
}

std::uint64_t PipelineRun::rows() const {
    return count("SELECT count(*) FROM invoices");
}

bool PipelineRun::has_rows(std::uint64_t rows) const {
    return segments().size() == 2 && std::filesystem::exists(ledger()) && this->rows() >= rows;
}

std::map<std::string, std::uint64_t> PipelineRun::rows_by_status() const {
    std::map<std::string, std::uint64_t> counts;
    for (const auto& status : column("SELECT status FROM invoices")) ++counts[status];
    return counts;
}

int PipelineRun::expected_status() const {
    return rows_by_status()["failed"] == 0 ? 0 : 1;
}

void PipelineRun::require_numbers_up_to(std::uint64_t numbers) const {
    CHECK(rows() == numbers);
    CHECK(
        count("SELECT count(*) FROM invoices WHERE id = CAST(position AS TEXT) AND position BETWEEN 1 AND " +
              std::to_string(numbers)) == numbers);
    CHECK(count("SELECT count(*) FROM duplicates") == 0);
}

std::uint64_t PipelineRun::waiting() const {
    const auto seen = SegmentsView::open(name_);
    return seen ? seen->storage().tail() - seen->storage().durable() : 0;
}

std::uint64_t PipelineRun::acquired() const {
    const auto seen = SegmentsView::open(name_);
    return seen ? seen->ring().tail() : 0;
}

std::uint64_t PipelineRun::in_flight() const {
    const auto seen = SegmentsView::open(name_);
    return seen ? seen->in_flight() : 0;
}

std::vector<std::string> PipelineRun::segments() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
        const std::string file = entry.path().filename();
        if (file.rfind(name_ + ".", 0) == 0) found.push_back(file);
    }
    return found;
}

void PipelineRun::require_nothing_left() const {
    CHECK(eventually([] { return has_no_children(); }));
    CHECK(segments() == std::vector<std::string>{});
    if (read_file(ledger()).starts_with("SQLite format 3")) require_balance({"--deep"});
}

PipelineRun::Audited PipelineRun::audit(const std::vector<std::string>& options) const {
    std::vector<std::string> argv{OBSERVER_PROGRAM, "--audit", "--json", "--name", name_};
    if (segments().empty() && !starts_with_any("--ledger", options))
        argv.insert(argv.end(), {"--ledger", "sqlite:" + ledger().string()});
    argv.insert(argv.end(), options.begin(), options.end());
    Process observer(argv, directory_, fmt::format("observer{}", ++audits_));
    Audited audited;
    audited.status = observer.wait();
    audited.json = observer.out();
    audited.errors = observer.err();
    return audited;
}

PipelineRun::Audited PipelineRun::require_balance(const std::vector<std::string>& options) const {
    Audited audited = audit(options);
    INFO(audited.json << audited.errors);
    CHECK(audited.status == 0);
    CHECK(audited.number("difference") == 0);
    CHECK(audited.json.find("\"findings\":[]") != std::string::npos);
    return audited;
}

std::int64_t PipelineRun::Audited::number(const std::string& key) const {
    const auto at = json.find("\"" + key + "\":");
    INFO(json << errors);
    REQUIRE(at != std::string::npos);
    return std::stoll(json.substr(at + key.size() + 3));
}

std::string PipelineRun::Audited::text(const std::string& key) const {
    const auto at = json.find("\"" + key + "\":\"");
    INFO(json << errors);
    REQUIRE(at != std::string::npos);
    const auto begin = at + key.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
}

void PipelineRun::kill(const Process& supervisor) {
    supervisor.send(SIGSTOP);
    for (const pid_t child : supervisor.children()) ::kill(child, SIGKILL);
    kill_everything();
}

bool PipelineRun::has_no_children() {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    const auto children = children_of(::getpid());
    return std::all_of(children.begin(), children.end(), is_spared);
}

void PipelineRun::kill_everything() {
    eventually(
        [] {
            for (const pid_t child : children_of(::getpid())) {
                if (!is_spared(child)) ::kill(child, SIGKILL);
            }
            return has_no_children();
        },
        std::chrono::seconds(20));
}

}  // namespace pipeline::test
