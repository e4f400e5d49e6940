// SPDX-License-Identifier: Apache-2.0
#include "bench/probe/pipeline.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "bench/probe/waiting.hpp"
#include "common/shm/segment.hpp"

namespace pipeline::bench {

Pipeline::Pipeline(const std::filesystem::path& supervisor, const std::vector<std::string>& options,
                   int input)
    : name_(fmt::format("bench-{}", ::getpid())),
      directory_(std::filesystem::current_path() / (name_ + ".run")) {
    std::filesystem::create_directories(directory_);
    start(supervisor, options, input);
    wait_until(
        "the supervisor has made its segments",
        [this] {
            if (has_ended()) throw std::runtime_error("the supervisor ended at once: " + said());
            segments_ = SegmentsView::open(name_);
            return segments_.has_value();
        },
        std::chrono::microseconds(200), std::chrono::seconds(10));
}

void Pipeline::start(const std::filesystem::path& supervisor, const std::vector<std::string>& options,
                     int input) noexcept {
    std::vector<std::string> words{supervisor,      "--name",   name_,         "--state-dir", directory_,
                                   "--runtime-dir", directory_, "--log-level", "warning"};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const std::string output = directory_ / "said";
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (input >= 0 && ::dup2(input, STDIN_FILENO) < 0) ::_exit(127);
    if (::dup2(out, STDOUT_FILENO) < 0 || ::dup2(out, STDERR_FILENO) < 0) ::_exit(127);
    ::execv(argv[0], argv.data());
    ::_exit(127);
}

Pipeline::~Pipeline() {
    if (pid_ > 0 && !status_) {
        // The children first: orphans would drain.
        for (const pid_t child : children()) ::kill(child, SIGKILL);
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        Segment::remove(name_ + ".ring");
        Segment::remove(name_ + ".storage");
    }
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::vector<pid_t> Pipeline::children() const {
    std::ifstream list(fmt::format("/proc/{0}/task/{0}/children", pid_));
    return {std::istream_iterator<pid_t>(list), {}};
}

std::vector<pid_t> Pipeline::processes() const {
    auto all = children();
    all.push_back(pid_);
    return all;
}

void Pipeline::stop() const noexcept {
    ::kill(pid_, SIGTERM);
}

bool Pipeline::has_ended() noexcept {
    if (status_) return true;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
    status_ = status;
    return true;
}

void Pipeline::wait() {
    wait_until("the supervisor has ended", [this] { return has_ended(); });
    if (*status_ != 0) throw std::runtime_error("the supervisor did not end well: " + said());
}

void Pipeline::abandon() {
    stop();
    wait_until("the supervisor has ended", [this] { return has_ended(); });
    Segment::remove(name_ + ".ring");
    Segment::remove(name_ + ".storage");
}

std::string Pipeline::said() const {
    std::ifstream file(directory_ / "said");
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace pipeline::bench
