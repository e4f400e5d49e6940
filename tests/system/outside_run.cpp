// SPDX-License-Identifier: Apache-2.0
#include "tests/system/outside_run.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "tests/support/catch.hpp"

namespace pipeline::test {

std::vector<std::string> over(PipelineRun& run, const std::vector<std::string>& ids,
                              std::vector<std::string> options) {
    std::string lines;
    for (const auto& id : ids) lines += id + "\n";
    write_file(run.directory() / "ids", lines);
    // In front: a command after "--" must stay last.
    options.insert(options.begin(), {"--source", "lines:" + (run.directory() / "ids").string()});
    if (std::find(options.begin(), options.end(), "--") == options.end()) options.emplace_back("--once");
    const std::string give_up = "--give-up-after";
    if (std::find(options.begin(), options.end(), give_up) == options.end())
        options.insert(options.begin(), {give_up, "1s"});
    return options;
}

std::string run_to_end(PipelineRun& run, const std::vector<std::string>& ids,
                       std::vector<std::string> options) {
    auto supervisor = run.start(over(run, ids, std::move(options)));
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == run.expected_status());
    CHECK(run.rows() == ids.size());
    run.require_nothing_left();
    return supervisor.err();
}

Outcomes outcomes(const PipelineRun& run) {
    Outcomes found;
    for (const auto& row : run.column(
             "SELECT id || '|' || status || ' ' || attempts || ' ' || ifnull(reason, '') FROM invoices")) {
        std::string outcome = row.substr(row.find('|') + 1);
        while (!outcome.empty() && outcome.back() == ' ') outcome.pop_back();
        found[row.substr(0, row.find('|'))] = outcome;
    }
    return found;
}

std::string to_text(const Outcomes& outcomes) {
    std::string text;
    for (const auto& [id, outcome] : outcomes) text += id + ": " + outcome + "\n";
    return text;
}

std::vector<pid_t> descendants_of(pid_t pid) {
    std::vector<pid_t> found = children_of(pid);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto more = children_of(found[i]);
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

std::size_t zombies_among(const std::vector<pid_t>& pids) {
    return static_cast<std::size_t>(std::count_if(pids.begin(), pids.end(), [](pid_t pid) {
        const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
        const auto name_end = stat.rfind(") ");
        return name_end != std::string::npos && stat[name_end + 2] == 'Z';
    }));
}

std::size_t descriptors_of(pid_t pid) {
    std::error_code gone;
    std::size_t count = 0;
    for (std::filesystem::directory_iterator fds("/proc/" + std::to_string(pid) + "/fd", gone), end;
         !gone && fds != end; fds.increment(gone)) {
        ++count;
    }
    return count;
}

}  // namespace pipeline::test
